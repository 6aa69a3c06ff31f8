package umbrella_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go"
)

func TestWaitForVerification_WakesUpButNotBeforeRetryAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wake := make(chan struct{}, 1)
		s := &poller{replies: []func(http.ResponseWriter){isPending, says(429, `{}`, "Retry-After", "90"), isPending, isSigned}}
		client := clientOf(t, s.ServeHTTP)
		done := make(chan error)
		go func() {
			_, err := client.WaitForVerification(t.Context(), requestID, umbrella.WithWake(wake))
			done <- err
		}()
		time.Sleep(time.Second)
		wake <- struct{}{}
		time.Sleep(time.Second)
		wake <- struct{}{}
		require.NoError(t, <-done)
		gaps := s.gaps()
		require.Equal(t, time.Second, gaps[0])
		require.Equal(t, 90*time.Second, gaps[1])
		require.Zero(t, gaps[2], "the wake-up was not lost")
	})
}

func TestWaitForVerification_AClosedWakeChannelIsNoWakeUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wake := make(chan struct{})
		close(wake)
		s := &poller{replies: []func(http.ResponseWriter){isPending, isPending, isSigned}}
		_, err := clientOf(t, s.ServeHTTP).WaitForVerification(t.Context(), requestID, umbrella.WithWake(wake))
		require.NoError(t, err)
		for _, gap := range s.gaps() {
			require.GreaterOrEqual(t, gap, 2*time.Second)
		}
	})
}

func TestWaitForVerification_EndsWithTheContext(t *testing.T) {
	for name, tc := range map[string]struct {
		reply func(http.ResponseWriter)
		last  error
	}{
		"while nobody signs":        {isPending, nil},
		"while the service fails":   {says(500, `{}`), umbrella.ErrServer},
		"while it wants to be left": {says(429, `{}`, "Retry-After", "86400"), umbrella.ErrRateLimited},
		"in the first answer":       {func(http.ResponseWriter) { time.Sleep(45 * time.Second) }, context.DeadlineExceeded},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), 40*time.Second)
				defer cancel()
				start := time.Now()
				_, err := clientOf(t, func(w http.ResponseWriter, _ *http.Request) { tc.reply(w) }).WaitForVerification(ctx, requestID)
				require.ErrorIs(t, err, context.DeadlineExceeded)
				if tc.last != nil {
					require.ErrorIs(t, err, tc.last)
					require.Equal(t, "getVerification", apiError(t, err).Operation)
				}
				require.Equal(t, 40*time.Second, time.Since(start))
				requireDiscreet(t, err)
				require.NotContains(t, err.Error(), requestID)
				time.Sleep(time.Minute) // for the handler to end
			})
		})
	}
}

func TestWaitForVerification_SurvivesAServerThatIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		client := clientOver(t, roundTripper(func(*http.Request) (*http.Response, error) {
			if time.Since(start) < 10*time.Minute {
				return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("refused")}
			}
			return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(signedBody))}, nil
		}))
		_, err := client.WaitForVerification(t.Context(), requestID)
		require.NoError(t, err)
		require.Less(t, time.Since(start), 10*time.Minute+32*time.Second)
	})
}

func TestWaitForVerification_TenThousandWaitsHaveNoGoroutinesOfTheirOwn(t *testing.T) {
	const waits = 10_000
	synctest.Test(t, func(t *testing.T) {
		client := clientOver(t, roundTripper(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(pendingBody))}, nil
		}))
		ctx, cancel := context.WithCancel(t.Context())
		before := runtime.NumGoroutine()
		var all sync.WaitGroup
		var ended atomic.Int32
		for range waits {
			all.Go(func() {
				if _, err := client.WaitForVerification(ctx, requestID); errors.Is(err, context.Canceled) {
					ended.Add(1)
				}
			})
		}
		time.Sleep(time.Second)
		synctest.Wait()
		require.Less(t, runtime.NumGoroutine()-before, waits+waits/10, "others in this process have some")
		cancel()
		all.Wait()
		require.EqualValues(t, waits, ended.Load())
	})
}
