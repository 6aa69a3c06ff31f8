package authprovider_test

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/authprovider"
)

// refusing answers with status and Retry-After.
func refusing(status int, retryAfter string) answer {
	return func(_ int, w http.ResponseWriter, _ *http.Request) {
		if retryAfter != "" {
			w.Header().Set("Retry-After", retryAfter)
		}
		w.WriteHeader(status)
	}
}

func TestTokenSource_ConcurrentCallersShareOneFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source, posts := newSource(t, func(_ int, w http.ResponseWriter, _ *http.Request) {
			time.Sleep(time.Second)
			w.WriteHeader(http.StatusInternalServerError)
		})
		start := time.Now()
		var errs [20]error
		together(len(errs), func(i int) { _, errs[i] = source.Token(t.Context()) })
		requireElapsed(t, time.Second, start)
		require.EqualValues(t, 1, posts.Load())
		require.ErrorIs(t, errs[0], authprovider.ErrTransient)
		for _, err := range errs {
			require.Same(t, errs[0], err)
		}
	})
}

// For every class of failure: what the error tells, and for how long callers get
// it back at once before another exchange starts.
func TestTokenSource_FailureClassesAndCoolDowns(t *testing.T) {
	in := func(d time.Duration) string {
		return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Add(d).Format(http.TimeFormat) // the bubble's clock starts there
	}
	drop := func(int, http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	cut := func(_ int, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = w.Write([]byte(`{"access_token":"t"`))
	}
	text := func(s string) answer {
		return func(_ int, w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(s)) }
	}
	for _, tc := range []struct {
		name       string
		do         answer
		class      error
		status     int
		retryAfter time.Duration
		coolDown   time.Duration
	}{
		{"401", refusing(401, ""), authprovider.ErrCredentials, 401, 0, 30 * time.Second},
		{"403", refusing(403, ""), authprovider.ErrCredentials, 403, 0, 30 * time.Second},
		{"403 with a short Retry-After", refusing(403, "2"), authprovider.ErrCredentials, 403, 2 * time.Second, 30 * time.Second},
		{"401 with a long Retry-After", refusing(401, "90"), authprovider.ErrCredentials, 401, 90 * time.Second, 90 * time.Second},
		{"429", refusing(429, ""), authprovider.ErrThrottled, 429, 0, time.Second},
		{"429 with seconds", refusing(429, "7"), authprovider.ErrThrottled, 429, 7 * time.Second, 7 * time.Second},
		{"429 with a date", refusing(429, in(9*time.Second)), authprovider.ErrThrottled, 429, 9 * time.Second, 9 * time.Second},
		{"429 with a date in the past", refusing(429, in(-time.Hour)), authprovider.ErrThrottled, 429, 0, time.Second},
		{"429 with 0", refusing(429, "0"), authprovider.ErrThrottled, 429, 0, time.Second},
		{"429 with a day", refusing(429, "86400"), authprovider.ErrThrottled, 429, 24 * time.Hour, 5 * time.Minute},
		{"429 with an absurd value", refusing(429, "99999999999999999999"), authprovider.ErrThrottled, 429, 1<<63 - 1, 5 * time.Minute},
		{"429 with garbage", refusing(429, "-5 soon"), authprovider.ErrThrottled, 429, 0, time.Second},
		{"408", refusing(408, ""), authprovider.ErrTransient, 408, 0, time.Second},
		{"500", refusing(500, ""), authprovider.ErrTransient, 500, 0, time.Second},
		{"503 with Retry-After", refusing(503, "3"), authprovider.ErrTransient, 503, 3 * time.Second, 3 * time.Second},
		{"599", refusing(599, ""), authprovider.ErrTransient, 599, 0, time.Second},
		{"connection dropped", drop, authprovider.ErrTransient, 0, 0, time.Second},
		{"answer cut off", cut, authprovider.ErrTransient, 200, 0, time.Second},
		{"201", refusing(201, ""), authprovider.ErrMalformed, 201, 0, time.Second},
		{"204", refusing(204, ""), authprovider.ErrMalformed, 204, 0, time.Second},
		{"302", refusing(302, ""), authprovider.ErrMalformed, 302, 0, time.Second},
		{"404", refusing(404, ""), authprovider.ErrMalformed, 404, 0, time.Second},
		{"HTML", text("<html>"), authprovider.ErrMalformed, 200, 0, time.Second},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				source, posts := newSource(t, tc.do)
				_, first := source.Token(t.Context())
				var own *authprovider.Error
				require.ErrorAs(t, first, &own)
				require.Equal(t, tc.status, own.StatusCode)
				require.Equal(t, tc.retryAfter, own.RetryAfter)
				for _, class := range classes {
					require.Equal(t, class == tc.class, errors.Is(first, class), "%v", class)
				}

				time.Sleep(tc.coolDown - time.Nanosecond)
				start := time.Now()
				_, err := source.Token(t.Context())
				require.Same(t, first, err)
				requireElapsed(t, 0, start)
				require.EqualValues(t, 1, posts.Load())

				time.Sleep(time.Nanosecond)
				_, err = source.Token(t.Context())
				require.Error(t, err)
				require.EqualValues(t, 2, posts.Load())
			})
		})
	}
}

