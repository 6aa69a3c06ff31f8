package umbrellatest

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/contract"
	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/server"
)

// linkTTL is made up: the vendor does not say how long a link lives.
const linkTTL = time.Hour

// operations implements what the generator made of the document, for requests
// that are known to keep to it.
type operations struct{ *Mock }

func (m operations) CreateSessionLink(_ context.Context, req server.CreateSessionLinkRequestObject) (server.CreateSessionLinkResponseObject, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now().UTC()
	s := &Session{
		SessionLink: api.SessionLink{
			RequestID:    m.uuid(),
			URL:          "https://wizard.example/session?t=" + m.uuid(),
			ExpiresAfter: now.Add(linkTTL),
		},
		Request:  *req.Body,
		OpenedAt: now,
	}
	m.sessions = appendBounded(m.sessions, s, maxSessions)
	return server.CreateSessionLink200JSONResponse{Status: true, Data: s.SessionLink}, nil
}

// process answers a request as the service would.
func (m *Mock) process(a *answer, r *http.Request) {
	if r.URL.Path == "/auth" {
		m.auth(a, r)
		return
	}
	var found *contract.Error // the only kind, as the body is in memory
	errors.As(m.contract.ValidateRequest(r), &found)
	// Like most services, this one asks who calls before it looks at what for.
	if found == nil || found.StatusCode() != http.StatusNotFound && found.StatusCode() != http.StatusMethodNotAllowed {
		if reason := m.verify(r); reason != "" {
			found = refusal("$header.Authorization", "security", reason)
		}
	}
	if found != nil {
		a.refuse(found)
	} else {
		m.operations.ServeHTTP(a, r)
	}
	m.checkOwn(a, r)
}

// checkOwn turns an answer that breaks the document into a 500. Refusals for
// which the document has no status pass.
func (m *Mock) checkOwn(a *answer, r *http.Request) {
	var broken *contract.Error
	if !errors.As(m.contract.ValidateResponse(r, a.Result()), &broken) {
		return
	}
	if rule := broken.Violations[0].Rule; len(a.violations) > 0 && (rule == "status" || rule == "path" || rule == "method") {
		return
	}
	*a = *newAnswer()
	writeMessage(a, http.StatusInternalServerError, "umbrellatest: the mock failed: "+broken.Error())
	a.explain(broken.Violations)
}

func (a *answer) refuse(found *contract.Error) {
	found.Refuse(a)
	a.explain(found.Violations)
}

func refusal(path, rule, reason string) *contract.Error {
	return &contract.Error{Direction: contract.Request, Violations: []contract.Violation{{Path: path, Rule: rule, Reason: reason}}}
}
