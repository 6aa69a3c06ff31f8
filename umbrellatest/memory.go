package umbrellatest

import "slices"

// How much the mock remembers beside maxSessions; beyond it the oldest go.
const (
	maxRequests = 1_000
	maxKeptBody = 64 << 10 // of one request in the journal
	maxMemory   = 32 << 20 // of the sessions, and of the journal
	overhead    = 512      // of one of them, beside what has a length of its own
)

func (s *session) size() int {
	return overhead + len(s.RequestID) + len(s.URL) + len(s.token) + len(s.unfit) + len(s.request)
}

func (e *entry) size() int {
	size := overhead + len(e.Method) + len(e.Path) + len(e.body)
	for _, v := range e.Violations {
		size += overhead/4 + len(v.Path) + len(v.Rule) + len(v.Reason)
	}
	return size
}

// newestWithin returns how many of the newest of a list, at its end, are within both limits.
func newestWithin[T interface{ size() int }](list []T, count int) int {
	kept, size := 0, 0
	for kept < min(count, len(list)) {
		if size += list[len(list)-1-kept].size(); size > maxMemory {
			break
		}
		kept++
	}
	return kept
}

// keepSession adds a session. The caller holds m.mu.
func (m *Mock) keepSession(s *session) {
	m.sessions = append(m.sessions, s)
	gone := len(m.sessions) - newestWithin(m.sessions, m.maxSessions)
	for _, s := range m.sessions[:gone] {
		s.stopExpiry()
	}
	m.sessions = slices.Delete(m.sessions, 0, gone)
}

// trimJournal drops what is too much since an entry has grown. The caller holds m.mu.
func (m *Mock) trimJournal() {
	m.requests = slices.Delete(m.requests, 0, len(m.requests)-newestWithin(m.requests, maxRequests))
}
