package once_test

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/once"
	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

func TestResolve_ThePersonDecides(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		s := newService(t)
		l := d.ledger(t)
		for _, key := range []string{"a", "b", "c"} {
			s.inject(t, umbrellatest.Fault{Reset: true, AfterProcessing: key != "b"})
			_, err := l.CreateSessionLink(t.Context(), s.client, key, request(key))
			require.ErrorIs(t, err, once.ErrUnknown)
		}
		require.Equal(t, []string{"a", "b", "c"}, unknownKeys(t, l))
		for k, err := range l.Unknown(t.Context()) {
			require.NoError(t, err)
			require.WithinDuration(t, time.Now(), k.Since, time.Minute)
			break // and no more pages
		}
		session := s.opened(t)["a"][0]

		require.NoError(t, l.Resolve(t.Context(), "a", once.Opened(session.SessionLink)))
		require.NoError(t, l.Resolve(t.Context(), "b", once.NotOpened))
		require.NoError(t, l.Resolve(t.Context(), "c", once.Opened(api.SessionLink{RequestID: "only the id"})))
		require.ErrorIs(t, l.Resolve(t.Context(), "c", once.NotOpened), once.ErrNotUnknown)
		require.ErrorIs(t, l.Resolve(t.Context(), "never used", once.NotOpened), once.ErrNotUnknown)
		require.Error(t, l.Resolve(t.Context(), "a", once.Resolution{}))
		require.Error(t, l.Resolve(t.Context(), "a", once.Opened(api.SessionLink{})))
		require.Empty(t, unknownKeys(t, l))

		link, err := l.CreateSessionLink(t.Context(), s.client, "a", request("a"))
		require.NoError(t, err)
		require.Equal(t, session.URL, link.URL)
		_, err = l.CreateSessionLink(t.Context(), s.client, "b", request("b"))
		require.NoError(t, err)
		_, err = l.CreateSessionLink(t.Context(), s.client, "c", request("c"))
		var expired *once.LinkExpiredError
		require.ErrorAs(t, err, &expired)
		require.Equal(t, "only the id", expired.RequestID)
		for key, sessions := range s.opened(t) {
			require.Len(t, sessions, 1, key)
		}
	})
}

func unknownKeys(t *testing.T, l *once.Ledger) (keys []string) {
	for k, err := range l.Unknown(t.Context()) {
		require.NoError(t, err)
		keys = append(keys, k.Key)
	}
	return keys
}

func TestRenew_OpensOneMoreSessionOncePastTheExpiry(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		s := newService(t)
		l := d.ledger(t)
		s.offset.Store(int64(-2 * time.Hour)) // links expire an hour ago
		old, err := l.CreateSessionLink(t.Context(), s.client, "k", request("k"))
		require.NoError(t, err)
		_, err = l.CreateSessionLink(t.Context(), s.client, "k", request("k"))
		require.ErrorIs(t, err, once.ErrLinkExpired)
		require.ErrorContains(t, err, "Renew")
		var expired *once.LinkExpiredError
		require.ErrorAs(t, err, &expired)
		require.Equal(t, old.RequestID, expired.RequestID)

		pruned, err := l.Prune(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 1, pruned)
		var url string
		require.NoError(t, d.open(t).QueryRow("SELECT url FROM umbrella_once").Scan(&url))
		require.Empty(t, url)

		s.offset.Store(0)
		next := request("k")
		next.DocURL += "?v=2"
		var racers sync.WaitGroup
		for range 8 {
			racers.Go(func() {
				link, err := d.ledger(t).Renew(t.Context(), s.client, "k", next)
				if err != nil || link.RequestID == old.RequestID {
					t.Errorf("%v", err)
				}
			})
		}
		racers.Wait()
		require.Len(t, s.Sessions(), 2)
		link, err := l.CreateSessionLink(t.Context(), s.client, "k", next)
		require.NoError(t, err)
		require.NotEqual(t, old.RequestID, link.RequestID)
		pruned, err = l.Prune(t.Context())
		require.NoError(t, err)
		require.Zero(t, pruned)
	})
}

// expire opens a link of key that has expired, and returns its request id.
func (d database) expire(t *testing.T, s *service, key string) string {
	s.offset.Store(int64(-2 * time.Hour)) // links expire an hour ago
	link, err := d.ledger(t).CreateSessionLink(t.Context(), s.client, key, request(key))
	require.NoError(t, err)
	s.offset.Store(int64(12 * time.Hour))
	return link.RequestID
}

