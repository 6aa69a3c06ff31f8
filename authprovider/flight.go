package authprovider

import (
	"cmp"
	"context"
	"errors"
	"time"
)

// flight is an exchange that all callers wait for, repeated while it fails in passing and somebody
// waits. Its fields are guarded by APIKeySource.mu, and written no more once done is closed.
type flight struct {
	done     chan struct{}
	cancel   context.CancelFunc
	waited   bool  // somebody waits
	rejected Token // reported while it is under way, or since the last exchange
	token    Token
	err      *Error // of the last exchange
}

// launch starts a flight; s.mu is held. It keeps the values of ctx, for tracing, and not its end:
// others may come to wait for it.
func (s *APIKeySource) launch(ctx context.Context) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s.flight = &flight{done: make(chan struct{}), cancel: cancel}
	go s.fly(ctx, s.flight)
}

func (s *APIKeySource) fly(ctx context.Context, f *flight) {
	start := time.Now()
	for n := 1; ; n++ {
		begun := time.Since(start)
		c, err := s.post(ctx)
		pause := s.land(f, c, err, n, begun)
		if pause == 0 {
			return
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done(): // closed
			return
		}
	}
}

// post is one exchange. It ends in time even if the RoundTripper ignores its context, panics, or
// ends its goroutine.
func (s *APIKeySource) post(ctx context.Context) (*cached, *Error) {
	ctx, cancel := context.WithTimeout(ctx, exchangeTimeout)
	defer cancel()
	c, err := (*cached)(nil), &Error{kind: ErrTransient, reason: "the HTTP client panicked"}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() { _ = recover() }()
		c, err = s.exchange(ctx)
	}()
	select {
	case <-done:
		return c, err
	case <-ctx.Done():
		return nil, &Error{kind: ErrTransient, reason: "POST /auth took too long", cause: because(ctx.Err())}
	}
}

// land takes the result of the n-th exchange of f, begun so long after the first. It returns the
// pause before another, or 0 when f is over.
func (s *APIKeySource) land(f *flight, c *cached, err *Error, n int, begun time.Duration) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	switch {
	case s.flight != f: // closed
		return 0
	case err != nil:
	case !before(now, c.end):
		err = &Error{kind: ErrTransient, reason: "the token expired before it arrived"}
	case c.token.equal(f.rejected):
		err = &Error{kind: ErrTransient, reason: "the token was rejected before it arrived"}
	default:
		s.current.Store(c)
		s.next = time.Time{}
		f.token, f.err = c.token, nil
		s.end(f)
		return 0
	}
	f.err, f.rejected = err, Token{}
	rest := err.rest()
	if f.waited {
		if pause := err.repeat(n, begun); pause > 0 {
			return pause
		}
		rest = max(rest, failureRest)
	}
	if renewed := s.current.Load(); renewed != nil {
		s.current.Store(renewed.postponed(now, rest))
	}
	s.failure, s.next = err, now.Add(rest)
	s.end(f)
	return 0
}

// end ends f with the result that is in it; s.mu is held.
func (s *APIKeySource) end(f *flight) {
	s.flight = nil
	close(f.done)
	f.cancel()
}

// await returns the result of f, or what is known of it when ctx ends.
func (s *APIKeySource) await(ctx context.Context, f *flight) (Token, error) {
	select {
	case <-f.done:
		if f.err != nil {
			return Token{}, f.err
		}
		return f.token, nil
	case <-ctx.Done():
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	last := cmp.Or(f.err, &Error{})
	return Token{}, &Error{
		StatusCode: last.StatusCode, RetryAfter: last.RetryAfter,
		reason: "gave up waiting for POST /auth", cause: because(errors.Join(ctx.Err(), last)),
	}
}
