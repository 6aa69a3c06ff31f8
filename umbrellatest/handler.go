package umbrellatest

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strconv"

	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/wire"
)

const (
	maxBody         = 1 << 20
	requestIDHeader = "Umbrella-Mock-Request-Id"
)

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
		m.browsers.Allow(w, r, "Retry-After, "+requestIDHeader+", "+violationsHeader)
		e = m.record(r, body)
		w.Header().Set(requestIDHeader, strconv.FormatUint(e.ID, 10))
	}
	if !a.sound {
		a.fault = m.fault(r, a.template)
	}
	a.aborted = err != nil || !a.own && !wire.Pause(r.Context(), m.latency) ||
		!a.fault.around(r.Context(), func() { a.serve(a, r) })
	if !a.aborted {
		if a.early != nil {
			<-a.early
		}
		a.distort()
	}
	if e != nil {
		m.conclude(r, e, a)
	}
	if !a.aborted {
		f := a.fault
		wire.Send(w, r, a.ResponseRecorder, wire.Damage{Reset: f.Reset, Truncate: f.Truncate, DelayBody: f.DelayBody, Oversize: f.Oversize})
	}
}

// around calls process, unless f keeps it from that, and reports whether the client
// is still there when f's delay is over.
func (f Fault) around(ctx context.Context, process func()) bool {
	if !f.AfterProcessing && !wire.Pause(ctx, f.DelayHeader) {
		return false
	}
	if f.AfterProcessing || f.Status == 0 && !f.Reset && !f.Unsuccessful {
		process()
	}
	return !f.AfterProcessing || wire.Pause(ctx, f.DelayHeader)
}
