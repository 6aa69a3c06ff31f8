package umbrellatest

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"
)

const maxBody = 1 << 20

// ServeHTTP implements http.Handler. To break off an answer in the middle, as a
// [Fault] can ask it to, it panics with http.ErrAbortHandler, which net/http
// servers expect of a handler.
func (m *Mock) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", m.now().UTC().Format(http.TimeFormat))
	if r.URL.Path == "/healthz" || !m.noControl && strings.HasPrefix(r.URL.Path, "/__mock/") {
		m.control(w, r)
		return
	}
	m.exchange(w, r)
}

// exchange serves one request to the imitated service.
func (m *Mock) exchange(w http.ResponseWriter, r *http.Request) {
	// One byte too many is for the contract to complain about. Until the body is
	// read, net/http does not notice that a client has left.
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		return // the client left while sending
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	e := m.record(r, body)
	template, op := m.route(r)
	f := m.fault(r, template)
	if !pause(r.Context(), m.latency) || !f.AfterProcessing && !pause(r.Context(), f.DelayHeader) {
		return
	}
	a := newAnswer()
	if f.AfterProcessing || f.Status == 0 && !f.Reset {
		m.process(a, r, op)
	}
	if f.AfterProcessing && !pause(r.Context(), f.DelayHeader) {
		return
	}
	a.distort(f, op)
	m.conclude(r, cmp.Or(template, e.Path), e, a, f)
	a.send(w, r, f)
}

// conclude completes the journal and logs, right before the answer leaves. The log
// has the path template, as the values in a path may be personal data.
func (m *Mock) conclude(r *http.Request, path string, e *entry, a *answer, f Fault) {
	m.mu.Lock()
	m.keepViolations(e, a.violations)
	if !f.Reset {
		e.Status = a.Code
	}
	m.mu.Unlock()
	level := slog.LevelInfo
	attrs := []slog.Attr{slog.String("method", e.Method), slog.String("path", path), slog.Int("status", e.Status)}
	if f != (Fault{}) {
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
