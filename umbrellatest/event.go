package umbrellatest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/server"
)

// Limits of the deliveries. The vendor's other webhooks are tried seven times in 24
// hours; here it is seven times in six seconds.
const (
	maxTries    = 7
	firstWait   = 100 * time.Millisecond
	answerTime  = 10 * time.Second
	maxParallel = 16
	maxEvents   = 1_000 // in the record, and waiting
)

// Event is one delivery to the webhook.
type Event struct {
	Time      time.Time `json:"time"`
	ID        string    `json:"id"` // of the notification: the same when it is delivered again
	RequestID string    `json:"requestId"`
	Status    string    `json:"status"`           // of the session, in the event
	Try       int       `json:"try"`              // from 1; 0 is one that a fault dropped, or that 1,000 others were before
	Answer    int       `json:"answer,omitempty"` // the status that came back, 0 if none
}

// Events returns what was sent to the webhook since the start or the last Reset,
// oldest first, and what it answered. The mock keeps the newest 1,000.
func (m *Mock) Events() []Event {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.events)
}

// Close ends the deliveries to the webhook, those under way included, and the
// clocks of the sessions. The mock still serves, but sends no more events.
func (m *Mock) Close() {
	m.mu.Lock()
	m.closed = true
	m.end()
	m.mu.Unlock()
	m.deliveries.Wait()
	m.hooks.CloseIdleConnections()
}

// end ends deliveries and clocks. The caller holds m.mu.
func (m *Mock) end() {
	m.stop()
	for _, s := range m.sessions {
		s.stopExpiry()
	}
}

// outbox holds the webhook and what goes to it. Reset makes a new one.
type outbox struct {
	ctx         context.Context // ends with the outbox
	stop        context.CancelFunc
	hook        *api.ConfigureWebhookRequest
	waiting     int // notices
	events      []Event
	eventFaults queue[EventFault]
}

func newOutbox(hook *api.ConfigureWebhookRequest) *outbox {
	ctx, stop := context.WithCancel(context.Background())
	return &outbox{ctx: ctx, stop: stop, hook: hook}
}

// notice is an event to be delivered.
type notice struct {
	Event
	session *session
	hook    *api.ConfigureWebhookRequest
	body    []byte
	fault   EventFault
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

// notify sends the event of a session's new status in upstream's shape, if there is
// a webhook. The caller holds m.mu.
func (m *Mock) notify(s *session) {
	if m.hook == nil || m.closed {
		return
	}
	n := &notice{Event: Event{ID: m.uuid(), RequestID: s.RequestID, Status: s.status}, session: s, hook: m.hook, fault: m.eventFault(s.status)}
	n.body, _ = json.Marshal(map[string]any{ // strings: cannot fail
		"id": n.ID, "type": "STATUS_UPDATE", "createdAt": m.now().UTC().Format(time.RFC3339Nano),
		"request": map[string]string{"requestId": s.RequestID, "requestTypeId": "mock", "status": s.status},
	})
	if n.fault.Garbage {
		n.body = []byte("\x00{garbage")
	}
	held := s.held
	switch {
	case n.fault.Drop || m.waiting >= maxEvents:
		m.keepEvent(n, 0, 0)
		return
	case n.fault.Reorder && held == nil:
		s.held = n
		return
	}
	m.deliver(n)
	if s.held = nil; held != nil {
		m.deliver(held)
	}
}

// deliver sends a notice after the one of its session before it, or as its fault
// says. The caller holds m.mu.
func (m *Mock) deliver(n *notice) {
	o, s, done := m.outbox, n.session, make(chan struct{})
	before := s.delivered
	switch {
	case n.fault.Late > 0:
		before = nil
	case n.fault.Early && s.endedAt.IsZero():
		before, s.early = s.early, done
	default:
		s.delivered = done
	}
	o.waiting++
	m.deliveries.Go(func() {
		defer close(done)
		if before != nil {
			select {
			case <-before:
			case <-o.ctx.Done():
			}
		}
		_ = pause(o.ctx, n.fault.Late) // try looks at the context
		m.try(o.ctx, n)
		if n.fault.Twice {
			m.try(o.ctx, n)
		}
		m.mu.Lock()
		defer m.mu.Unlock()
		o.waiting--
	})
}

// try delivers a notice, and again after anything but 2xx.
func (m *Mock) try(ctx context.Context, n *notice) {
	var wait time.Duration
	for try := 1; try <= maxTries && pause(ctx, wait) && ctx.Err() == nil; try++ {
		status := m.post(ctx, n)
		m.mu.Lock()
		if ctx.Err() == nil {
			m.keepEvent(n, try, status)
		}
		m.mu.Unlock()
		if status/100 == 2 {
			return
		}
		wait = firstWait << (try - 1)
	}
}

// post sends one request to the webhook and returns the status, 0 if there was none.
func (m *Mock) post(ctx context.Context, n *notice) int {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, n.hook.WebhookURL, bytes.NewReader(n.body))
	if err != nil {
		return 0
	}
	req.Header.Set("Content-Type", "application/json")
	if n.hook.Metadata != nil {
		for name, value := range n.hook.Metadata.AuthHeader {
			if n.fault.WrongHeader {
				value = "wrong"
			}
			req.Header.Set(name, value)
		}
	}
	resp, err := m.hooks.Do(req)
	if err != nil {
		return 0
	}
	_, _ = io.CopyN(io.Discard, resp.Body, 64<<10) // for the connection to be used again
	_ = resp.Body.Close()
	return resp.StatusCode
}

// newClient follows no redirect and does not wait for long.
func newClient(transport http.RoundTripper) *http.Client {
	return &http.Client{
		Transport:     transport,
		Timeout:       answerTime,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// keepEvent records a delivery. The caller holds m.mu.
func (m *Mock) keepEvent(n *notice, try, status int) {
	e := n.Event
	e.Time, e.Try, e.Answer = m.now().UTC(), try, status
	m.stats.Events++
	if m.events = append(m.events, e); len(m.events) > maxEvents {
		m.events = slices.Delete(m.events, 0, 1)
	}
}
