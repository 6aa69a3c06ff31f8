package authprovider_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
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
		require.Less(t, time.Since(start), 10*time.Second)
		require.EqualValues(t, 4, posts.Load())
		require.ErrorIs(t, errs[0], authprovider.ErrTransient)
		for _, err := range errs {
			require.Same(t, errs[0], err)
		}
	})
}

// httpDate is a while after the start of a synctest bubble's clock.
func httpDate(d time.Duration) string {
	return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Add(d).Format(http.TimeFormat)
}

func dropped(int, http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

func cutOff(_ int, w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "100")
	_, _ = w.Write([]byte(`{"access_token":"t"`))
}

func html(_ int, w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) }

// failureClasses are answers of POST /auth that fail.
var failureClasses = []struct {
	name       string
	do         answer
	class      error // what the error tells, with status and retryAfter
	status     int
	retryAfter time.Duration
	coolDown   time.Duration // for how long callers get it back at once before another exchange starts
	posts      int64         // how many exchanges it takes
}{
	{"401", refusing(401, ""), authprovider.ErrCredentials, 401, 0, 30 * time.Second, 1},
	{"400", refusing(400, ""), authprovider.ErrCredentials, 400, 0, 30 * time.Second, 1},
	{"403", refusing(403, ""), authprovider.ErrCredentials, 403, 0, 30 * time.Second, 1},
	{"403 with a short Retry-After", refusing(403, "2"), authprovider.ErrCredentials, 403, 2 * time.Second, 30 * time.Second, 1},
	{"401 with a long Retry-After", refusing(401, "90"), authprovider.ErrCredentials, 401, 90 * time.Second, 90 * time.Second, 1},
	{"429", refusing(429, ""), authprovider.ErrThrottled, 429, 0, time.Second, 4},
	{"429 with seconds", refusing(429, "7"), authprovider.ErrThrottled, 429, 7 * time.Second, 7 * time.Second, 1},
	{"429 with a date", refusing(429, httpDate(9*time.Second)), authprovider.ErrThrottled, 429, 9 * time.Second, 9 * time.Second, 1},
	{"429 with a date in the past", refusing(429, httpDate(-time.Hour)), authprovider.ErrThrottled, 429, 0, time.Second, 4},
	{"429 with 0", refusing(429, "0"), authprovider.ErrThrottled, 429, 0, time.Second, 4},
	{"429 with a day", refusing(429, "86400"), authprovider.ErrThrottled, 429, 24 * time.Hour, 5 * time.Minute, 1},
	{"429 with an absurd value", refusing(429, "99999999999999999999"), authprovider.ErrThrottled, 429, 1<<63 - 1, 5 * time.Minute, 1},
	{"429 with garbage", refusing(429, "-5 soon"), authprovider.ErrThrottled, 429, 0, time.Second, 4},
	{"408", refusing(408, ""), authprovider.ErrTransient, 408, 0, time.Second, 4},
	{"500", refusing(500, ""), authprovider.ErrTransient, 500, 0, time.Second, 4},
	{"429 with a second", refusing(429, "1"), authprovider.ErrThrottled, 429, time.Second, time.Second, 4},
	{"502", refusing(502, ""), authprovider.ErrTransient, 502, 0, time.Second, 4},
	{"503", refusing(503, ""), authprovider.ErrTransient, 503, 0, time.Second, 4},
	{"503 as of Varnish", refusing(503, "5"), authprovider.ErrTransient, 503, 5 * time.Second, 5 * time.Second, 2},
	{"503 with a minute", refusing(503, "60"), authprovider.ErrTransient, 503, time.Minute, time.Minute, 1},
	{"504", refusing(504, ""), authprovider.ErrTransient, 504, 0, time.Second, 4},
	{"503 with Retry-After", refusing(503, "3"), authprovider.ErrTransient, 503, 3 * time.Second, 3 * time.Second, 3},
	{"599", refusing(599, ""), authprovider.ErrTransient, 599, 0, time.Second, 4},
	{"connection dropped", dropped, authprovider.ErrTransient, 0, 0, time.Second, 4},
	{"answer cut off", cutOff, authprovider.ErrTransient, 200, 0, time.Second, 4},
	{"201", refusing(201, ""), authprovider.ErrMalformed, 201, 0, time.Second, 1},
	{"204", refusing(204, ""), authprovider.ErrMalformed, 204, 0, time.Second, 1},
	{"302", refusing(302, ""), authprovider.ErrMalformed, 302, 0, time.Second, 1},
	{"404", refusing(404, ""), authprovider.ErrMalformed, 404, 0, time.Second, 1},
	{"HTML", html, authprovider.ErrMalformed, 200, 0, time.Second, 1},
}

func TestTokenSource_FailureClassesAndCoolDowns(t *testing.T) {
	for _, tc := range failureClasses {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				source, posts := newSource(t, tc.do)
				start := time.Now()
				_, first := source.Token(t.Context())
				require.Less(t, time.Since(start), 10*time.Second)
				require.Equal(t, tc.posts, posts.Load())
				require.Equal(t, tc.posts == 1, time.Since(start) == 0, "it waits to repeat, and for nothing else")
				var own *authprovider.Error
				require.ErrorAs(t, first, &own)
				require.Equal(t, tc.status, own.StatusCode)
				require.Equal(t, tc.retryAfter, own.RetryAfter)
				for _, class := range classes {
					require.Equal(t, class == tc.class, errors.Is(first, class), "%v", class)
				}

				time.Sleep(tc.coolDown - time.Nanosecond)
				start = time.Now()
				_, err := source.Token(t.Context())
				require.Same(t, first, err)
				requireElapsed(t, 0, start)
				require.Equal(t, tc.posts, posts.Load())

				time.Sleep(time.Nanosecond)
				_, err = source.Token(t.Context())
				require.Error(t, err)
				require.Greater(t, posts.Load(), tc.posts)
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
		for _, hung := range []int{1, 2} {
			t.Run(fmt.Sprint(name, ", ", hung), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					source, posts := newSource(t, func(n int, w http.ResponseWriter, r *http.Request) {
						if n > hung {
							issue(w, "t", time.Hour)
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
						if _, err := source.Token(t.Context()); errors.Is(err, authprovider.ErrTransient) != (hung == 2) {
							t.Error(err)
						}
					})
					require.Equal(t, 10*time.Second*time.Duration(hung), time.Since(start).Truncate(10*time.Second))
					time.Sleep(time.Second) // the cool-down
					require.Equal(t, "t", get(t, source))
					require.EqualValues(t, hung+1, posts.Load())
				})
			})
		}
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
				require.Equal(t, "new", get(t, source))
				require.Less(t, time.Since(start), 11*time.Second)
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
					if posts.Add(1) < 5 {
						time.Sleep(100 * time.Millisecond) // let the waiters gather
						blowUp()
					}
					return instantly("t5"), nil
				})})
				_, err := source.Token(t.Context())
				require.EqualError(t, err, "authprovider: no token: the HTTP client panicked")
				require.ErrorIs(t, err, authprovider.ErrTransient)
				require.NotErrorIs(t, err, context.Canceled)
				time.Sleep(time.Second) // the cool-down
				together(10, func(int) {
					if token, err := source.Token(t.Context()); err != nil || token.AccessToken() != "t5" {
						t.Error(err)
					}
				})
				require.EqualValues(t, 5, posts.Load())
			})
		})
	}
}
