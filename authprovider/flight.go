package authprovider

import (
	"context"
	"errors"
	"sync"
	"time"
)

// flight is what all callers wait for: an exchange, repeated while it fails in passing and somebody
// waits. Its fields are guarded by APIKeySource.mu, and written no more once done is closed.
type flight struct {
	done   chan struct{}
	token  Token
	err    *Error // of the last exchange
	waited bool   // somebody waits

	ctx      context.Context
	cancel   context.CancelFunc
	started  time.Time
	begun    time.Duration // when this exchange began, after started
	failures int           // exchanges that failed
	rejected Token         // reported during this exchange
}

// launch starts a flight; s.mu is held. It keeps the values of ctx, for tracing, and not its end:
// others may come to wait for it.
func (s *APIKeySource) launch(ctx context.Context) {
	s.flight = &flight{done: make(chan struct{}), started: time.Now()}
	s.flight.ctx, s.flight.cancel = context.WithCancel(context.WithoutCancel(ctx))
	s.attempt(s.flight)
}

// attempt starts an exchange of f; s.mu is held. It lands in time even if the RoundTripper ignores
// its context, panics, or ends its goroutine.
func (s *APIKeySource) attempt(f *flight) {
	f.begun, f.rejected = time.Since(f.started), Token{}
	ctx, cancel := context.WithTimeout(f.ctx, exchangeTimeout)
	var once sync.Once
	land := func(c *cached, err *Error) { once.Do(func() { s.land(f, c, err) }) }
	context.AfterFunc(ctx, func() {
		land(nil, &Error{kind: ErrTransient, reason: "POST /auth took too long", cause: because(ctx.Err())})
	})
	go func() {
		c, err := (*cached)(nil), &Error{kind: ErrTransient, reason: "the HTTP client panicked"}
		defer func() {
			_ = recover()
			land(c, err)
			cancel()
		}()
		c, err = s.exchange(ctx)
	}()
}

// land takes the result of an exchange. It ends f, or has another exchange follow.
func (s *APIKeySource) land(f *flight, c *cached, err *Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	switch {
	case s.flight != f: // closed
		return
	case err != nil:
	case !before(now, c.end):
		err = &Error{kind: ErrTransient, reason: "the token expired before it arrived"}
	case c.token.equal(f.rejected):
		err = &Error{kind: ErrTransient, reason: "the token was rejected before it arrived"}
	default:
		s.current.Store(c)
		s.failure, s.failures, s.next = nil, 0, time.Time{}
		s.end(f, c.token, nil)
		return
	}
	f.err = err
	f.failures++
	if pause, again := err.repeat(f.failures, f.begun); again && f.waited {
		time.AfterFunc(pause, func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			if s.flight == f {
				s.attempt(f)
			}
		})
		return
	}
	s.failures++
	rest := failureRest
	if current := s.current.Load(); current != nil && !f.waited {
		rest = current.backoff(s.failures)
	}
	s.failure, s.next = err, now.Add(max(rest, err.rest()))
	if !f.waited && err.rest() == 0 {
		s.failure = nil // a renewal's, which holds up renewals only
	}
	s.end(f, Token{}, err)
}

// end ends f with a result; s.mu is held.
func (s *APIKeySource) end(f *flight, t Token, err *Error) {
	f.token, f.err = t, err
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
	e := &Error{reason: "gave up waiting for POST /auth", cause: because(ctx.Err())}
	if f.err != nil {
		e.StatusCode, e.RetryAfter, e.cause = f.err.StatusCode, f.err.RetryAfter, because(errors.Join(ctx.Err(), f.err))
	}
	return Token{}, e
}
