package umbrellatest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/contract"
	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/server"
)

// linkTTL is made up: the vendor does not say how long a link lives.
const linkTTL = time.Hour

// operations implements what the generator made of the document, for requests
// that are known to keep to it.
type operations struct{ m *Mock }

func (o operations) CreateSessionLink(_ context.Context, req server.CreateSessionLinkRequestObject) (server.CreateSessionLinkResponseObject, error) {
	m := o.m
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now().UTC()
	s := Session{
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
	var found *contract.Error
	if err := m.contract.ValidateRequest(r); err != nil && !errors.As(err, &found) {
		ownFault(a, r, err)
		return
	}
	// Like most services, this one asks who calls before it looks at what for.
	if found == nil || !slices.Contains([]int{http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusUnauthorized}, found.StatusCode()) {
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
	err := m.contract.ValidateResponse(r, &http.Response{
		StatusCode: a.status, Header: a.header, Body: io.NopCloser(bytes.NewReader(a.body.Bytes())),
	})
	var broken *contract.Error
	switch {
	case err == nil:
	case !errors.As(err, &broken):
		ownFault(a, r, err)
	case len(a.violations) > 0 && slices.ContainsFunc(broken.Violations, func(v contract.Violation) bool {
		return v.Rule == "status" || v.Rule == "path" || v.Rule == "method"
	}):
	default:
		*a = *newAnswer()
		ownFault(a, r, err)
		a.explain(broken.Violations)
	}
}

// ownFault reports an error that is none of the client's.
func ownFault(w http.ResponseWriter, _ *http.Request, err error) {
	writeMessage(w, http.StatusInternalServerError, "umbrellatest: the mock failed: "+err.Error())
}

func (a *answer) refuse(found *contract.Error) {
	found.Refuse(a)
	if found.StatusCode() == http.StatusUnauthorized {
		a.explain(slices.DeleteFunc(slices.Clone(found.Violations), func(v contract.Violation) bool { return v.Rule != "security" }))
		return
	}
	a.explain(found.Violations)
}

func refusal(path, rule, reason string) *contract.Error {
	return &contract.Error{Direction: contract.Request, Violations: []contract.Violation{{Path: path, Rule: rule, Reason: reason}}}
}
