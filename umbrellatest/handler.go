package umbrellatest

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"time"
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
	a, to := newAnswer(), m.route(r)
	defer close(a.left)
	a.base = m.baseOf(r)
	var latency time.Duration
	var e *entry
	if !to.own {
		m.allowOrigin(w, r)
		e, latency = m.record(r, body), m.latency
		w.Header().Set(requestIDHeader, strconv.FormatUint(e.ID, 10))
	}
	if !to.sound {
		a.fault = m.fault(r, to.template)
	}
	process := func() { to.serve(a, r) }
	a.aborted = err != nil || !pause(r.Context(), latency) || !a.fault.around(r.Context(), process)
	if !a.aborted {
		if a.early != nil {
			<-a.early
		}
		a.distort(to.op)
	}
	if e != nil {
		m.conclude(r, to, e, a)
	}
	if !a.aborted {
		a.send(w, r)
	}
}

// around calls process, unless f keeps it from that, and reports whether the client
// is still there when f's delay is over.
func (f Fault) around(ctx context.Context, process func()) bool {
	if !f.AfterProcessing && !pause(ctx, f.DelayHeader) {
		return false
	}
	if f.AfterProcessing || f.Status == 0 && !f.Reset && !f.Unsuccessful {
		process()
	}
	return !f.AfterProcessing || pause(ctx, f.DelayHeader)
}

// conclude completes the journal and logs, right before the answer leaves. The log
// has the path template, as the values in a path may be personal data.
func (m *Mock) conclude(r *http.Request, to target, e *entry, a *answer) {
	m.mu.Lock()
	redact := m.redactor(r)
	if a.aborted {
		a.violations = nil
	}
	a.violations = slices.Clone(a.violations)
	for i := range a.violations {
		a.violations[i].Path = redact.Replace(a.violations[i].Path) // a member may have a secret for its name
	}
	m.keepOutcome(e, a)
	m.mu.Unlock()
	level := slog.LevelInfo
	if len(a.violations) > 0 {
		level = slog.LevelWarn
	}
	m.logger.LogAttrs(r.Context(), level, "umbrella mock",
		slog.Uint64("id", e.ID), slog.String("method", e.Method),
		slog.String("path", cmp.Or(to.template, e.Path)), slog.Int("status", e.Status),
		attrIf(a.sessionID != "", slog.String("session", a.sessionID)),
		attrIf(a.aborted, slog.Bool("aborted", true)),
		attrIf(a.fault != Fault{}, slog.Bool("fault", true)),
		attrIf(len(a.violations) > 0, slog.Any("violations", a.violations)))
}

// attrIf is an attribute, or one that handlers of package slog ignore.
func attrIf(is bool, attr slog.Attr) slog.Attr {
	if is {
		return attr
	}
	return slog.Attr{}
}

// pause waits for d and reports whether the client is still there.
func pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}
