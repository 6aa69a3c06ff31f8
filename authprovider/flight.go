package authprovider

import (
	"context"
	"errors"
	"time"
)

// flight is what all callers wait for: an exchange, repeated while it fails in
// passing and somebody waits. Its fields are guarded by APIKeySource.mu, and
// written no more once done is closed.
type flight struct {
	done     chan struct{}
	cancel   context.CancelFunc
	token    Token
	err      *Error // of the last exchange
	waited   bool
	rejected Token // reported during this exchange
}

// landed returns a flight that is over.
func landed(t Token, err *Error) *flight {
	f := &flight{done: make(chan struct{}), token: t, err: err}
	close(f.done)
	return f
}

// launch starts a flight; s.mu is held. The flight keeps the values of ctx, for
// tracing, and not its end: others may come to wait for it.
func (s *APIKeySource) launch(ctx context.Context) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s.flight = &flight{done: make(chan struct{}), cancel: cancel}
	go s.fly(ctx, s.flight)
}

func (s *APIKeySource) fly(ctx context.Context, f *flight) {
	defer f.cancel()
	start := time.Now()
	for n := 1; ; n++ {
		begun := time.Since(start)
		c, err := s.fetch(ctx)
		pause, again := s.land(f, c, err, n, begun)
		if !again {
			return
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return
		}
	}
}

// fetch does one exchange. It comes back in time even if the RoundTripper
// ignores its context, panics, or ends its goroutine.
func (s *APIKeySource) fetch(ctx context.Context) (*cached, *Error) {
	ctx, cancel := context.WithTimeout(ctx, exchangeTimeout)
	defer cancel()
	type result struct {
		c   *cached
		err *Error
	}
	results := make(chan result, 1)
	go func() {
		r := result{err: &Error{kind: ErrTransient, reason: "the HTTP client panicked"}}
		defer func() {
			_ = recover()
			results <- r
		}()
		r.c, r.err = s.exchange(ctx)
	}()
	select {
	case r := <-results:
		return r.c, r.err
	case <-ctx.Done():
		return nil, &Error{kind: ErrTransient, reason: "POST /auth took too long", cause: because(ctx.Err())}
	}
}

// land takes the result of the n-th exchange of f, which began so long after the
// first. It ends f, or says after which pause to do another.
func (s *APIKeySource) land(f *flight, c *cached, err *Error, n int, begun time.Duration) (pause time.Duration, again bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.flight != f { // closed
		return 0, false
	}
	now := time.Now()
	switch {
	case err != nil:
	case !before(now, c.end):
		err = &Error{kind: ErrTransient, reason: "the token expired before it arrived"}
	case c.token.equal(f.rejected):
		err = &Error{kind: ErrTransient, reason: "the token was rejected before it arrived"}
	default:
		s.current.Store(c)
		s.failure, s.failures, s.next = nil, 0, time.Time{}
		s.end(f, c.token, nil)
		return 0, false
	}
	if pause, again = err.repeat(n, begun); again && f.waited {
		f.err, f.rejected = err, Token{}
		return pause, true
	}
	s.failures++
	rest := failureRest
	if current := s.current.Load(); current != nil && !f.waited {
		// From an eighth of the time for renewals: even a second sees several.
		rest = backoff(min(current.end.Sub(current.renew)/8, renewBackoff), s.failures)
	}
	s.next = now.Add(max(err.rest(), rest))
	s.failure = err
	if !f.waited && err.rest() == 0 {
		s.failure = nil // a renewal's, which holds up renewals only
	}
	s.end(f, Token{}, err)
	return 0, false
}

// end ends f with a result; s.mu is held.
func (s *APIKeySource) end(f *flight, t Token, err *Error) {
	f.token, f.err = t, err
	s.flight = nil
	close(f.done)
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
	e := &Error{reason: "gave up waiting for POST /auth", cause: because(ctx.Err())}
	if f.err != nil {
		e.StatusCode, e.RetryAfter = f.err.StatusCode, f.err.RetryAfter
		e.cause = because(errors.Join(ctx.Err(), f.err))
	}
	return Token{}, e
}
