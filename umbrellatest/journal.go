package umbrellatest

import (
	"cmp"
	"encoding/json"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/umbrella-api/umbrella-go/contract"
	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/token"
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
	// is nil when there was none, when it was over 64 KiB, for /auth, for
	// configureWebhook and for a path that the mock does not know.
	Body any `json:"body,omitempty"`
	// Status is that of the answer, 0 when none was sent: the connection was
	// reset, the client left, or the answer is still to come.
	Status int `json:"status"`
	// Aborted says that the client left before the answer began to leave: a break in
	// the middle of a body does not count.
	Aborted bool `json:"aborted,omitempty"`
	// SessionID is the request id of the session that the request opened or named.
	SessionID string `json:"sessionId,omitempty"`
	// Violations is why the request was refused.
	Violations []contract.Violation `json:"violations,omitempty"`
}

const (
	maxRequests = 1_000    // in the journal
	maxKeptBody = 64 << 10 // of one of them
)

func sizeOf(e *Request) int {
	body, _ := e.Body.(string)
	size := len(e.Method) + len(e.Path) + len(body)
	for _, v := range e.Violations {
		size += 128 + len(v.Path) + len(v.Rule) + len(v.Reason)
	}
	return size
}

// Requests returns the journal, oldest first. The mock keeps the newest 1,000, as
// long as they fit into 32 MiB. A request is in it before it is answered.
func (m *Mock) Requests() []Request {
	requests := m.newest(maxRequests)
	for i := range requests {
		if body, ok := requests[i].Body.(string); ok {
			_ = json.Unmarshal([]byte(body), &requests[i].Body) // else it stays text
		}
	}
	return requests
}

// rawRequests is Requests for JSON, which a body is already.
func (m *Mock) rawRequests() []Request {
	requests := m.newest(maxRequests)
	for i := range requests {
		if body, ok := requests[i].Body.(string); ok && json.Valid([]byte(body)) {
			requests[i].Body = json.RawMessage(strings.ToValidUTF8(body, "\uFFFD"))
		}
	}
	return requests
}

// newest returns the newest entries of the journal, with their bodies as text: to
// decode them takes long, and nobody else gets an answer while m.mu is held.
func (m *Mock) newest(limit int) []Request {
	m.mu.Lock()
	defer m.mu.Unlock()
	kept := m.requests.Items[max(0, len(m.requests.Items)-limit):]
	requests := make([]Request, len(kept))
	for i, e := range kept {
		requests[i] = *e
		requests[i].Violations = slices.Clone(e.Violations)
	}
	return requests
}

// record puts a request into the journal before anything else happens to it, so
// that a client which gives up early finds it there. template is that of its path.
func (m *Mock) record(r *http.Request, template string, body []byte) *Request {
	m.mu.Lock()
	defer m.mu.Unlock()
	redact := token.Redactor(r, m.apiKey, m.customerID)
	m.stats.Requests++
	e := &Request{ID: m.stats.Requests, Time: m.now(), Method: r.Method, Path: strings.Clone(redact.Replace(r.URL.Path))}
	switch {
	case template == "/auth":
		if r.Method == http.MethodPost {
			m.authCalls++
		}
	case template == "/onboarding/configureWebhook", template == "": // holds the receiver's secrets, or may hold any
	case len(body) > 0 && len(body) <= maxKeptBody:
		e.Body = redact.Replace(string(body)) // decoded when it is read
	}
	m.requests.Add(e)
	return e
}

// conclude completes the journal and logs, right before the answer leaves. The log
// has the path template, as the values in a path may be personal data.
func (m *Mock) conclude(r *http.Request, e *Request, a *answer) {
	m.mu.Lock()
	m.keepOutcome(r, e, a)
	m.mu.Unlock()
	level := slog.LevelInfo
	if len(a.Violations) > 0 {
		level = slog.LevelWarn
	}
	m.logger.LogAttrs(r.Context(), level, "umbrella mock",
		slog.Uint64("id", e.ID), slog.String("method", e.Method),
		slog.String("path", cmp.Or(a.template, "(unknown)")), slog.Int("status", e.Status),
		attrIf(a.sessionID != "", slog.String("session", a.sessionID)),
		attrIf(a.aborted, slog.Bool("aborted", true)),
		attrIf(a.fault != Fault{}, slog.Bool("fault", true)),
		attrIf(len(a.Violations) > 0, slog.Any("violations", a.Violations)))
}

// attrIf is an attribute, or one that handlers of package slog ignore.
func attrIf(is bool, attr slog.Attr) slog.Attr {
	if is {
		return attr
	}
	return slog.Attr{}
}

// keepOutcome completes an entry with what the request got. The caller holds m.mu.
func (m *Mock) keepOutcome(r *http.Request, e *Request, a *answer) {
	m.stats.Concluded++
	if a.aborted {
		a.Violations = nil
		m.stats.Aborted++
	}
	redact := token.Redactor(r, m.apiKey, m.customerID)
	for i := range a.Violations {
		a.Violations[i].Path = redact.Replace(a.Violations[i].Path) // a member may have a secret for its name
	}
	e.SessionID, e.Aborted, e.Violations = a.sessionID, a.aborted, a.Violations
	if !a.aborted && !a.fault.Reset {
		e.Status = a.Code
	}
	if a.fault != (Fault{}) {
		m.stats.Faults++
	}
	if len(a.Violations) > 0 {
		m.stats.Refusals++
	}
	m.requests.Trim()
}

// Stats counts what has happened since the start. Neither Reset nor the limits of the
// mock's memory take anything off it.
type Stats struct {
	Sessions  uint64 `json:"sessions"`  // opened
	Ended     uint64 `json:"ended"`     // sessions that have their last state
	Requests  uint64 `json:"requests"`  // those of the journal
	Concluded uint64 `json:"concluded"` // requests that are done with: answered, reset or aborted
	Refusals  uint64 `json:"refusals"`  // requests with violations
	Faults    uint64 `json:"faults"`    // requests that a fault changed
	Aborted   uint64 `json:"aborted"`   // requests whose client left before the answer
	Tokens    uint64 `json:"tokens"`    // issued
	Events    uint64 `json:"events"`    // tried or dropped, as Events has them
	Controls  uint64 `json:"controls"`  // faults injected or cleared, resets, tokens expired or revoked
}

// Stats returns the counters of GET /__mock/stats.
func (m *Mock) Stats() Stats {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.stats
}
