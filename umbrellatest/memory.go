package umbrellatest

import (
	"slices"
	"time"

	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/contract"
)

// How much the mock remembers; beyond it the oldest go.
const (
	defaultMaxSessions = 2_000
	maxRequests        = 1_000
	maxKeptBody        = 64 << 10 // of one request in the journal
	maxMemory          = 64 << 20 // of sessions and journal together
	overhead           = 512      // of one of them, beside what has a length of its own
)

// memory holds sessions and journal, each with the oldest first.
type memory struct {
	maxSessions int
	sessions    []*session
	requests    []*entry
	size        int // of both, in bytes
}

// session is a Session whose request is decoded when it is read.
type session struct {
	api.SessionLink
	request  []byte // JSON
	openedAt time.Time
}

func (s *session) size() int {
	return overhead + len(s.RequestID) + len(s.URL) + len(s.request)
}

// entry is a journal entry whose body is decoded when it is read.
type entry struct {
	Request
	body []byte
}

func (e *entry) size() int {
	size := overhead + len(e.Method) + len(e.Path) + len(e.body)
	for _, v := range e.Violations {
		size += overhead/4 + len(v.Path) + len(v.Rule) + len(v.Reason)
	}
	return size
}

func (m *memory) keepSession(s *session) {
	m.sessions = append(m.sessions, s)
	m.size += s.size()
	m.forget()
}

func (m *memory) keepRequest(e *entry) {
	m.requests = append(m.requests, e)
	m.size += e.size()
	m.forget()
}

// keepViolations adds to an entry, unless it was forgotten while it was answered.
func (m *memory) keepViolations(e *entry, violations []contract.Violation) {
	if slices.Contains(m.requests, e) {
		m.size -= e.size()
		e.Violations = violations
		m.size += e.size()
		m.forget()
	}
}

// forget drops the oldest until what is left is within the limits.
func (m *memory) forget() {
	for len(m.sessions) > m.maxSessions {
		m.dropSession()
	}
	for len(m.requests) > maxRequests {
		m.dropRequest()
	}
	for m.size > maxMemory {
		if len(m.requests) == 0 || len(m.sessions) > 0 && m.sessions[0].openedAt.Before(m.requests[0].Time) {
			m.dropSession()
		} else {
			m.dropRequest()
		}
	}
}

func (m *memory) dropSession() {
	m.size -= m.sessions[0].size()
	m.sessions = slices.Delete(m.sessions, 0, 1)
}

func (m *memory) dropRequest() {
	m.size -= m.requests[0].size()
	m.requests = slices.Delete(m.requests, 0, 1)
}
