package umbrellatest

import (
	"errors"
	"fmt"
	"net/http"
	"time"
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

// Complete signs the document of a session, as its customer would: GetVerification
// then has it, and the webhook gets the event. It fails for a session that the mock
// does not have or that has ended, and so do Fail, Cancel and Expire. Where the PDF
// is missing, the session fails, and so does Complete.
func (m *Mock) Complete(requestID string) error { return m.end(requestID, StatusCompleted) }

// Fail ends a session because the customer could not be identified.
func (m *Mock) Fail(requestID string) error { return m.end(requestID, StatusFailed) }

// Cancel ends a session as a customer does who does not want to sign.
func (m *Mock) Cancel(requestID string) error { return m.end(requestID, StatusCancelled) }

// Expire ends a session as its ExpiresAfter does.
func (m *Mock) Expire(requestID string) error { return m.end(requestID, StatusExpired) }

func (m *Mock) end(requestID, status string) error {
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

// finish gives a session its last state. The caller holds m.mu.
func (m *Mock) finish(s *session, status string) { m.deliver(m.enter(s, status)) }

// enter is finish without delivering the notices. The caller holds m.mu.
func (m *Mock) enter(s *session, status string) []*notice {
	s.status, s.endedAt = status, m.now().UTC()
	s.stopExpiry()
	m.stats.Ended++
	return m.notice(s, status)
}

// start makes a new session run, and returns the notices of it. The caller holds m.mu.
func (m *Mock) start(s *session) []*notice {
	s.status = StatusRunning
	m.stats.Sessions++
	m.keepSession(s)
	notices := append(m.notice(s, StatusCreated), m.notice(s, StatusRunning)...)
	if !s.openedAt.Before(s.ExpiresAfter) {
		return append(notices, m.enter(s, StatusExpired)...)
	}
	s.expiry = time.AfterFunc(s.ExpiresAfter.Sub(s.openedAt), func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.expireOverdue(s)
	})
	return notices
}

// moveSession serves POST /__mock/sessions/{requestId}/complete and its like.
func moveSession(move func(requestID string) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		switch err := move(r.PathValue("requestId")); err {
		case nil:
			back(w, r)
		case errUnknownSession:
			writeMessage(w, http.StatusNotFound, err.Error())
		default:
			writeMessage(w, http.StatusConflict, err.Error())
		}
	}
}
