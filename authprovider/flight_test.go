package authprovider_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/authprovider"
)

// instantly answers at once and without a network.
func instantly(token string) *http.Response {
	body := `{"access_token":"` + token + `","expires_in":3600}`
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(body))}
}

func TestTokenSource_ColdCallersShareOneFetch(t *testing.T) {
	t.Parallel()
	for range 400 {
		var posts atomic.Int64
		source := sourceOver(t, &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
			posts.Add(1)
			return instantly("t"), nil
		})})
		together(1000, func(int) {
			if token, err := source.Token(context.Background()); err != nil || token.AccessToken() != "t" {
				t.Error(token, err)
			}
		})
		require.EqualValues(t, 1, posts.Load())
	}
}

func TestTokenSource_PostsWhatTheVendorDocuments(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source, posts := newSource(t, func(_ int, w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			switch {
			case err != nil || len(body) > 0 || r.ContentLength != 0:
				t.Errorf("body %q, length %d", body, r.ContentLength)
			case r.Method != http.MethodPost || r.URL.String() != "/auth":
				t.Error(r.Method, r.URL)
			}
			for name, want := range map[string]string{
				"Api-Key": canaryKey, "Customer-Id": canaryCustomer, "Accept": "application/json",
				"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "mine/1",
			} {
				if got := r.Header.Get(name); got != want {
					t.Errorf("%s: %q", name, got)
				}
			}
			issue(w, "t", time.Hour)
		}, authprovider.WithUserAgent("mine/1"))
		require.EqualValues(t, 0, posts.Load(), "nothing before the first Token call")
		require.Equal(t, "t", get(t, source))
	})
}

func TestTokenSource_BlockedCallersJoinARenewal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ok := numbered(20 * time.Second) // served for 18 s
		source, posts := newSource(t, func(n int, w http.ResponseWriter, r *http.Request) {
			if n == 2 {
				time.Sleep(5 * time.Second)
			}
			ok(n, w, r)
		})
		require.Equal(t, "t1", get(t, source))
		time.Sleep(17500 * time.Millisecond)
		require.Equal(t, "t1", get(t, source), "starts the renewal")
		time.Sleep(time.Second)
		start := time.Now()
		together(20, func(int) {
			if token, err := source.Token(t.Context()); err != nil || token.AccessToken() != "t2" {
				t.Error(token.AccessToken(), err)
			}
		})
		requireElapsed(t, 4*time.Second, start)
		require.EqualValues(t, 2, posts.Load())
	})
}

func TestTokenSource_WaiterLeavesAtItsOwnDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source, posts := newSource(t, after(5*time.Second, numbered(time.Hour)))
		start := time.Now()
		patient := make(chan string)
		go func() { patient <- get(t, source) }()
		synctest.Wait()

		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		_, err := source.Token(ctx)
		requireElapsed(t, 2*time.Second, start)
		require.ErrorIs(t, err, ctx.Err())
		var own *authprovider.Error
		require.ErrorAs(t, err, &own)
		require.NotErrorIs(t, err, authprovider.ErrTransient, "the endpoint is not to blame")

		require.Equal(t, "t1", <-patient)
		requireElapsed(t, 5*time.Second, start)
		require.EqualValues(t, 1, posts.Load())
	})
}

func TestTokenSource_CancelledContextStartsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source, posts := newSource(t, numbered(time.Hour))
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := source.Token(ctx)
		require.ErrorIs(t, err, context.Canceled)
		synctest.Wait()
		require.EqualValues(t, 0, posts.Load())

		require.Equal(t, "t1", get(t, source))
		time.Sleep(58 * time.Minute) // within the renewal window
		token, err := source.Token(ctx)
		require.NoError(t, err, "a valid token needs no waiting")
		require.Equal(t, "t1", token.AccessToken())
		synctest.Wait()
		require.EqualValues(t, 1, posts.Load(), "nor does it renew for a caller that has left")
	})
}

func TestTokenSource_FirstCallersCancellationHurtsNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source, posts := newSource(t, after(5*time.Second, numbered(time.Hour)))
		ctx, cancel := context.WithCancel(t.Context())
		first := make(chan error)
		go func() {
			_, err := source.Token(ctx)
			first <- err
		}()
		synctest.Wait()
		time.AfterFunc(time.Second, cancel)
		together(10, func(int) {
			if token, err := source.Token(t.Context()); err != nil || token.AccessToken() != "t1" {
				t.Error(token.AccessToken(), err)
			}
		})
		require.ErrorIs(t, <-first, context.Canceled)
		require.EqualValues(t, 1, posts.Load())
	})
}

func TestTokenSource_KeepsTheResultWhenEveryoneLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source, posts := newSource(t, after(5*time.Second, numbered(time.Hour)))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		together(10, func(int) {
			if _, err := source.Token(ctx); !errors.Is(err, context.DeadlineExceeded) {
				t.Error(err)
			}
		})
		time.Sleep(5 * time.Second)
		start := time.Now()
		require.Equal(t, "t1", get(t, source))
		requireElapsed(t, 0, start)
		require.EqualValues(t, 1, posts.Load())
	})
}

func TestTokenSource_FlightKeepsTheFirstCallersValues(t *testing.T) {
	type trace struct{}
	synctest.Test(t, func(t *testing.T) {
		var seen []any
		source := sourceOver(t, &http.Client{Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
			seen = append(seen, req.Context().Value(trace{}))
			return instantly("t"), nil
		})})
		_, err := source.Token(context.WithValue(t.Context(), trace{}, "span 1"))
		require.NoError(t, err)
		time.Sleep(58 * time.Minute)
		_, err = source.Token(context.WithValue(t.Context(), trace{}, "span 2"))
		require.NoError(t, err)
		synctest.Wait()
		require.Equal(t, []any{"span 1", "span 2"}, seen)
	})
}
