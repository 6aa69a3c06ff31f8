package umbrellatest

import (
	"context"
	"slices"
	"time"

	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/delivery"
	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/server"
	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/session"
)

const maxEvents = 1_000 // in the record

// Event is one delivery to the webhook.
type Event struct {
	Time      time.Time `json:"time"`
	ID        string    `json:"id"` // of the notification: the same when it is delivered again
	RequestID string    `json:"requestId"`
	Status    string    `json:"status"`           // of the session, in the event
	Try       int       `json:"try"`              // from 1; 0 if it was not sent: a fault dropped it, or 1,000 waited already
	Answer    int       `json:"answer,omitempty"` // the status that came back, 0 if none
}

// Events returns what was sent to the webhook since the start or the last Reset,
// oldest first, and what it answered. The mock keeps the newest 1,000.
func (m *Mock) Events() []Event {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]Event{}, m.events...) // in JSON, none is [] and not null
}

func (o operations) ConfigureWebhook(_ context.Context, req server.ConfigureWebhookRequestObject) (server.ConfigureWebhookResponseObject, error) {
	m := o.mock
	m.mu.Lock()
	defer m.mu.Unlock()
	m.hook = req.Body
	return server.ConfigureWebhook200JSONResponse{Status: true, Data: api.Webhook{
		ID: new(m.uuid()), URL: &req.Body.WebhookURL, CreatedAt: new(m.now().UTC().Format(time.RFC3339Nano)),
	}}, nil
}

// entered counts a session's new state and sends the event of it, if there is a webhook.
func (m *Mock) entered(s session.Session) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case s.Status == StatusCreated:
		m.stats.Sessions++
	case !s.EndedAt.IsZero():
		m.stats.Ended++
	}
	if m.hook == nil || m.closed {
		return
	}
	e := Event{ID: m.uuid(), RequestID: s.RequestID, Status: s.Status}
	f := m.eventFaults.Take(func(f EventFault) bool {
		return (f.Status == "" || f.Status == e.Status) && (!f.Reorder && !f.Early || s.EndedAt.IsZero())
	})
	message := &delivery.Message{
		URL: m.hook.WebhookURL, Header: map[string]string{},
		Late: f.Late, Reorder: f.Reorder, Twice: f.Twice, Early: f.Early,
	}
	if m.hook.Metadata != nil {
		for name, value := range m.hook.Metadata.AuthHeader {
			if f.WrongHeader {
				value = "wrong"
			}
			message.Header[name] = value
		}
	}
	message.Body = delivery.Update(e.ID, e.RequestID, e.Status, m.now())
	if f.Garbage {
		message.Body = []byte("\x00{garbage")
	}
	ctx := s.Events.Context
	message.Tried = func(try, status int) {
		m.mu.Lock()
		defer m.mu.Unlock()
		if ctx.Err() == nil { // neither closed nor reset meanwhile
			e.Try, e.Answer = try, status
			m.keepEvent(e)
		}
	}
	if f.Drop || !s.Events.Send(message) {
		m.keepEvent(e)
	}
}

// keepEvent records a delivery. The caller holds m.mu.
func (m *Mock) keepEvent(e Event) {
	e.Time = m.now().UTC()
	m.stats.Events++
	if m.events = append(m.events, e); len(m.events) > maxEvents {
		m.events = slices.Delete(m.events, 0, 1)
	}
}
