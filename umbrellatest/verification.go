package umbrellatest

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/document"
	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/server"
)

const documentTTL = 5 * 24 * time.Hour // of a URL; upstream's documentation

func (o operations) GetVerification(_ context.Context, req server.GetVerificationRequestObject) (server.GetVerificationResponseObject, error) {
	m, a := o.mock, o.answer
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.session(req.SessionID)
	if s == nil {
		a.breach("$path.sessionId", "path", "must be the requestId of a session that the mock has")
		return nil, nil // answered
	}
	a.sessionID = s.RequestID
	status := s.Status
	if a.fault.Pending {
		status = StatusRunning
	}
	return server.GetVerification200JSONResponse{Status: true, Data: m.verification(s, status, a.base)}, nil
}

// verification is what the service knows of a session in that status. All but the
// example of a completed one is made up.
func (m *Mock) verification(s *session, status, base string) api.Verification {
	if status == StatusCompleted {
		expires := m.now().UTC().Add(documentTTL).Truncate(time.Second)
		url := base + documentPath + s.RequestID + "?token=" + m.tokens.Issue(s.RequestID, expires)
		return s.signed().Verification(url, expires)
	}
	text := strings.ToLower(status)
	if status == StatusRunning {
		text = "pending"
	}
	return api.Verification{IsVerified: new(false), Status: &text, Message: new("Verification " + text), RequestID: &s.RequestID}
}

func (s *session) signed() document.Signed {
	return document.Signed{RequestID: s.RequestID, Request: s.decoded().Request, At: s.EndedAt}
}

// document serves the signed PDF of a session to whoever has its URL.
func (m *Mock) document(a *answer, r *http.Request) {
	if !a.allow(r, http.MethodGet) {
		return
	}
	id := strings.TrimPrefix(r.URL.Path, documentPath)
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.session(id)
	if s != nil {
		a.sessionID = id
	}
	switch {
	case m.tokens.Check(r.URL.Query().Get("token"), id, m.now()) != "":
		writeMessage(a, http.StatusForbidden, "The URL has expired")
	case s == nil || s.Status != StatusCompleted:
		writeMessage(a, http.StatusNotFound, http.StatusText(http.StatusNotFound))
	default:
		a.Header().Set("Content-Type", "application/pdf")
		_, _ = a.Write(s.signed().PDF()) // to memory
	}
}
