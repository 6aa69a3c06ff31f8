package umbrella

import (
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/umbrella-api/umbrella-go/api"
)

// logger writes one record for each attempt. It names what it writes, rather
// than leave things out, so that nothing gets into a log unnoticed.
type logger struct {
	log  *slog.Logger
	next api.HttpRequestDoer
}

func (l logger) Do(req *http.Request) (*http.Response, error) {
	if l.log == nil {
		return l.next.Do(req)
	}
	start := time.Now()
	resp, err := l.next.Do(req)
	c := req.Context().Value(callKey{}).(*call)
	level, status, failure := slog.LevelDebug, 0, err
	if err == nil {
		status = resp.StatusCode
		if b := resp.Body.(*body); b.err != io.EOF {
			failure = b.err
		}
	}
	if c.attempt > 1 || failure != nil || status > 299 {
		level = slog.LevelWarn
	}
	if !l.log.Enabled(req.Context(), level) {
		return resp, err
	}
	attrs := []slog.Attr{
		slog.String("method", req.Method),
		slog.String("host", req.URL.Host),
		slog.String("path", req.URL.Path),
		slog.Int("attempt", c.attempt),
		slog.Duration("wait", c.wait),
		slog.Duration("duration", time.Since(start)),
	}
	if c.operation != "" {
		attrs = append(attrs, slog.String("operation", c.operation))
	}
	if status != 0 {
		attrs = append(attrs, slog.Int("status", status))
	}
	if failure != nil {
		attrs = append(attrs, slog.String("error", describe(failure)))
	}
	l.log.LogAttrs(req.Context(), level, "umbrella: attempt", attrs...)
	return resp, err
}
