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
	start := time.Now()
	resp, err := l.next.Do(req)
	c := callOf(req)
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
		slog.String("operation", c.operation),
		slog.String("method", c.method),
		slog.String("host", req.URL.Host),
		slog.String("path", c.path),
		slog.Int("attempt", c.attempt),
		slog.Duration("wait", c.wait),
		slog.Duration("duration", time.Since(start)),
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
