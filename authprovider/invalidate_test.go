package authprovider_test

import (
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/authprovider"
)

func bearer(tb testing.TB, value string) authprovider.Token {
	token, err := authprovider.NewToken(value, time.Time{})
	require.NoError(tb, err)
	return token
}

func TestInvalidate_HundredStragglersCauseOneFetch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source, posts := newSource(t, numbered(time.Hour))
		rejected, err := source.Token(t.Context())
		require.NoError(t, err)
		for range 3 { // at once, and again long after the new token is there
			together(100, func(int) {
				source.Invalidate(rejected)
				if token, err := source.Token(t.Context()); err != nil || token.AccessToken() != "t2" {
					t.Error(token.AccessToken(), err)
				}
			})
			time.Sleep(time.Minute)
		}
		require.EqualValues(t, 2, posts.Load())
	})
}

func TestInvalidate_OfATokenThatIsNotCurrentDropsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source, posts := newSource(t, numbered(time.Hour))
		source.Invalidate(bearer(t, "t1"))
		require.Equal(t, "t1", get(t, source), "rejected long ago, and handed out anew")
		source.Invalidate(bearer(t, "other"))
		source.Invalidate(authprovider.Token{})
		require.Equal(t, "t1", get(t, source))
		require.EqualValues(t, 1, posts.Load())
	})
}

// slow answers after a second with the next of tokens.
func slow(tokens ...string) answer {
	return after(time.Second, func(n int, w http.ResponseWriter, _ *http.Request) {
		issue(w, tokens[min(n, len(tokens))-1], time.Hour)
	})
}

// The token is rejected while the exchange that brings it, or its like, is under
// way: the waiters get the one after it.
func TestInvalidate_DuringAFlightOutlawsItsResult(t *testing.T) {
	for _, tc := range []struct {
		name   string
		tokens []string
		warm   bool
		reject string
		want   string
		posts  int64
	}{
		{"cold", []string{"bad", "good"}, false, "bad", "good", 2},
		{"cold, and it insists", []string{"bad"}, false, "bad", "bad", 2},
		{"cold, another token", []string{"good"}, false, "bad", "good", 1},
		{"renewal, the old token again", []string{"bad", "bad", "good"}, true, "bad", "good", 3},
		{"renewal, a new token", []string{"bad", "good"}, true, "bad", "good", 2},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				source, posts := newSource(t, slow(tc.tokens...))
				if tc.warm {
					get(t, source)
					time.Sleep(58 * time.Minute)
					get(t, source) // starts a renewal
				}
				time.AfterFunc(500*time.Millisecond, func() {
					source.Invalidate(bearer(t, tc.reject))
					source.Invalidate(bearer(t, tc.reject))
				})
				if tc.warm {
					time.Sleep(600 * time.Millisecond)
				}
				together(10, func(int) {
					if token, err := source.Token(t.Context()); err != nil || token.AccessToken() != tc.want {
						t.Error(token.AccessToken(), err)
					}
				})
				require.Equal(t, tc.posts, posts.Load())
			})
		})
	}
}

// A renewal whose result is outlawed leaves the valid token alone, and another
// renewal follows.
func TestInvalidate_OfARenewalsResultKeepsTheCurrentToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source, posts := newSource(t, slow("t1", "bad", "t3"))
		get(t, source)
		time.Sleep(58 * time.Minute)
		get(t, source) // starts a renewal
		synctest.Wait()
		source.Invalidate(bearer(t, "bad"))
		time.Sleep(1500*time.Millisecond - time.Nanosecond)
		require.Equal(t, "t1", get(t, source))
		synctest.Wait()
		require.EqualValues(t, 2, posts.Load(), "not at once")
		time.Sleep(500 * time.Millisecond)
		require.Equal(t, "t1", get(t, source))
		time.Sleep(time.Second)
		synctest.Wait()
		require.Equal(t, "t3", get(t, source))
		require.EqualValues(t, 3, posts.Load())
	})
}

// An endpoint that insists on a token that the API refuses costs one exchange a
// second, not one a call.
func TestInvalidate_OfATokenThatTheServerInsistsOnIsLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source, posts := newSource(t, func(_ int, w http.ResponseWriter, _ *http.Request) { issue(w, "same", time.Hour) })
		for range 1000 {
			token, err := source.Token(t.Context())
			require.NoError(t, err)
			source.Invalidate(token)
			time.Sleep(10 * time.Millisecond)
		}
		require.LessOrEqual(t, posts.Load(), int64(12)) // two at the start, then one a second for 10 s
		require.GreaterOrEqual(t, posts.Load(), int64(10), "it is asked again all the same")
	})
}

// Stragglers that report the old token while its replacement is on the way do
// not outlaw it, even if the server insists: someone must get an answer.
func TestInvalidate_StragglersDoNotProlongAFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source, posts := newSource(t, slow("same"))
		token, err := source.Token(t.Context())
		require.NoError(t, err)
		start := time.Now()
		source.Invalidate(token)
		time.AfterFunc(500*time.Millisecond, func() { source.Invalidate(token) })
		require.Equal(t, "same", get(t, source))
		requireElapsed(t, time.Second, start)
		require.EqualValues(t, 2, posts.Load())
	})
}

// A failure that a renewal has got over is forgotten.
func TestInvalidate_AfterARecoveredRenewalFetchesAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ok := numbered(2 * time.Second)
		source, _ := newSource(t, func(n int, w http.ResponseWriter, r *http.Request) {
			if n == 2 {
				w.WriteHeader(http.StatusInternalServerError)
				return
			}
			ok(n, w, r)
		})
		get(t, source)
		time.Sleep(1700 * time.Millisecond)
		for range 4 { // the renewal fails, and succeeds within 25 ms
			get(t, source)
			synctest.Wait()
			time.Sleep(10 * time.Millisecond)
		}
		token, err := source.Token(t.Context())
		require.NoError(t, err)
		require.Equal(t, "t3", token.AccessToken())
		source.Invalidate(token)
		require.Equal(t, "t4", get(t, source))
	})
}

// A failed renewal must not keep callers from a new token once the API has
// rejected the old one, beyond the cool-down of a second.
func TestInvalidate_AfterFailedRenewalsWaitsForTheCoolDownOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var up atomic.Bool
		ok := numbered(time.Hour)
		source, _ := newSource(t, func(n int, w http.ResponseWriter, r *http.Request) {
			if n > 1 && !up.Load() {
				w.WriteHeader(http.StatusInternalServerError)
				return
			}
			ok(n, w, r)
		})
		token, err := source.Token(t.Context())
		require.NoError(t, err)
		time.Sleep(56 * time.Minute)
		for range 1500 { // 150 s, so that renewals are some 30 s apart
			get(t, source)
			time.Sleep(100 * time.Millisecond)
		}
		up.Store(true)
		source.Invalidate(token)
		time.Sleep(time.Second)
		require.NotEqual(t, "t1", get(t, source))
	})
}
