package authprovider_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/authprovider"
	"github.com/umbrella-api/umbrella-go/internal/memhttp"
)

// faults are what a POST /auth can meet that is over a moment later.
var faults = map[string]answer{
	"408":                       refusing(408, ""),
	"429":                       refusing(429, ""),
	"429 with a Retry-After":    refusing(429, "2"),
	"500":                       refusing(500, ""),
	"502":                       refusing(502, ""),
	"503":                       refusing(503, ""),
	"503 with a Retry-After":    refusing(503, "5"),
	"504":                       refusing(504, ""),
	"connection closed":         func(int, http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	"answer cut off":            func(_ int, w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Length", "9") },
	"no answer":                 func(_ int, _ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
	"token expired on the way":  after(2*time.Second, func(_ int, w http.ResponseWriter, _ *http.Request) { issue(w, "t", time.Second) }),
	"answer within a long time": after(9*time.Second, refusing(503, "")),
}

// patient calls Token from n goroutines with a minute each, and counts failures.
func patient(t *testing.T, n int, source authprovider.TokenSource) (failed int64) {
	var count atomic.Int64
	together(n, func(int) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, err := source.Token(ctx); err != nil {
			count.Add(1)
		}
	})
	return count.Load()
}

func TestTokenSource_ColdCallsOutliveOneFault(t *testing.T) {
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ok := numbered(time.Hour)
				source, posts := newSource(t, func(n int, w http.ResponseWriter, r *http.Request) {
					if n == 1 {
						fault(n, w, r)
						return
					}
					ok(n, w, r)
				})
				require.Zero(t, patient(t, 100, source))
				require.EqualValues(t, 2, posts.Load())
			})
		})
	}
}

func TestTokenSource_ColdCallsOutliveAConnectionThatCannotBeMade(t *testing.T) {
	for _, cause := range []error{syscall.ECONNREFUSED, syscall.ECONNRESET, &net.DNSError{IsTemporary: true}} {
		synctest.Test(t, func(t *testing.T) {
			var posts atomic.Int64
			source := sourceOver(t, &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
				if posts.Add(1) < 4 {
					return nil, &net.OpError{Op: "dial", Net: "tcp", Err: cause}
				}
				return instantly("t"), nil
			})})
			require.Zero(t, patient(t, 100, source))
			require.EqualValues(t, 4, posts.Load())
		})
	}
}

// The pauses double from half a second, and their second half is jitter.
func TestTokenSource_RepeatsWithBackoff(t *testing.T) {
	drawn := map[time.Duration]bool{}
	for range 8 {
		synctest.Test(t, func(t *testing.T) {
			var at []time.Time
			source, _ := newSource(t, func(_ int, w http.ResponseWriter, _ *http.Request) {
				at = append(at, time.Now())
				w.WriteHeader(http.StatusServiceUnavailable)
			})
			_, err := source.Token(t.Context())
			require.EqualError(t, err, "authprovider: no token: POST /auth answered 503 Service Unavailable")
			require.Len(t, at, 4)
			for i, most := range []time.Duration{500 * time.Millisecond, time.Second, 2 * time.Second} {
				pause := at[i+1].Sub(at[i])
				require.LessOrEqual(t, pause, most)
				require.GreaterOrEqual(t, pause, most/2)
				drawn[pause] = true
			}
		})
	}
	require.Greater(t, len(drawn), 12)
}

// A waiter that leaves is told what is known, and changes nothing for the others.
func TestTokenSource_WaiterLeavesARepeatedExchange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ok := numbered(time.Hour)
		source, posts := newSource(t, func(n int, w http.ResponseWriter, r *http.Request) {
			if n == 1 {
				refusing(503, "4")(n, w, r)
				return
			}
			ok(n, w, r)
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		together(20, func(i int) {
			if i > 0 {
				if token, err := source.Token(t.Context()); err != nil || token.AccessToken() != "t2" {
					t.Error(err)
				}
				return
			}
			_, err := source.Token(ctx)
			var own *authprovider.Error
			switch {
			case time.Since(start) != time.Second:
				t.Error(time.Since(start))
			case !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, authprovider.ErrTransient):
				t.Error(err)
			case !errors.As(err, &own) || own.StatusCode != 503 || own.RetryAfter != 4*time.Second:
				t.Errorf("%v %#v", err, own)
			}
		})
		requireElapsed(t, 4*time.Second, start)
		require.EqualValues(t, 2, posts.Load())
	})
}

// A renewal is repeated only for a caller that comes to need it.
func TestTokenSource_CallerThatJoinsARenewalSeesItRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ok := numbered(time.Hour)
		source, posts := newSource(t, func(n int, w http.ResponseWriter, r *http.Request) {
			if n == 2 {
				after(time.Second, refusing(503, ""))(n, w, r)
				return
			}
			ok(n, w, r)
		})
		token, err := source.Token(t.Context())
		require.NoError(t, err)
		time.Sleep(58 * time.Minute)
		require.Equal(t, "t1", get(t, source), "starts the renewal")
		synctest.Wait()
		source.Invalidate(token)
		require.Zero(t, patient(t, 100, source))
		require.Equal(t, "t3", get(t, source))
		require.EqualValues(t, 3, posts.Load())
	})
}

// What nobody waits for is not repeated in haste, and keeps no caller waiting.
func TestTokenSource_FailedRenewalDoesNotHoldUpTheNextExchange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ok := numbered(time.Hour)
		source, posts := newSource(t, func(n int, w http.ResponseWriter, r *http.Request) {
			if n == 2 {
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			ok(n, w, r)
		})
		token, err := source.Token(t.Context())
		require.NoError(t, err)
		time.Sleep(58 * time.Minute)
		get(t, source)
		synctest.Wait()
		require.EqualValues(t, 2, posts.Load())
		source.Invalidate(token)
		start := time.Now()
		require.Equal(t, "t3", get(t, source))
		requireElapsed(t, 0, start)
	})
}

// An API that refuses every token costs one exchange a second, not one a call.
func TestTransport_PermanentRefusalCausesAnExchangeASecond(t *testing.T) {
	for name, auth := range map[string]answer{
		"new tokens":     numbered(time.Hour),
		"one token":      func(_ int, w http.ResponseWriter, _ *http.Request) { issue(w, "same", time.Hour) },
		"slow exchanges": after(300*time.Millisecond, numbered(time.Hour)),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var posts []time.Time
				s := newService(t, func(n int, w http.ResponseWriter, r *http.Request) {
					posts = append(posts, time.Now())
					auth(n, w, r)
				}, demand("none"))
				start := time.Now()
				together(20, func(int) {
					for time.Since(start) < 6*time.Second {
						req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, memhttp.URL+"/op", nil)
						if err != nil {
							t.Error(err)
							return
						}
						if resp, err := s.client.Do(req); err != nil || resp.StatusCode != http.StatusUnauthorized {
							t.Error(resp, err)
						} else {
							_ = resp.Body.Close()
						}
						time.Sleep(20 * time.Millisecond)
					}
				})
				// The first is for the first call, and not for a refusal.
				require.LessOrEqual(t, len(posts)-1, 7)
				require.GreaterOrEqual(t, len(posts), 5, "it is asked again all the same")
				for i := 2; i < len(posts); i++ {
					require.GreaterOrEqual(t, posts[i].Sub(posts[i-1]), time.Second)
				}
				require.Greater(t, s.calls.Load(), int64(1000), "calls do not wait for it")
			})
		})
	}
}
