package umbrella

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/umbrella-api/umbrella-go/internal/httpkit"
)

// RetryPolicy says how often and how fast an attempt is repeated. A POST is
// repeated only if it cannot have been processed: no connection could be made, the
// API answered 429, or an HTTP/2 peer proved that it left the request alone, or a kept
// connection closed before any of it was written. 503 is no proof, whatever headers it
// has: proxies send it when a server dies in the middle. GET and HEAD are also
// repeated after any other failure of the transport, and after 502, 503 and 504. A
// field that is 0 has its default.
type RetryPolicy struct {
	// MaxAttempts counts the first attempt too. 1 turns retries off. Default 3.
	// Attempts that a closing HTTP/2 connection rejected do not count: up to 10 are
	// made good on other connections.
	MaxAttempts int
	// MinBackoff and MaxBackoff bound the exponential back-off; each wait is drawn
	// between 0 and the current step (full jitter). Defaults 500 ms and 8 s.
	MinBackoff, MaxBackoff time.Duration
	// MaxRetryAfter is the longest Retry-After that is waited for. Beyond it the
	// error comes back at once, with Error.RetryAfter set. Default 30 s.
	MaxRetryAfter time.Duration
}

// maxRejections is how many attempts of a call the peer may reject beyond
// MaxAttempts, and rejectedBackoff the longest wait after one: another connection
// is there at once, unless the server closes them all.
const (
	maxRejections   = 10
	rejectedBackoff = 50 * time.Millisecond
)

func (p RetryPolicy) withDefaults() RetryPolicy {
	if p.MaxAttempts == 0 {
		p.MaxAttempts = 3
	}
	if p.MinBackoff == 0 {
		p.MinBackoff = 500 * time.Millisecond
		if p.MaxBackoff > 0 {
			p.MinBackoff = min(p.MinBackoff, p.MaxBackoff)
		}
	}
	if p.MaxBackoff == 0 {
		p.MaxBackoff = max(8*time.Second, p.MinBackoff)
	}
	if p.MaxRetryAfter == 0 {
		p.MaxRetryAfter = 30 * time.Second
	}
	return p
}

// decision is what follows an attempt that failed: another one after wait, or none,
// and why.
type decision struct {
	repeat bool
	wait   time.Duration
	reason string // why not, for the log
}

func no(reason string) decision { return decision{reason: reason} }

// decide judges the attempt that ended with a or err.
func (p RetryPolicy) decide(c *call, a *answer, err error) decision {
	if err == nil && a.err == nil && a.status < 300 {
		return decision{}
	}
	if c.maybeProcessed(a) {
		return no("may have been processed")
	}
	var after time.Duration
	switch s := c.sending.Load(); {
	case err != nil && s == nil:
		return no("the request was not sent")
	case err != nil && s.fate.Load() == rejected:
		if c.rejections++; c.rejections > maxRejections {
			return no("rejected too often")
		}
		return decision{repeat: true, wait: rand.N(rejectedBackoff)}
	case err != nil && !c.safe() && s.fate.Load() != unreachable:
		return no("the request was not sent")
	case err == nil && !p.repeats(c, a):
		return no("the answer is final")
	case err == nil:
		after, _ = httpkit.RetryAfter(a.header, time.Now())
	}
	switch attempt := int(c.attempts.Load()) - c.rejections; {
	case attempt >= p.MaxAttempts:
		return no("no attempts left")
	case after > p.MaxRetryAfter:
		return no("Retry-After is too long")
	case after > 0:
		return decision{repeat: true, wait: after}
	default:
		return decision{repeat: true, wait: p.backoff(attempt)}
	}
}

// repeats reports whether an answer of this status may be followed by another attempt.
func (p RetryPolicy) repeats(c *call, a *answer) bool {
	switch a.status {
	case http.StatusTooManyRequests:
		return true
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return c.safe()
	}
	return c.safe() && a.err != nil && !errors.Is(a.err, ErrResponseTooLarge)
}

// backoff draws the wait after the n-th attempt.
func (p RetryPolicy) backoff(n int) time.Duration {
	step := p.MinBackoff
	for range n - 1 {
		if step > p.MaxBackoff/2 {
			step = p.MaxBackoff
			break
		}
		step *= 2
	}
	return rand.N(step)
}

// withRetries repeats attempts as policy says, each with a body from GetBody. If a
// wait has no time or is cut short, the last answer or error is what comes back.
// record, if there is one, gets every attempt.
func withRetries(next handler, policy RetryPolicy, record recorder) handler {
	return func(c *call, req *http.Request) (*answer, error) {
		ctx := req.Context()
		for {
			c.attempts.Add(1)
			c.sending.Store(nil)
			start := time.Now()
			a, err := next(c, req)
			d := policy.decide(c, a, err)
			if end, limited := ctx.Deadline(); d.repeat && (ctx.Err() != nil || limited && time.Until(end) <= d.wait) {
				d = no("no time left")
			}
			again := req
			if d.repeat {
				if again = req.WithContext(ctx); !rewind(again) {
					d = no("the body cannot be sent again")
				}
			}
			if record != nil {
				record(c, req, a, err, time.Since(start), d)
			}
			if !d.repeat {
				return a, err
			}
			if c.ended = sleep(ctx, d.wait); c.ended != nil {
				closeBody(again)
				return a, err
			}
			c.wait, req = d.wait, again
		}
	}
}

// rewind gives req a new body, if it needs one, and reports whether there is one.
func rewind(req *http.Request) bool {
	if req.Body == nil {
		return true
	}
	if req.GetBody == nil {
		return false
	}
	var err error
	req.Body, err = req.GetBody()
	return err == nil
}

// sleep waits for d, or less long if ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
	return ctx.Err()
}
