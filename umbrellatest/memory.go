package umbrellatest

import (
	"math"
	"slices"
	"strings"
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
	size        int    // of both, in bytes
	kept        uint64 // how many there have been
}

// session is a Session whose request is decoded when it is read.
type session struct {
	api.SessionLink
	request  []byte // JSON
	openedAt time.Time
	turn     uint64
}

func (s *session) size() int {
	return overhead + len(s.RequestID) + len(s.URL) + len(s.request)
}

// entry is a journal entry whose body is decoded when it is read.
type entry struct {
	Request
	body []byte
	turn uint64
}

func (e *entry) size() int {
	size := overhead + len(e.Method) + len(e.Path) + len(e.body)
	for _, v := range e.Violations {
		size += overhead/4 + len(v.Path) + len(v.Rule) + len(v.Reason)
	}
	return size
}

func (m *memory) keepSession(s *session) {
	m.kept++
	s.turn = m.kept
	m.sessions = append(m.sessions, s)
	m.size += s.size()
	m.forget()
}

func (m *memory) keepRequest(e *entry) {
	m.kept++
	e.turn = m.kept
	e.Path = strings.Clone(e.Path) // not what it was cut from
	m.requests = append(m.requests, e)
	m.size += e.size()
	m.forget()
}

func (m *memory) keepViolations(e *entry, violations []contract.Violation) {
	if !slices.Contains(m.requests, e) {
		return // forgotten while it was answered
	}
	m.size -= e.size()
	e.Violations = violations
	m.size += e.size()
	m.forget()
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
		session, request := uint64(math.MaxUint64), uint64(math.MaxUint64)
		if len(m.sessions) > 0 {
			session = m.sessions[0].turn
		}
		if len(m.requests) > 0 {
			request = m.requests[0].turn
		}
		if session < request {
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

func (m *memory) clear() {
	m.sessions, m.requests, m.size = nil, nil, 0
}
