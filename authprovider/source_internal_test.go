package authprovider

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// testClock stands in for the wall clock and the monotonic clock, which no
// synctest bubble can set apart.
type testClock struct{ wall, mono time.Duration }

// clocked returns a source on a clock of its own whose renewals start at the
// window's start. Its endpoint issues one token of an hour and is down afterwards.
func clocked(t *testing.T) (*APIKeySource, *testClock) {
	s, err := NewAPIKeySource("http://127.0.0.1", "key", "customer")
	require.NoError(t, err)
	c := &testClock{wall: time.Duration(time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC).UnixNano()), mono: time.Hour}
	s.clock = func() (int64, int64) { return int64(c.wall), int64(c.mono) }
	s.random = func() float64 { return 0 }
	var posts atomic.Int64
	s.exchange = func(_ context.Context, sent time.Time) (Token, time.Duration, *Error) {
		if posts.Add(1) > 1 {
			return Token{}, 0, &Error{kind: ErrTransient}
		}
		token, err := NewToken("t", sent.Add(time.Hour))
		require.NoError(t, err)
		return token, time.Hour, nil
	}
	token, err := s.Token(t.Context())
	require.NoError(t, err)
	require.Equal(t, int64(c.wall)+int64(time.Hour), token.Expiry().UnixNano())
	return s, c
}

// A token is served until one of the clocks says that its time is over; the
// renewal starts when one of them says that it is near.
func TestTokenSource_ExpiresByEitherClock(t *testing.T) {
	const served = time.Hour - hardSkew
	for _, tc := range []struct {
		name       string
		wall, mono time.Duration // how far the clocks have moved
		expired    bool
	}{
		{"at once", 0, 0, false},
		{"both just before the end", served - 1, served - 1, false},
		{"both at the end", served, served, true},
		{"wall clock stepped forward", served, time.Minute, true},
		{"wall clock stepped forward a little", served - 1, time.Minute, false},
		{"suspended: the monotonic clock stood still", 8 * time.Hour, 0, true},
		{"wall clock stepped back", -24 * time.Hour, served, true},
		{"wall clock stepped back, not yet over", -24 * time.Hour, served - 1, false},
		{"wall clock stood still", 0, served, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s, c := clocked(t)
			c.wall, c.mono = c.wall+tc.wall, c.mono+tc.mono
			defer func() { require.NoError(t, s.Close()) }()
			_, err := s.Token(t.Context())
			if tc.expired {
				require.ErrorIs(t, err, ErrTransient)
			} else {
				require.NoError(t, err)
			}
		})
	}
}

// A step of the wall clock during the exchange makes its token expire early or
// on time, never late.
func TestTokenSource_ClockStepDuringTheExchange(t *testing.T) {
	for _, tc := range []struct {
		name string
		step time.Duration
		ok   bool
	}{{"forward past the end", 2 * time.Hour, false}, {"forward", 30 * time.Minute, true}, {"back", -2 * time.Hour, true}} {
		t.Run(tc.name, func(t *testing.T) {
			s, c := clocked(t)
			s.Invalidate(s.current.Load().token)
			s.exchange = func(_ context.Context, sent time.Time) (Token, time.Duration, *Error) {
				c.wall += tc.step
				c.mono += time.Second
				token, err := NewToken("t2", sent.Add(time.Hour))
				require.NoError(t, err)
				return token, time.Hour, nil
			}
			_, err := s.Token(t.Context())
			require.Equal(t, tc.ok, err == nil, "%v", err)
			c.mono += time.Hour - hardSkew - time.Second
			_, err = s.Token(expired(t))
			require.Error(t, err, "over by the monotonic clock in any case")
		})
	}
}

