package once_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/once"
	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

func TestSend_EndsByHalfOfTheLease(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		s := newService(t)
		var end time.Time
		before := time.Now()
		_, err := d.ledger(t, once.WithLease(10*time.Second)).CreateSessionLink(t.Context(), s.client, "k", request("k"),
			func(ctx context.Context, _ *http.Request) error {
				end, _ = ctx.Deadline()
				return nil
			})
		require.NoError(t, err)
		require.WithinRange(t, end, before.Add(5*time.Second), time.Now().Add(5*time.Second))
	})
}

// update is a request editor that changes the row of "k" while its request is sent.
func (d database) update(t *testing.T, set string) func(context.Context, *http.Request) error {
	db := d.open(t)
	return func(ctx context.Context, _ *http.Request) error {
		_, err := db.ExecContext(ctx, "UPDATE umbrella_once SET "+set+" WHERE session_key = 'k'")
		return err
	}
}

// takenClaim is what one leaves who resolves a key and claims it again.
const takenClaim = "claim = 'another'"

func TestSend_WithoutItsClaimReportsTheSession(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		s := newService(t)
		link, err := d.ledger(t).CreateSessionLink(t.Context(), s.client, "k", request("k"), d.update(t, takenClaim))
		require.Nil(t, link, "the link of the key is another's")
		var extra *once.UnrecordedError
		require.ErrorAs(t, err, &extra)
		require.Contains(t, s.Sessions(), extra.Link.RequestID)
		require.Equal(t, "sending", d.state(t, "k"))
	})
}

func TestSend_AnUnknownOutcomeSaysWhatItKnows(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		s := newService(t)
		s.inject(t, umbrellatest.Fault{Reset: true, AfterProcessing: true, Times: 3})
		const found = "find out and call Resolve"

		_, err := d.ledger(t).CreateSessionLink(t.Context(), s.client, "k", request("k"))
		require.ErrorContains(t, err, found+": umbrella: createSessionLink")
		require.NotContains(t, err.Error(), "one too many")
		_, later := d.ledger(t).CreateSessionLink(t.Context(), s.client, "k", request("k"))
		require.EqualError(t, later, once.ErrUnknown.Error()+": "+found)

		_, err = d.open(t).Exec("DELETE FROM umbrella_once")
		require.NoError(t, err)
		_, err = d.ledger(t).CreateSessionLink(t.Context(), s.client, "k", request("k"), d.update(t, takenClaim))
		require.ErrorIs(t, err, once.ErrUnknown)
		require.ErrorContains(t, err, "may be one too many")

		_, err = d.open(t).Exec("DELETE FROM umbrella_once")
		require.NoError(t, err)
		_, err = d.ledger(t).CreateSessionLink(t.Context(), s.client, "k", request("k"), d.update(t, "state = 'unknown'"))
		require.ErrorIs(t, err, once.ErrUnknown)
		require.NotContains(t, err.Error(), "one too many", "as when an earlier try to record it had worked")
	})
}

func TestSend_ARefusalStaysWhatItIsWithoutAClaim(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		s := newService(t)
		s.inject(t, umbrellatest.Fault{Status: 429})
		_, err := d.ledger(t).CreateSessionLink(t.Context(), s.client, "k", request("k"), d.update(t, takenClaim))
		require.ErrorIs(t, err, umbrella.ErrRateLimited)
		require.NotContains(t, err.Error(), "ledger", "whose key is another's now")
	})
}
