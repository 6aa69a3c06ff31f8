package authprovider_test

import (
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/authprovider"
)

// The long pauses between failing renewals are for callers that have a token.
func TestTokenSource_RecoversWithinTheCoolDownOnceTheTokenIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ok := numbered(time.Hour)
		start := time.Now()
		recovery := 59*time.Minute + 31*time.Second // a second after the hard expiry
		source, _ := newSource(t, func(n int, w http.ResponseWriter, r *http.Request) {
			if n > 1 && time.Since(start) < recovery {
				w.WriteHeader(http.StatusInternalServerError)
				return
			}
			ok(n, w, r)
		})
		for time.Since(start) < recovery {
			_, _ = source.Token(t.Context())
			time.Sleep(100 * time.Millisecond)
		}
		time.Sleep(time.Second)
		get(t, source)
	})
}

func TestTokenSource_ExpiredTokenIsNeverServed(t *testing.T) {
	for _, tc := range []struct{ lifetime, skew time.Duration }{
		{time.Second, 100 * time.Millisecond},
		{time.Minute, 6 * time.Second},
		{5 * time.Minute, 30 * time.Second},
		{time.Hour, 30 * time.Second},
		{30 * 24 * time.Hour, 30 * time.Second},
	} {
		t.Run(fmt.Sprint(tc.lifetime), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				source, _ := newSource(t, failing(2, http.StatusInternalServerError, numbered(tc.lifetime)))
				get(t, source)
				time.Sleep(tc.lifetime - tc.skew - time.Nanosecond)
				require.Equal(t, "t1", get(t, source))
				time.Sleep(time.Nanosecond)
				_, err := source.Token(t.Context())
				require.ErrorIs(t, err, authprovider.ErrTransient)
			})
		})
	}
}

func TestTokenSource_LifetimeCountsFromBeforeThePost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source, _ := newSource(t, after(8*time.Second, failing(2, http.StatusInternalServerError, numbered(100*time.Second))))
		sent := time.Now()
		token, err := source.Token(t.Context())
		require.NoError(t, err)
		require.True(t, token.Expiry().Equal(sent.Add(100*time.Second)), "%v", token.Expiry())
		time.Sleep(82*time.Second - time.Nanosecond)
		get(t, source)
		time.Sleep(time.Nanosecond)
		_, err = source.Token(t.Context())
		require.Error(t, err)
	})
}

func TestTokenSource_TokenThatExpiredOnTheWayIsAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source, posts := newSource(t, after(3*time.Second, numbered(time.Second)))
		_, err := source.Token(t.Context())
		require.ErrorIs(t, err, authprovider.ErrTransient)
		require.EqualError(t, err, "authprovider: no token: the token expired before it arrived")
		require.LessOrEqual(t, posts.Load(), int64(4))
	})
}
