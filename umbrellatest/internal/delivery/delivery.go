// Package delivery sends messages to webhooks: those of a line in order, and each
// again until it is taken.
package delivery

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Limits of the deliveries. The vendor's other webhooks are tried seven times in 24
// hours; here it is seven times in six seconds.
const (
	MaxTries   = 7
	FirstWait  = 100 * time.Millisecond // doubled each time
	MaxWaiting = 1_000                  // messages

	answerTime  = 10 * time.Second
	maxParallel = 16
)

// Outbox sends messages.
type Outbox struct {
	Client  *http.Client
	slots   chan struct{} // one for each request under way
	waiting atomic.Int64
	sends   sync.WaitGroup
}

// New makes an outbox. It follows no redirect, and keeps no connection: the clock of a
// testing/synctest bubble stands still while a goroutine waits on one.
func New() *Outbox {
	return &Outbox{slots: make(chan struct{}, maxParallel), Client: &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		Timeout:       answerTime,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Close waits for what was sent in lines that have ended. Nothing may be sent any more.
func (o *Outbox) Close() { o.sends.Wait() }

// Message is what is sent, and how.
type Message struct {
	URL    string
	Header map[string]string
	Body   []byte
	Tried  func(try, status int) // is told of each try, from 1, and of the answer, 0 if there was none

	Late    time.Duration // sent so much later, while the others of its line go on
	Reorder bool          // sent after the next message of its line
	Early   bool          // sent before what the line waits for
	Twice   bool          // sent once more after it was taken
}

// Update is the body of a message about a session's new state, in upstream's shape.
func Update(id, requestID, status string, at time.Time) []byte {
	body, _ := json.Marshal(map[string]any{ // texts: cannot fail
		"id": id, "type": "STATUS_UPDATE", "createdAt": at.UTC().Format(time.RFC3339Nano),
		"request": map[string]string{"requestId": requestID, "requestTypeId": "mock", "status": status},
	})
	return body
}

const nameChars = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" // RFC 9110, token

// WrongHeader says why no request can have these headers, "" if one can.
func WrongHeader(header map[string]string) string {
	seen := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(header)) {
		key := http.CanonicalHeaderKey(name)
		switch {
		case name == "" || strings.Trim(name, nameChars) != "":
			return "a name has a character that no header has in its name, or none at all" // and may be a secret
		case strings.ContainsFunc(header[name], func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }):
			return fmt.Sprintf("the value of %.60q has a control character", name)
		case seen[key]:
			return fmt.Sprintf("%.60q appears twice", key)
		}
		seen[key] = true
	}
	return ""
}

// Line has its messages sent one after the other. It is not for concurrent use.
type Line struct {
	Context context.Context // ends with the line
	Outbox  *Outbox
	After   <-chan struct{} // closed once the next message can be sent
	Early   <-chan struct{} // closed once the early messages are sent; nil if there are none
	held    *Message        // until the next one
}

// Send has a message sent when it is its turn. It returns at once, and false if too many
// wait to be sent.
func (l *Line) Send(m *Message) bool {
	held := l.held
	switch {
	case l.Outbox.waiting.Load() >= MaxWaiting:
		return false
	case m.Reorder && held == nil:
		l.held = m
		return true
	}
	l.enqueue(m)
	if l.held = nil; held != nil {
		l.enqueue(held)
	}
	return true
}

func (l *Line) enqueue(m *Message) {
	o, ctx, before, done := l.Outbox, l.Context, l.After, make(chan struct{})
	switch {
	case m.Late > 0:
		before = nil
	case m.Early:
		before, l.Early = l.Early, done
	default:
		l.After = done
	}
	o.waiting.Add(1)
	o.sends.Go(func() {
		defer o.waiting.Add(-1)
		defer close(done)
		if before != nil {
			select {
			case <-before:
			case <-ctx.Done():
			}
		}
		if taken := o.try(ctx, m, m.Late); taken && m.Twice {
			o.try(ctx, m, 0)
		}
	})
}

// try sends a message after a while, and again after anything but 2xx. It reports
// whether the message was taken.
func (o *Outbox) try(ctx context.Context, m *Message, wait time.Duration) bool {
	for try := 1; try <= MaxTries; try++ {
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return false
		}
		// The time to answer begins with the request, not with the wait for its turn.
		select {
		case o.slots <- struct{}{}:
		case <-ctx.Done():
			return false
		}
		status := o.post(ctx, m)
		<-o.slots
		m.Tried(try, status)
		if status/100 == 2 {
			return true
		}
		wait = FirstWait << (try - 1)
	}
	return false
}

// post sends one request and returns the status of its answer, 0 if there was none.
func (o *Outbox) post(ctx context.Context, m *Message) int {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, m.URL, bytes.NewReader(m.Body))
	if err != nil {
		return 0
	}
	req.Header.Set("Content-Type", "application/json")
	for name, value := range m.Header {
		req.Header.Set(name, value)
	}
	resp, err := o.Client.Do(req)
	if err != nil {
		return 0
	}
	_, _ = io.CopyN(io.Discard, resp.Body, 64<<10) // for the receiver to finish
	_ = resp.Body.Close()
	return resp.StatusCode
}
