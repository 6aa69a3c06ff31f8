package umbrellatest

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/contract"
)

// Session is one signing session that the mock opened.
type Session struct {
	api.SessionLink
	Request  api.CreateSessionLinkRequest `json:"request"`
	OpenedAt time.Time                    `json:"openedAt"`
	Status   string                       `json:"status"`           // StatusRunning and so on
	EndedAt  time.Time                    `json:"endedAt,omitzero"` // zero while it runs
}

// Request is one entry of the journal: a request to /auth or to any path other
// than those of the mock itself. Tokens and credentials in it read "[redacted]".
type Request struct {
	// ID counts the requests of this mock from 1. The answer has it in the header
	// Umbrella-Mock-Request-Id.
	ID     uint64    `json:"id"`
	Time   time.Time `json:"time"`
	Method string    `json:"method"`
	Path   string    `json:"path"`
	// Body is decoded as encoding/json does, or a string when it is not JSON. It
	// is nil when there was none, when it was over 64 KiB, for /auth and for
	// configureWebhook.
	Body any `json:"body,omitempty"`
	// Status is that of the answer, 0 when none was sent: the connection was
	// reset, the client left, or the answer is still to come.
	Status int `json:"status"`
	// Aborted says that the client left before it was answered.
	Aborted bool `json:"aborted,omitempty"`
	// SessionID is the request id of the session that the request opened or named.
	SessionID string `json:"sessionId,omitempty"`
	// Violations is why the request was refused.
	Violations []contract.Violation `json:"violations,omitempty"`
}

// Sessions returns the sessions opened since the start or the last Reset, by
// request id. The mock keeps the newest 2,000, or as many as [WithMaxSessions]
// says, as long as they and the journal fit into 64 MiB.
func (m *Mock) Sessions() map[string]Session {
	m.mu.Lock()
	kept := make([]session, len(m.sessions))
	for i, s := range m.sessions {
		m.expireOverdue(s)
		kept[i] = *s
	}
	m.mu.Unlock()
	sessions := make(map[string]Session, len(kept))
	for _, k := range kept {
		sessions[k.RequestID] = Session{k.SessionLink, k.decoded(), k.openedAt, k.status, k.endedAt}
	}
	return sessions
}

// Requests returns the journal, oldest first. The mock keeps the newest 1,000, as
// long as they and the sessions fit into 64 MiB. A request is in it before it is
// answered.
func (m *Mock) Requests() []Request {
	m.mu.Lock()
	defer m.mu.Unlock()
	requests := make([]Request, len(m.requests))
	for i, e := range m.requests {
		requests[i] = e.Request
		requests[i].Violations = slices.Clone(e.Violations)
		if len(e.body) > 0 && json.Unmarshal(e.body, &requests[i].Body) != nil {
			requests[i].Body = string(e.body)
		}
	}
	return requests
}

// Reset forgets sessions, journal, webhook, events, faults and AuthCalls. Credentials,
// tokens, Stats and the webhook of [WithWebhook] stay. With [WithSeed], ids begin again as at the start.
func (m *Mock) Reset() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.stop()
	for _, s := range m.sessions {
		s.stopExpiry()
	}
	m.memory, m.outbox = memory{maxSessions: m.maxSessions}, newOutbox(m.startHook)
	m.stats.Controls++
	m.faults, m.authCalls = nil, 0
	if m.seeded {
		m.random = rand.NewPCG(m.seed, sessionStream)
	}
}

// record puts a request into the journal before anything else happens to it, so
// that a client which gives up early finds it there.
func (m *Mock) record(r *http.Request, body []byte) *entry {
	m.mu.Lock()
	defer m.mu.Unlock()
	redact := m.redactor(r)
	m.stats.Requests++
	e := &entry{Request: Request{ID: m.stats.Requests, Time: m.now(), Method: r.Method, Path: strings.Clone(redact.Replace(r.URL.Path))}}
	switch {
	case r.URL.Path == "/auth":
		m.authCalls++
	case r.URL.Path == "/onboarding/configureWebhook": // holds the receiver's secrets
	case len(body) <= maxKeptBody:
		e.body = []byte(redact.Replace(string(body)))
	}
	m.keepRequest(e)
	return e
}

func (m *Mock) redactor(r *http.Request) *strings.Replacer {
	var pairs []string
	for _, secret := range []string{
		m.apiKey, m.customerID,
		bearer(r), r.Header.Get("Api-Key"), r.Header.Get("Customer-Id"),
	} {
		if len(secret) >= 8 { // less is no secret, and would garble the entry
			pairs = append(pairs, secret, "[redacted]")
		}
	}
	return strings.NewReplacer(pairs...)
}
