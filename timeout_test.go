package umbrella_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/internal/memhttp"
)

func TestWithTimeout_CoversAllAttemptsAndTheToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hang := func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
		}
		start := time.Now()
		client := clientOf(t, hang)
		_, err := client.CreateSessionLink(t.Context(), validRequest())
		require.Equal(t, time.Minute, time.Since(start), "the default")
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.True(t, apiError(t, err).MaybeProcessed)
		require.ErrorContains(t, err, "no answer: deadline exceeded; it may have been processed")

		start = time.Now()
		_, err = client.API().CreateSessionLinkWithResponse(t.Context(), validRequest())
		require.Equal(t, time.Minute, time.Since(start))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.True(t, apiError(t, err).MaybeProcessed)

		start = time.Now()
		s := &script{statuses: []int{429}, retryAfter: "2"}
		attempt := 0
		_, err = clientOf(t, func(w http.ResponseWriter, r *http.Request) {
			if attempt++; attempt == 3 {
				hang(w, r)
			}
			s.ServeHTTP(w, r)
		}, umbrella.WithTimeout(5*time.Second)).CreateSessionLink(t.Context(), validRequest())
		require.Equal(t, 5*time.Second, time.Since(start), "two waits of 2 s and 1 s of the third attempt")
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, 3, apiError(t, err).Attempts)

		start = time.Now()
		keyed, err := umbrella.New("http://127.0.0.1", umbrella.WithAPIKey(canaryKey, canaryCustomer), umbrella.WithTimeout(5*time.Second),
			umbrella.WithHTTPClient(&http.Client{Transport: memhttp.Serve(t, http.HandlerFunc(hang))}))
		require.NoError(t, err)
		_, err = keyed.CreateSessionLink(t.Context(), validRequest())
		require.Equal(t, 5*time.Second, time.Since(start))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.False(t, apiError(t, err).MaybeProcessed, "there was no token to call with")
		time.Sleep(10 * time.Second) // of the bubble: the exchange ends after its own 10 s
	})
}

func TestWithTimeout_ZeroLeavesTheLimitToTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		client := clientOf(t, func(w http.ResponseWriter, _ *http.Request) {
			time.Sleep(time.Hour)
			answer(w, http.StatusOK, sessionBody)
		}, umbrella.WithTimeout(0))
		_, err := client.CreateSessionLink(t.Context(), validRequest())
		require.NoError(t, err)
		require.Equal(t, time.Hour, time.Since(start))
	})
}

func TestContext_ItsCauseDoesNotHideThatItEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cause := errors.New("canary: the user closed the page")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(cause) })
		_, err := clientOf(t, func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
		}).CreateSessionLink(ctx, validRequest())
		require.ErrorIs(t, err, context.Canceled)
		require.True(t, apiError(t, err).MaybeProcessed)
		requireDiscreet(t, err)
	})
}

func TestDefaultTransport_GivesUpOnAPeerThatSaysNothing(t *testing.T) {
	for name, tc := range map[string]struct {
		server string
		after  time.Duration
		sent   bool
	}{
		"header": {memhttp.URL, 30 * time.Second, true},
		"TLS":    {"https://127.0.0.1", 10 * time.Second, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				peer := memhttp.Serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
					_, _ = io.Copy(io.Discard, r.Body)
					<-r.Context().Done()
				}))
				transport := umbrella.NewTransport().(*http.Transport)
				transport.DialContext = peer.DialContext
				if tc.server != memhttp.URL {
					transport.DialContext = func(context.Context, string, string) (net.Conn, error) {
						ours, theirs := net.Pipe()
						go func() { _, _ = io.Copy(io.Discard, theirs) }()
						return ours, nil
					}
				}
				client, err := umbrella.New(tc.server, umbrella.WithToken("x.y.z"), umbrella.WithHTTPClient(&http.Client{Transport: transport}))
				require.NoError(t, err)
				start := time.Now()
				_, err = client.CreateSessionLink(t.Context(), validRequest())
				require.Equal(t, tc.after, time.Since(start))
				require.Equal(t, tc.sent, apiError(t, err).MaybeProcessed)
				requireDiscreet(t, err)
				transport.CloseIdleConnections()
			})
		})
	}
}
