package umbrella

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"time"

	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/authprovider"
	"github.com/umbrella-api/umbrella-go/internal/retryafter"
)

// RetryPolicy says how often and how fast an attempt is repeated that the server
// cannot have processed: the connection could not be made, or the answer was 429,
// or 503 with a Retry-After header. Nothing else is repeated, because a repeated
// createSessionLink can open a second signing session. A field that is 0 has its
// default.
type RetryPolicy struct {
	// MaxAttempts counts the first attempt too. 1 turns retries off. Default 3.
	MaxAttempts int
	// MinBackoff and MaxBackoff bound the exponential back-off; each wait is drawn
	// between 0 and the current step (full jitter). Defaults 500 ms and 8 s.
	MinBackoff, MaxBackoff time.Duration
	// MaxRetryAfter is the longest Retry-After that is waited for. Beyond it the
	// error comes back at once, with Error.RetryAfter set. Default 30 s.
	MaxRetryAfter time.Duration
}

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

// wait returns how long to wait before the attempt after this one, and whether
// there may be one.
func (p RetryPolicy) wait(c *call, resp *http.Response, err error) (time.Duration, bool) {
	if c.attempt >= p.MaxAttempts || err != nil && (c.sent || !isDialError(err)) {
		return 0, false
	}
	if err == nil {
		after, refused := refusal(resp)
		if !refused || after > 0 {
			return after, refused && after <= p.MaxRetryAfter
		}
	}
	step, shift := p.MinBackoff, c.attempt-1
	if shift > 62 || step > p.MaxBackoff>>shift {
		step = p.MaxBackoff
	} else {
		step <<= shift
	}
	return rand.N(step), true
}

// refusal reports whether the server says that it has not processed the request
// and that it may be sent again, and how long it asks to wait, if it does.
func refusal(resp *http.Response) (after time.Duration, refused bool) {
	if code := resp.StatusCode; code != http.StatusTooManyRequests && code != http.StatusServiceUnavailable {
		return 0, false
	}
	after, told := retryafter.Parse(resp.Header, time.Now())
	return after, told || resp.StatusCode == http.StatusTooManyRequests
}

// isDialError reports whether the API could not be reached. The token endpoint
// does not count: its failures have pauses of their own.
func isDialError(err error) bool {
	var token *authprovider.Error
	var op *net.OpError
	return !errors.As(err, &token) && errors.As(err, &op) && (op.Op == "dial" || op.Op == "proxyconnect")
}

type retrier struct {
	policy RetryPolicy
	next   api.HttpRequestDoer
}

// Do repeats req, with its body from GetBody. If a wait has no time or is cut
// short, the last answer or error is what comes back.
func (l retrier) Do(req *http.Request) (*http.Response, error) {
	c := callOf(req)
	for {
		c.attempt++
		c.sent = false
		resp, err := l.next.Do(req)
		wait, again := l.policy.wait(c, resp, err)
		if !again || req.Body != nil && req.GetBody == nil {
			return resp, err
		}
		if end, ok := c.Deadline(); ok && time.Until(end) <= wait {
			return resp, err
		}
		if c.ended = sleep(c, wait); c.ended != nil {
			return resp, err
		}
		c.wait = wait
		req = req.WithContext(c)
		if req.GetBody != nil {
			if req.Body, err = req.GetBody(); err != nil {
				return nil, err
			}
		}
	}
}

// sleep waits for d, or less long if ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
	return ctx.Err()
}
