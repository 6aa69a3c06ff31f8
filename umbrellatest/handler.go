package umbrellatest

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strconv"

	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/reply"
)

const (
	maxBody         = 1 << 20
	requestIDHeader = "Umbrella-Mock-Request-Id"
)

// answer is what a request gets.
type answer struct {
	reply.Answer
	target
	fault     Fault
	aborted   bool            // the client left before there was an answer
	sessionID string          // of the session that the request is about
	base      string          // of the URL that was asked
	left      chan struct{}   // closed when the answer has left
	early     <-chan struct{} // closed when the events are delivered that come before it
}

func newAnswer(to target) *answer {
	return &answer{Answer: reply.New(to.op), target: to, left: make(chan struct{})}
}

// ServeHTTP implements http.Handler. To break off an answer in the middle, as a
// [Fault] can ask it to, it panics with http.ErrAbortHandler, which net/http
// servers expect of a handler.
func (m *Mock) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", m.now().UTC().Format(http.TimeFormat))
	// One byte too many is for the contract to complain about. Until the body is
	// read, net/http does not notice that a client has left.
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	r.Body = io.NopCloser(bytes.NewReader(body))
	a := newAnswer(m.route(r))
	defer close(a.left)
	a.base = m.baseOf(r)
	var e *Request
	if !a.own {
		m.browsers.Allow(w, r, "Retry-After, "+requestIDHeader+", "+reply.ViolationsHeader)
		e = m.record(r, a.template, body)
		w.Header().Set(requestIDHeader, strconv.FormatUint(e.ID, 10))
	}
	if !a.sound {
		m.takeFault(a, r)
	}
	gone := err != nil || !a.own && !reply.Pause(r.Context(), m.latency) ||
		!a.fault.around(r.Context(), func() { a.serve(a, r) })
	if !gone {
		if a.early != nil {
			select {
			case <-a.early:
			case <-r.Context().Done():
			}
		}
		a.Distort(a.fault.damage())
	}
	a.aborted = gone || r.Context().Err() != nil
	if e != nil {
		m.conclude(r, e, a)
	}
	if !gone { // a client that net/http takes for gone may have closed its own side only
		a.Send(w, r, a.fault.damage())
	}
}

// around calls process, unless f keeps it from that, and reports whether the client
// is still there when f's delay is over.
func (f Fault) around(ctx context.Context, process func()) bool {
	if !f.AfterProcessing && !reply.Pause(ctx, f.DelayHeader) {
		return false
	}
	if f.AfterProcessing || f.Status == 0 && !f.Reset && !f.Unsuccessful {
		process()
	}
	return !f.AfterProcessing || reply.Pause(ctx, f.DelayHeader)
}

func (f Fault) damage() reply.Damage {
	return reply.Damage{
		Status: f.Status, Message: f.Message, Break: f.Break, Unsuccessful: f.Unsuccessful, Malformed: f.Malformed,
		RetryAfter: f.RetryAfter, MediaType: f.MediaType,
		Reset: f.Reset, Truncate: f.Truncate, DelayBody: f.DelayBody, Oversize: f.Oversize,
	}
}