func requireExpired(t *testing.T, requestID string, err error) {
	var expired *once.LinkExpiredError
	require.ErrorAs(t, err, &expired)
	require.Equal(t, requestID, expired.RequestID)
}

func TestRenew_ThatOpensNothingLeavesTheKeyAsItWas(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		s := newService(t)
		l := d.ledger(t)
		for key, renew := range map[string]func() error{
			"typo": func() error {
				bad := request("typo")
				bad.PhoneNumber = "none"
				_, err := l.Renew(t.Context(), s.client, "typo", bad)
				return err
			},
			"refused": func() error {
				s.inject(t, umbrellatest.Fault{Status: 400})
				_, err := l.Renew(t.Context(), s.client, "refused", request("refused?v=2"))
				return err
			},
			"throttled": func() error {
				s.inject(t, umbrellatest.Fault{Status: 429})
				_, err := l.Renew(t.Context(), s.client, "throttled", request("throttled"))
				return err
			},
			"unauthorized": func() error {
				s.inject(t, umbrellatest.Fault{Status: 401, Times: 2})
				_, err := l.Renew(t.Context(), s.client, "unauthorized", request("unauthorized"))
				return err
			},
		} {
			old := d.expire(t, s, key)
			require.Error(t, renew(), key)
			require.Equal(t, "open", d.state(t, key), key)
			_, err := d.ledger(t).CreateSessionLink(t.Context(), s.client, key, request(key))
			requireExpired(t, old, err)
			require.Len(t, s.opened(t)[key], 1, key)

			link, err := l.Renew(t.Context(), s.client, key, request(key))
			require.NoError(t, err)
			again, err := l.CreateSessionLink(t.Context(), s.client, key, request(key))
			require.NoError(t, err)
			require.Equal(t, link, again)
			require.Len(t, s.opened(t)[key], 2, key)
		}
	})
}

func TestRenew_ThatIsUnknownAndWasNotOpenedGoesBackToTheExpiredLink(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		s := newService(t)
		l := d.ledger(t)
		old := d.expire(t, s, "k")
		s.inject(t, umbrellatest.Fault{Reset: true})
		_, err := l.Renew(t.Context(), s.client, "k", request("k"))
		require.ErrorIs(t, err, once.ErrUnknown)
		_, err = l.Renew(t.Context(), s.client, "k", request("k"))
		require.ErrorIs(t, err, once.ErrUnknown)
		require.Equal(t, []string{"k"}, unknownKeys(t, l))

		require.NoError(t, l.Resolve(t.Context(), "k", once.NotOpened))
		_, err = l.CreateSessionLink(t.Context(), s.client, "k", request("k"))
		requireExpired(t, old, err)
		require.Len(t, s.Sessions(), 1)
		_, err = l.Renew(t.Context(), s.client, "k", request("k"))
		require.NoError(t, err)
		require.Len(t, s.Sessions(), 2)
	})
}

// A person is wrong in the middle of a renewal, and nobody renews again.
func TestRenew_ThatWasWronglyDeclaredNotOpenedIsRecorded(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		s := newService(t)
		old := d.expire(t, s, "k")
		link, err := d.ledger(t).Renew(t.Context(), s.client, "k", request("k"), func(ctx context.Context, r *http.Request) error {
			if err := d.update(t, "claimed_until = 0")(ctx, r); err != nil {
				return err
			}
			return d.ledger(t).Resolve(ctx, "k", once.NotOpened)
		})
		require.NoError(t, err)
		require.NotEqual(t, old, link.RequestID)
		again, err := d.ledger(t).CreateSessionLink(t.Context(), s.client, "k", request("k"))
		require.NoError(t, err)
		require.Equal(t, link, again)
	})
}

// A person has named a session in the middle of a renewal that opens none.
func TestRenew_ThatFailsLeavesAloneWhatAPersonFound(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		s := newService(t)
		d.expire(t, s, "k")
		s.inject(t, umbrellatest.Fault{Status: 429})
		_, err := d.ledger(t).Renew(t.Context(), s.client, "k", request("k"), func(ctx context.Context, r *http.Request) error {
			if err := d.update(t, "claimed_until = 0")(ctx, r); err != nil {
				return err
			}
			return d.ledger(t).Resolve(ctx, "k", once.Opened(api.SessionLink{RequestID: "found"}))
		})
		require.ErrorIs(t, err, umbrella.ErrRateLimited)
		_, err = d.ledger(t).CreateSessionLink(t.Context(), s.client, "k", request("k"))
		requireExpired(t, "found", err)
	})
}
