package umbrellatest

import (
	"time"

	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/session"
)

// The states of a session, in upstream's words. A session is CREATED for a moment
// only, and the last four are final.
const (
	StatusCreated   = session.Created   // "CREATED"
	StatusRunning   = session.Running   // "RUNNING"
	StatusCompleted = session.Completed // "COMPLETED"
	StatusFailed    = session.Failed    // "FAILED"
	StatusExpired   = session.Expired   // "EXPIRED"
	StatusCancelled = session.Cancelled // "CANCELLED"
)

// Session is one signing session that the mock opened.
type Session struct {
	api.SessionLink
	Request  api.CreateSessionLinkRequest `json:"request"`
	OpenedAt time.Time                    `json:"openedAt"`
	Status   string                       `json:"status"`           // StatusRunning and so on
	EndedAt  time.Time                    `json:"endedAt,omitzero"` // zero while it runs
}

// Sessions returns the sessions opened since the start or the last Reset, by
// request id. The mock keeps the newest 2,000, or as many as [WithMaxSessions]
// says, as long as they fit into 32 MiB.
func (m *Mock) Sessions() map[string]Session {
	sessions := map[string]Session{}
	for _, s := range m.sessions.Newest(m.maxSessions) {
		sessions[s.RequestID] = Session{s.SessionLink, s.Request, s.OpenedAt, s.Status, s.EndedAt}
	}
	return sessions
}

// Complete signs the document of a session, as its customer would: GetVerification
// then has it, and the webhook gets the event. It fails for a session that the mock
// does not have or that has ended, and so do Fail, Cancel and Expire. Where the PDF
// is missing, the session fails, and so does Complete.
func (m *Mock) Complete(requestID string) error { return m.sessions.End(requestID, StatusCompleted) }

// Fail ends a session because the customer could not be identified.
func (m *Mock) Fail(requestID string) error { return m.sessions.End(requestID, StatusFailed) }

// Cancel ends a session as a customer does who does not want to sign.
func (m *Mock) Cancel(requestID string) error { return m.sessions.End(requestID, StatusCancelled) }

// Expire ends a session as its ExpiresAfter does.
func (m *Mock) Expire(requestID string) error { return m.sessions.End(requestID, StatusExpired) }
