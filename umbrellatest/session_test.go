package umbrellatest_test

import (
	"bytes"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

func start(t *testing.T, s *umbrellatest.Server) *api.SessionLink {
	link, err := s.Client.CreateSessionLink(t.Context(), api.CreateSessionLinkRequest{
		Email: "user@example.com", PhoneNumber: "+436769556026", RedirectURL: "https://example.com/done", DocURL: "https://example.com/doc.pdf",
		FillForm: []api.FillFormField{{FieldID: "name", Value: "Frau ${identification.lastName} (geb.)"}},
	})
	require.NoError(t, err)
	return link
}

func TestSession_MovesOnceAndGetVerificationFollows(t *testing.T) {
	s := umbrellatest.NewServer(t)
	for action, tc := range map[string]struct {
		move         func(string) error
		state, gives string
	}{
		"complete": {s.Complete, umbrellatest.StatusCompleted, "completed"},
		"fail":     {s.Fail, umbrellatest.StatusFailed, "failed"},
		"cancel":   {s.Cancel, umbrellatest.StatusCancelled, "cancelled"},
		"expire":   {s.Expire, umbrellatest.StatusExpired, "expired"},
	} {
		t.Run(action, func(t *testing.T) {
			id := start(t, s).RequestID
			require.Equal(t, umbrellatest.StatusRunning, s.Sessions()[id].Status)
			v, err := s.Client.GetVerification(t.Context(), id)
			require.NoError(t, err)
			require.Equal(t, "pending", *v.Status)
			require.False(t, *v.IsVerified)

			require.NoError(t, tc.move(id))
			require.Error(t, tc.move(id), "once only")
			require.Equal(t, tc.state, s.Sessions()[id].Status)
			require.False(t, s.Sessions()[id].EndedAt.IsZero())
			v, err = s.Client.GetVerification(t.Context(), id)
			require.NoError(t, err)
			require.Equal(t, tc.gives, *v.Status)
			require.Equal(t, action == "complete", *v.IsVerified)
			require.Equal(t, id, *v.RequestID)
			require.Error(t, tc.move("unknown"))

			control := s.URL + "/__mock/sessions/"
			require.Equal(t, http.StatusNoContent, mustSend(t, "POST", control+start(t, s).RequestID+"/"+action, "").status)
			require.Equal(t, http.StatusConflict, mustSend(t, "POST", control+id+"/"+action, "").status)
			require.Equal(t, http.StatusNotFound, mustSend(t, "POST", control+"unknown/"+action, "").status)
		})
	}
	_, err := s.Client.GetVerification(t.Context(), "unknown")
	require.ErrorIs(t, err, umbrella.ErrNotFound)
}

func TestDocument_IsServedToWhoeverHasItsURLUntilItExpires(t *testing.T) {
	c := new(clock)
	s := umbrellatest.NewServer(t, umbrellatest.WithClock(c.now))
	id := start(t, s).RequestID
	require.NoError(t, s.Complete(id))
	v, err := s.Client.GetVerification(t.Context(), id)
	require.NoError(t, err)
	signed := v.Signature.Content[0].SignedResource
	address := *signed.ResourceURL

	r := mustSend(t, http.MethodGet, address, "")
	require.Equal(t, http.StatusOK, r.status)
	require.Equal(t, "application/pdf", r.header.Get("Content-Type"))
	require.Len(t, r.body, int(*signed.SizeBytes))
	require.Contains(t, r.body, `(name: Frau Mustermann \(geb.\)) Tj`)
	require.Contains(t, r.body, id)

	require.Equal(t, http.StatusForbidden, mustSend(t, http.MethodGet, address+"x", "").status)
	require.Equal(t, http.StatusForbidden, mustSend(t, http.MethodGet, s.URL+"/documents/"+id, "").status)
	require.Equal(t, http.StatusMethodNotAllowed, mustSend(t, http.MethodPost, address, "").status)
	c.advance(5*24*time.Hour + time.Second)
	require.Equal(t, http.StatusForbidden, mustSend(t, http.MethodGet, address, "").status)

	fresh, err := s.Client.GetVerification(t.Context(), id)
	require.NoError(t, err)
	require.NoError(t, s.Inject(umbrellatest.Fault{Path: "/documents/{requestId}", Truncate: true}))
	require.Error(t, mustSend(t, http.MethodGet, *fresh.Signature.Content[0].SignedResource.ResourceURL, "").err)
	require.Equal(t, http.StatusOK, mustSend(t, http.MethodGet, *fresh.Signature.Content[0].SignedResource.ResourceURL, "").status)
	s.Reset()
	require.Equal(t, http.StatusNotFound, mustSend(t, http.MethodGet, *fresh.Signature.Content[0].SignedResource.ResourceURL, "").status)
}

func TestDocument_ThatExpiredIsFetchedAfresh(t *testing.T) {
	s := umbrellatest.NewServer(t)
	id := start(t, s).RequestID
	var out bytes.Buffer
	_, err := s.Client.DownloadSigned(t.Context(), id, &out)
	require.ErrorIs(t, err, umbrella.ErrNotSigned)
	require.NoError(t, s.Complete(id))
	require.NoError(t, s.Inject(umbrellatest.Fault{Path: "/documents/{requestId}", Status: http.StatusForbidden}))
	document, err := s.Client.DownloadSigned(t.Context(), id, &out)
	require.NoError(t, err)
	require.EqualValues(t, out.Len(), document.Size)
	require.False(t, errors.Is(err, umbrella.ErrURLExpired))
}
