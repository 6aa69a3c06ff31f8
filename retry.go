package umbrella

import (
	"context"
	"errors"
	"fmt"
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
func (p RetryPolicy) wait(attempt int, resp *http.Response, err error) (time.Duration, bool) {
	if attempt >= p.MaxAttempts {
		return 0, false
	}
	step := p.MaxBackoff
	if shift := attempt - 1; shift < 30 && p.MinBackoff<<shift < p.MaxBackoff {
		step = p.MinBackoff << shift
	}
	backoff := rand.N(step + 1)
	if err != nil {
		return backoff, isDialError(err)
	}
	after, told := retryafter.Parse(resp.Header, time.Now())
	if resp.StatusCode != http.StatusTooManyRequests && (resp.StatusCode != http.StatusServiceUnavailable || !told) {
		return 0, false
	}
	if after > 0 {
		return after, after <= p.MaxRetryAfter
	}
	return backoff, true
}

// isDialError reports whether the API itself could not be reached: nothing was
// sent. A token that could not be fetched has pauses of its own.
func isDialError(err error) bool {
	var token *authprovider.Error
	var op *net.OpError
	return !errors.As(err, &token) && errors.As(err, &op) && (op.Op == "dial" || op.Op == "proxyconnect")
}

type retrier struct {
	policy RetryPolicy
	next   api.HttpRequestDoer
}

func (l retrier) Do(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	c, ok := ctx.Value(callKey{}).(*call)
	if !ok {
		c = &call{}
		ctx = context.WithValue(ctx, callKey{}, c)
		req = req.WithContext(ctx)
	}
	c.method, c.path = req.Method, req.URL.Path
	for {
		c.attempt++
		c.progress.Store(notSent)
		resp, err := l.next.Do(req)
		wait, again := l.policy.wait(c.attempt, resp, err)
		if !again || ctx.Err() != nil || req.Body != nil && req.GetBody == nil {
			return resp, err
		}
		if end, ok := ctx.Deadline(); ok && time.Until(end) <= wait {
			return resp, err
		}
		c.wait = wait
		if sleep(ctx, wait) != nil {
			if err == nil {
				err = fmt.Errorf("status %d", resp.StatusCode)
			}
			return nil, fmt.Errorf("cancelled while waiting to repeat the request after %w: %w", err, ctx.Err())
		}
		if req.GetBody != nil {
			body, err := req.GetBody()
			if err != nil {
				return nil, fmt.Errorf("cannot read the request body again: %w", err)
			}
			req = req.WithContext(ctx)
			req.Body = body
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
