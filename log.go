package umbrella

import (
	"log/slog"
	"net/http"
	"sync"
	"time"
)

// recorder gets each attempt when it is over, with what follows it.
type recorder func(c *call, req *http.Request, a *answer, err error, took time.Duration, d decision)

// newRecorder writes one record for each attempt. It names what it writes, rather
// than leave things out, so that nothing gets into a log unnoticed.
func newRecorder(log *slog.Logger) recorder {
	var once sync.Once
	return func(c *call, req *http.Request, a *answer, err error, took time.Duration, d decision) {
		ctx, attempt := req.Context(), int(c.attempts.Load())
		if s := c.sending.Load(); s != nil && s.resent.Load() && !c.safe() { // net/http itself repeats what is safe
			once.Do(func() {
				log.WarnContext(ctx, "umbrella: the HTTP transport repeats requests by itself and may open two sessions: switch its retries off")
			})
		}
		level, status, failure := slog.LevelDebug, 0, err
		if a != nil {
			status, failure = a.status, a.err
		}
		if attempt > 1 || failure != nil || status > 299 {
			level = slog.LevelWarn
		}
		if !log.Enabled(ctx, level) {
			return
		}
		attrs := []slog.Attr{
			slog.String("operation", c.id),
			slog.String("method", c.method),
			slog.String("host", req.URL.Host),
			slog.String("path", c.path),
			slog.Int("attempt", attempt),
			slog.Duration("wait", c.wait),
			slog.Duration("duration", took),
		}
		if status != 0 {
			attrs = append(attrs, slog.Int("status", status))
		}
		if failure != nil {
			attrs = append(attrs, slog.String("error", describe(failure)))
		}
		if d.repeat {
			attrs = append(attrs, slog.String("retry", "to be repeated"), slog.Duration("after", d.wait))
		} else if d.reason != "" {
			attrs = append(attrs, slog.String("retry", "not repeated: "+d.reason))
		}
		log.LogAttrs(ctx, level, "umbrella: attempt", attrs...)
	}
}
