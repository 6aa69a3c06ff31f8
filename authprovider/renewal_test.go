package authprovider_test

import (
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/authprovider"
)

func TestTokenSource_RenewsWithinTheSoftWindowOnly(t *testing.T) {
	const ms, minute, day = time.Millisecond, time.Minute, 24 * time.Hour
	for _, tc := range []struct{ lifetime, earliest, latest time.Duration }{ // of the start of a renewal, before the end
		{time.Second, 200 * ms, 160 * ms},
		{10 * time.Second, 2000 * ms, 1600 * ms},
		{2 * minute, 24 * time.Second, 19200 * ms},
		{25 * minute, 5 * minute, 4 * minute},
		{time.Hour, 5 * minute, 4 * minute},
		{30 * day, 5 * minute, 4 * minute},
	} {
		t.Run(tc.lifetime.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				source, posts := newSource(t, numbered(tc.lifetime))
				require.Equal(t, "t1", get(t, source))

				time.Sleep(tc.lifetime - tc.earliest - time.Nanosecond)
				require.Equal(t, "t1", get(t, source))
				synctest.Wait()
				require.EqualValues(t, 1, posts.Load(), "before the window")

				time.Sleep(tc.earliest - tc.latest + time.Nanosecond)
				require.Equal(t, "t1", get(t, source), "the old token is good while the new one is fetched")
				synctest.Wait()
				require.EqualValues(t, 2, posts.Load(), "at the window's latest point")
				require.Equal(t, "t2", get(t, source))
			})
		})
	}
}

// The start of a renewal is drawn once per token. A fleet that drew none would
// renew in step, and one that drew at each call would renew at the window's start.
func TestTokenSource_SoftExpiryIsJitteredOncePerToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const fleet = 64
		var sources [fleet]*authprovider.APIKeySource
		renewed := 0
		for i := range sources {
			var posts int
			sources[i] = sourceOver(t, &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
				if posts++; posts == 2 {
					renewed++
				}
				return instantly("t"), nil
			})})
			get(t, sources[i])
		}
		time.Sleep(55 * time.Minute)
		for range 30 { // to the middle of the minute in which they renew
			for _, source := range sources {
				get(t, source)
				synctest.Wait()
			}
			time.Sleep(time.Second)
		}
		require.Greater(t, renewed, 0)
		require.Less(t, renewed, fleet)
	})
}

func TestTokenSource_HangingRenewalHoldsNobodyUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ok := numbered(time.Hour)
		source, posts := newSource(t, func(n int, w http.ResponseWriter, r *http.Request) {
			if n > 1 {
				<-r.Context().Done()
				return
			}
			ok(n, w, r)
		})
		require.Equal(t, "t1", get(t, source))
		time.Sleep(57 * time.Minute)
		start := time.Now()
		for range 5 {
			together(20, func(int) {
				if token, err := source.Token(t.Context()); err != nil || token.AccessToken() != "t1" {
					t.Error(token.AccessToken(), err)
				}
			})
			synctest.Wait()
		}
		requireElapsed(t, 0, start)
		require.EqualValues(t, 2, posts.Load())
	})
}

func TestTokenSource_NeverRenewsPerCall(t *testing.T) {
	for _, tc := range []struct {
		name     string
		do       answer
		maxPosts int64 // in 10 minutes
	}{
		{"two-minute tokens", numbered(2 * time.Minute), 7}, // one every 96 s at most
		{"the same two-minute token", func(_ int, w http.ResponseWriter, _ *http.Request) { issue(w, "same", 2*time.Minute) }, 7},
		{"one-second tokens", numbered(time.Second), 751}, // one every 800 ms at most
		{"the same token with what is left of its time", shared(), 12},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				source, posts := newSource(t, tc.do)
				for range 30_000 {
					get(t, source)
					time.Sleep(20 * time.Millisecond)
				}
				require.LessOrEqual(t, posts.Load(), tc.maxPosts)
			})
		})
	}
}

// shared hands out one token for 5 minutes, each time with what is left of them.
func shared() answer {
	return func(_ int, w http.ResponseWriter, _ *http.Request) {
		now := time.Now()
		end := now.Add(5 * time.Second).Truncate(5 * time.Minute).Add(5 * time.Minute)
		issue(w, end.String()[11:19], end.Sub(now))
	}
}

func TestTokenSource_FailingRenewalIsRetriedUnseenUntilExpiry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ok := failing(2, http.StatusServiceUnavailable, numbered(time.Hour))
		var posts []time.Duration // of each POST
		start := time.Now()
		source, _ := newSource(t, func(n int, w http.ResponseWriter, r *http.Request) {
			posts = append(posts, time.Since(start))
			ok(n, w, r)
		})
		get(t, source)
		time.Sleep(55 * time.Minute)
		for time.Since(start) < 59*time.Minute+30*time.Second {
			require.Equal(t, "t1", get(t, source))
			time.Sleep(10 * time.Millisecond)
		}
		at := slices.Clone(posts)
		_, err := source.Token(t.Context())
		require.ErrorIs(t, err, authprovider.ErrTransient, "the token is never extended")

		var pauses []time.Duration
		for i := 2; i < len(at); i++ {
			pauses = append(pauses, (at[i] - at[i-1]).Truncate(10*time.Millisecond))
		}
		require.Greater(t, len(pauses), 6, "%v", pauses)
		for i, pause := range pauses {
			most := min(time.Second<<i, 30*time.Second)
			require.LessOrEqual(t, pause, most, "%v", pauses)
			require.GreaterOrEqual(t, pause, most/2, "%v", pauses)
		}
		require.Greater(t, len(slices.Compact(slices.Clone(pauses[5:]))), 1, "no jitter: %v", pauses)
		require.Less(t, 59*time.Minute+30*time.Second-at[len(at)-1], 30*time.Second, "to the end: %v", at)
	})
}

func TestTokenSource_RenewalWaitsAsLongAsItIsTold(t *testing.T) {
	for _, tc := range []struct {
		name string
		do   answer
		want time.Duration
	}{
		{"credentials refused", refusing(403, ""), 30 * time.Second},
		{"throttled", refusing(429, "40"), 40 * time.Second},
		{"unavailable", refusing(503, "50"), 50 * time.Second},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ok := numbered(time.Hour)
				source, posts := newSource(t, func(n int, w http.ResponseWriter, r *http.Request) {
					if n == 2 {
						tc.do(n, w, r)
						return
					}
					ok(n, w, r)
				})
				get(t, source)
				time.Sleep(56 * time.Minute)
				get(t, source)
				synctest.Wait()
				require.EqualValues(t, 2, posts.Load())
				time.Sleep(tc.want - time.Nanosecond)
				get(t, source)
				synctest.Wait()
				require.EqualValues(t, 2, posts.Load())
				time.Sleep(time.Nanosecond)
				get(t, source)
				synctest.Wait()
				require.Equal(t, "t3", get(t, source))
			})
		})
	}
}
