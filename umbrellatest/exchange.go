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
	"strings"
	"time"
)

const (
	maxBody         = 1 << 20
	requestIDHeader = "Umbrella-Mock-Request-Id"
	controlPath     = "/__mock/"
)

// ServeHTTP implements http.Handler. To break off an answer in the middle, as a
// [Fault] can ask it to, it panics with http.ErrAbortHandler, which net/http
// servers expect of a handler.
func (m *Mock) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", m.now().UTC().Format(http.TimeFormat))
	switch {
	case r.URL.Path == m.basePath+wizardPath+"style.css":
		serveAsset(w, r)
	case r.URL.Path == "/healthz" || !m.noControl && strings.HasPrefix(r.URL.Path, controlPath):
		m.control(w, r)
	default:
		m.allowOrigin(w, r)
		m.exchange(w, r)
	}
}

// exchange serves one request to the imitated service.
func (m *Mock) exchange(w http.ResponseWriter, r *http.Request) {
	// One byte too many is for the contract to complain about. Until the body is
	// read, net/http does not notice that a client has left.
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	r.Body = io.NopCloser(bytes.NewReader(body))
	outside := !m.stripBase(r)
	e := m.record(r, body)
	w.Header().Set(requestIDHeader, strconv.FormatUint(e.ID, 10))
	template, op := m.route(r)
	var f Fault
	if !outside && !m.preflight(r) {
		f = m.fault(r, template)
	}
	a := newAnswer()
	a.fault, a.outside = f, outside
	defer m.release(a)
	path := cmp.Or(template, e.Path)
	if err != nil || !pause(r.Context(), m.latency) || !f.around(r.Context(), func() { m.process(a, r, op) }) {
		a.aborted, a.violations = true, nil
		m.conclude(r, path, e, a)
		return
	}
	m.sendEarly(a)
	a.distort(f, op)
	m.conclude(r, path, e, a)
	a.send(w, r, f)
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
func (m *Mock) conclude(r *http.Request, path string, e *entry, a *answer) {
	m.mu.Lock()
	redact := m.redactor(r)
	a.violations = slices.Clone(a.violations)
	for i := range a.violations {
		a.violations[i].Path = redact.Replace(a.violations[i].Path) // a member may have a secret for its name
	}
	m.keepOutcome(e, a)
	m.mu.Unlock()
	level := slog.LevelInfo
	attrs := []slog.Attr{
		slog.Uint64("id", e.ID), slog.String("method", e.Method), slog.String("path", path), slog.Int("status", e.Status),
	}
	if a.sessionID != "" {
		attrs = append(attrs, slog.String("session", a.sessionID))
	}
	if a.aborted {
		attrs = append(attrs, slog.Bool("aborted", true))
	}
	if a.fault != (Fault{}) {
		attrs = append(attrs, slog.Bool("fault", true))
	}
	if len(a.violations) > 0 {
		level = slog.LevelWarn
		attrs = append(attrs, slog.Any("violations", a.violations))
	}
	m.logger.LogAttrs(r.Context(), level, "umbrella mock", attrs...)
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
