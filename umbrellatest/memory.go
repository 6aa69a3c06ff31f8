package umbrellatest

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/umbrella-api/umbrella-go/api"
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
	token    string // of its page
	unfit    string // why its document cannot be signed, if so
	request  []byte // JSON
	openedAt time.Time
	status   string
	endedAt  time.Time
	expiry   *time.Timer

	delivered chan struct{} // closed once its last notice is
	held      *notice       // until the next one
}

func (s *session) decoded() (request api.CreateSessionLinkRequest) {
	_ = json.Unmarshal(s.request, &request) // encoded here: cannot fail
	return request
}

func (s *session) stopExpiry() {
	if s.expiry != nil {
		s.expiry.Stop()
	}
}

func (s *session) size() int {
	return overhead + len(s.RequestID) + len(s.URL) + len(s.token) + len(s.unfit) + len(s.request)
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

// keepOutcome completes an entry with what the request got. It counts only what is
// still remembered. The caller holds m.mu.
func (m *Mock) keepOutcome(e *entry, a *answer) {
	e.SessionID, e.Aborted = a.sessionID, a.aborted
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
	if slices.Contains(m.requests, e) {
		m.size -= e.size()
		e.Violations = a.violations
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
	m.sessions[0].stopExpiry()
	m.sessions = slices.Delete(m.sessions, 0, 1)
}

func (m *memory) dropRequest() {
	m.size -= m.requests[0].size()
	m.requests = slices.Delete(m.requests, 0, 1)
}
