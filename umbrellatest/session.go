package umbrellatest

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/umbrella-api/umbrella-go/api"
)

// The states of a session, in upstream's words. A session is CREATED for a moment
// only, and the last four are final.
const (
	StatusCreated   = "CREATED"
	StatusRunning   = "RUNNING"
	StatusCompleted = "COMPLETED"
	StatusFailed    = "FAILED"
	StatusExpired   = "EXPIRED"
	StatusCancelled = "CANCELLED"
)

// What keeps a session from being moved.
var (
	errUnknownSession = errors.New("umbrellatest: the mock has no session with this request id")
	errEndedSession   = errors.New("umbrellatest: the session has already ended")
	errUnfitDocument  = errors.New("umbrellatest: the document cannot be signed, so the session has failed")
)

// Session is one signing session that the mock opened.
type Session struct {
	api.SessionLink
	Request  api.CreateSessionLinkRequest `json:"request"`
	OpenedAt time.Time                    `json:"openedAt"`
	Status   string                       `json:"status"`           // StatusRunning and so on
	EndedAt  time.Time                    `json:"endedAt,omitzero"` // zero while it runs
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

	delivered <-chan struct{} // closed once its last notice is, or its link has left
	early     <-chan struct{} // likewise of those before the link
	held      *notice         // until the next one
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

// Sessions returns the sessions opened since the start or the last Reset, by
// request id. The mock keeps the newest 2,000, or as many as [WithMaxSessions]
// says, as long as they fit into 32 MiB.
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

// Complete signs the document of a session, as its customer would: GetVerification
// then has it, and the webhook gets the event. It fails for a session that the mock
// does not have or that has ended, and so do Fail, Cancel and Expire. Where the PDF
// is missing, the session fails, and so does Complete.
func (m *Mock) Complete(requestID string) error { return m.move(requestID, StatusCompleted) }

// Fail ends a session because the customer could not be identified.
func (m *Mock) Fail(requestID string) error { return m.move(requestID, StatusFailed) }

// Cancel ends a session as a customer does who does not want to sign.
func (m *Mock) Cancel(requestID string) error { return m.move(requestID, StatusCancelled) }

// Expire ends a session as its ExpiresAfter does.
func (m *Mock) Expire(requestID string) error { return m.move(requestID, StatusExpired) }

func (m *Mock) move(requestID, status string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.session(requestID)
	switch {
	case s == nil:
		return errUnknownSession
	case !s.endedAt.IsZero():
		return errEndedSession
	}
	if status == StatusCompleted && s.unfit != "" {
		m.finish(s, StatusFailed)
		return fmt.Errorf("%w: %s", errUnfitDocument, s.unfit)
	}
	m.finish(s, status)
	return nil
}

// session finds a session, which may have expired meanwhile. The caller holds m.mu.
func (m *Mock) session(requestID string) *session {
	for _, s := range m.sessions {
		if s.RequestID == requestID {
			m.expireOverdue(s)
			return s
		}
	}
	return nil
}

func (m *Mock) expireOverdue(s *session) {
	if s.endedAt.IsZero() && !m.now().Before(s.ExpiresAfter) {
		m.finish(s, StatusExpired)
	}
}

// enter gives a session its next state. The caller holds m.mu.
func (m *Mock) enter(s *session, status string) {
	s.status = status
	m.notify(s)
}

// finish gives a session its last state. The caller holds m.mu.
func (m *Mock) finish(s *session, status string) {
	s.endedAt = m.now().UTC()
	s.stopExpiry()
	m.stats.Ended++
	m.enter(s, status)
}

// start makes a new session run. The caller holds m.mu.
func (m *Mock) start(s *session) {
	m.stats.Sessions++
	m.keepSession(s)
	m.enter(s, StatusCreated)
	m.enter(s, StatusRunning)
	s.expiry = time.AfterFunc(s.ExpiresAfter.Sub(s.openedAt), func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.expireOverdue(s)
	})
	m.expireOverdue(s)
}
