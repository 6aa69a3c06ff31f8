package once_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

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
