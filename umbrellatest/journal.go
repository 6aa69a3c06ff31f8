package umbrellatest

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/umbrella-api/umbrella-go/contract"
)

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

// entry is a Request whose body is decoded when it is read.
type entry struct {
	Request
	body []byte
}

// Requests returns the journal, oldest first. The mock keeps the newest 1,000, as
// long as they fit into 32 MiB. A request is in it before it is
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
	m.change(func() {
		m.end()
		m.sessions, m.requests, m.outbox = nil, nil, newOutbox(m.startHook)
		m.faults, m.authCalls = nil, 0
		if m.seeded {
			m.random = rand.NewPCG(m.seed, sessionStream)
		}
	})
}

// change does what a user of the mock asks for, and counts it.
func (m *Mock) change(do func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	do()
	m.stats.Controls++
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
	m.requests = append(m.requests, e)
	m.trimJournal()
	return e
}

// keepOutcome completes an entry with what the request got. The caller holds m.mu.
func (m *Mock) keepOutcome(e *entry, a *answer) {
	e.SessionID, e.Aborted, e.Violations = a.sessionID, a.aborted, a.violations
	if !a.aborted && !a.fault.Reset {
		e.Status = a.Code
	}
	if a.aborted {
		m.stats.Aborted++
	}
	if a.fault != (Fault{}) {
		m.stats.Faults++
	}
	if len(a.violations) > 0 {
		m.stats.Refusals++
	}
	m.trimJournal()
}

// redactor replaces secrets: those of the mock, and those that r was sent with.
func (m *Mock) redactor(r *http.Request) *strings.Replacer {
	var pairs []string
	for _, secret := range []string{m.apiKey, m.customerID, bearer(r), r.Header.Get("Api-Key"), r.Header.Get("Customer-Id")} {
		if len(secret) >= 8 { // less is no secret, and would garble the entry
			pairs = append(pairs, secret, "[redacted]")
		}
	}
	return strings.NewReplacer(pairs...)
}

// Stats counts what has happened since the start. Neither Reset nor the limits of the
// mock's memory take anything off it.
type Stats struct {
	Sessions uint64 `json:"sessions"` // opened
	Ended    uint64 `json:"ended"`    // sessions that have their last state
	Requests uint64 `json:"requests"` // those of the journal
	Refusals uint64 `json:"refusals"` // requests with violations
	Faults   uint64 `json:"faults"`   // requests that a fault changed
	Aborted  uint64 `json:"aborted"`  // requests whose client left before the answer
	Tokens   uint64 `json:"tokens"`   // issued
	Events   uint64 `json:"events"`   // tried or dropped, as Events has them
	Controls uint64 `json:"controls"` // faults injected or cleared, resets, tokens expired or revoked
}

// Stats returns the counters of GET /__mock/stats.
func (m *Mock) Stats() Stats {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.stats
}