var classes = []error{
	authprovider.ErrCredentials, authprovider.ErrThrottled, authprovider.ErrTransient,
	authprovider.ErrMalformed, authprovider.ErrClosed,
}

func TestTokenSource_HungExchangeEndsAfterTenSeconds(t *testing.T) {
	for name, write := range map[string]string{"before the answer": "", "within the answer": `{"access_token":`} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				source, posts := newSource(t, func(n int, w http.ResponseWriter, r *http.Request) {
					if n > 1 {
						issue(w, "t2", time.Hour)
						return
					}
					_, _ = w.Write([]byte(write))
					if write != "" {
						_ = http.NewResponseController(w).Flush()
					}
					<-r.Context().Done()
				})
				start := time.Now()
				together(10, func(int) {
					if _, err := source.Token(t.Context()); !errors.Is(err, authprovider.ErrTransient) {
						t.Error(err)
					}
				})
				requireElapsed(t, 10*time.Second, start)
				time.Sleep(time.Second) // the cool-down
				require.Equal(t, "t2", get(t, source))
				require.EqualValues(t, 2, posts.Load())
			})
		})
	}
}

// A RoundTripper that ignores its context neither holds up the callers nor
// replaces, when it comes back at last, a newer token by its own.
func TestTokenSource_LateResultChangesNothing(t *testing.T) {
	for name, late := range map[string]func() (*http.Response, error){
		"token":   func() (*http.Response, error) { return instantly("old"), nil },
		"failure": func() (*http.Response, error) { return nil, errors.New("late") },
		"panic":   func() (*http.Response, error) { panic("late") },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var posts atomic.Int64
				source := sourceOver(t, &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
					if posts.Add(1) > 1 {
						return instantly("new"), nil
					}
					time.Sleep(time.Minute)
					return late()
				})})
				start := time.Now()
				_, err := source.Token(t.Context())
				require.ErrorIs(t, err, authprovider.ErrTransient)
				requireElapsed(t, 10*time.Second, start)
				time.Sleep(time.Second)
				require.Equal(t, "new", get(t, source))
				time.Sleep(time.Minute)
				require.Equal(t, "new", get(t, source))
			})
		})
	}
}

func TestTokenSource_PanicInTheClientBecomesAnError(t *testing.T) {
	for name, blowUp := range map[string]func(){
		"panic":     func() { panic("boom " + canaryKey) },
		"panic nil": func() { panic(nil) },
		"runtime":   func() { _ = []int{}[len(t.Name())] },
		"Goexit":    runtime.Goexit,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var posts atomic.Int64
				source := sourceOver(t, &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
					if posts.Add(1) == 1 {
						time.Sleep(time.Second) // let the waiters gather
						blowUp()
					}
					return instantly("t2"), nil
				})})
				start := time.Now()
				together(10, func(int) {
					_, err := source.Token(t.Context())
					if !errors.Is(err, authprovider.ErrTransient) || errors.Is(err, context.Canceled) || strings.Contains(err.Error(), "CANARY") {
						t.Error(err)
					}
				})
				requireElapsed(t, time.Second, start)
				time.Sleep(time.Second) // the cool-down
				require.Equal(t, "t2", get(t, source))
				require.EqualValues(t, 2, posts.Load())
			})
		})
	}
}