// expired is a context that starts no exchange.
func expired(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

// A wall clock that steps forward and back while a renewal is under way or has
// failed does not end renewals for good.
func TestTokenSource_ClockStepsDoNotStopRenewals(t *testing.T) {
	s, c := clocked(t)
	c.wall += 2 * time.Hour
	_, err := s.Token(t.Context()) // expired by the wall clock: a blocking exchange, which fails
	require.ErrorIs(t, err, ErrTransient)
	c.wall -= 2 * time.Hour
	c.wall += 59 * time.Minute // within the window
	c.mono += 59 * time.Minute
	fresh := make(chan struct{})
	s.exchange = func(context.Context, time.Time) (Token, time.Duration, *Error) {
		defer close(fresh)
		token, err := NewToken("t2", time.Time{})
		require.NoError(t, err)
		return token, time.Hour, nil
	}
	token, err := s.Token(t.Context())
	require.NoError(t, err)
	require.Equal(t, "t", token.AccessToken())
	<-fresh
}

func TestTokenSource_RenewsByEitherClock(t *testing.T) {
	const soft = 55 * time.Minute
	for _, tc := range []struct {
		name       string
		wall, mono time.Duration
		renews     bool
	}{
		{"neither", soft - 1, soft - 1, false},
		{"wall clock", soft, 0, true},
		{"monotonic clock", 0, soft, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s, c := clocked(t)
			c.wall, c.mono = c.wall+tc.wall, c.mono+tc.mono
			_, err := s.Token(t.Context())
			require.NoError(t, err)
			s.mu.Lock()
			defer s.mu.Unlock()
			require.Equal(t, tc.renews, s.flight != nil || s.failures > 0)
		})
	}
}

// Neither a fresh token nor one whose renewal is under way needs the lock.
func TestTokenSource_ValidTokenTakesNoLock(t *testing.T) {
	for name, age := range map[string]time.Duration{"fresh": 0, "renewing": 58 * time.Minute} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, c := clocked(t)
				c.wall, c.mono = c.wall+age, c.mono+age
				hanging(s)
				_, err := s.Token(t.Context())
				require.NoError(t, err)
				synctest.Wait()

				s.mu.Lock()
				served := make(chan error, 1)
				go func() {
					_, err := s.Token(t.Context())
					served <- err
				}()
				synctest.Wait()
				require.Len(t, served, 1, "blocked")
				require.NoError(t, <-served)
				s.mu.Unlock()
				require.NoError(t, s.Close())
			})
		})
	}
}

// hanging makes the exchanges of s end with their context only, and counts them.
func hanging(s *APIKeySource) *atomic.Int64 {
	exchanges := new(atomic.Int64)
	s.exchange = func(ctx context.Context, _ time.Time) (Token, time.Duration, *Error) {
		exchanges.Add(1)
		<-ctx.Done()
		return Token{}, 0, &Error{kind: ErrTransient}
	}
	return exchanges
}

// A wall clock that steps forward and back makes a token expire and be valid
// again while a blocking exchange is under way: that one is enough.
func TestTokenSource_ClockStepsStartOneExchange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, c := clocked(t)
		exchanges := hanging(s)
		c.wall += 2 * time.Hour
		go func() { _, _ = s.Token(t.Context()) }()
		synctest.Wait()
		c.wall -= time.Hour + 2*time.Minute // within the window
		_, err := s.Token(t.Context())
		require.NoError(t, err)
		synctest.Wait()
		require.EqualValues(t, 1, exchanges.Load())
		require.NoError(t, s.Close())
	})
}

// However often tokens are rejected, a caller waits for one exchange that
// succeeds and no longer: its token may be rejected before the caller wakes up.
func TestTokenSource_WaiterTakesTheTokenItWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, c := clocked(t)
		exchanges := hanging(s)
		s.Invalidate(s.current.Load().token)
		got := make(chan Token, 1)
		go func() {
			token, err := s.Token(t.Context())
			require.NoError(t, err)
			got <- token
		}()
		synctest.Wait()
		token, err := NewToken("t2", time.Time{})
		require.NoError(t, err)
		end := int64(time.Hour)
		s.mu.Lock()
		defer s.flight.cancel()
		s.land(s.flight, &cached{token: token, hardWall: int64(c.wall) + end, hardMono: int64(c.mono) + end}, nil)
		s.current.Store(nil)
		s.mu.Unlock()
		require.Equal(t, token, <-got)
		require.EqualValues(t, 1, exchanges.Load())
		require.NoError(t, s.Close())
	})
}
