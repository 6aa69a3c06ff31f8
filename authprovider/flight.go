package authprovider

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

const (
	flightTimeout = 10 * time.Second

	softLead  = 5 * time.Minute // renew this long before the end …
	softShare = 5               // … or a fifth of the lifetime, if that is less
	hardSkew  = 30 * time.Second
	hardShare = 10

	coolDown            = time.Second
	coolDownCredentials = 30 * time.Second
	coolDownMax         = 5 * time.Minute
	backoffMax          = 30 * time.Second
)

// flight is one exchange. Its result is written before done is closed.
type flight struct {
	done   chan struct{}
	cancel context.CancelFunc

	token     Token
	err       error
	discarded bool     // its token was rejected while it was under way: ask again
	rejected  []string // guarded by APIKeySource.mu
}

// launch starts a flight; s.mu is held. The flight keeps the values of ctx, for
// tracing, and not its end: others may come to wait for it.
func (s *APIKeySource) launch(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), flightTimeout)
	f := &flight{done: make(chan struct{}), cancel: cancel}
	s.flight = f
	// A RoundTripper that ignores its context must not hold up the callers.
	stop := context.AfterFunc(ctx, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.land(f, nil, &Error{kind: ErrTransient, reason: "POST /auth took too long", cause: ctx.Err()})
	})
	go func() {
		defer cancel()
		next, err := s.fetch(ctx)
		stop()
		s.mu.Lock()
		defer s.mu.Unlock()
		s.land(f, next, err)
	}()
}

// fetch does the exchange. The lifetime counts from before the request, because
// the server started it at some point after.
func (s *APIKeySource) fetch(ctx context.Context) (next *cached, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &Error{kind: ErrTransient, reason: fmt.Sprintf("panic in the HTTP client (%T)", p)}
		}
	}()
	wall, mono := s.clock()
	value, lifetime, err := s.exchange(ctx)
	if err != nil {
		return nil, err
	}
	token, err := NewToken(value, time.Unix(0, wall).Add(lifetime))
	if err != nil {
		return nil, err
	}
	skew := min(lifetime/hardShare, hardSkew)
	// Up to a fifth later, once per token: a fleet must not renew in step.
	lead := time.Duration(float64(min(lifetime/softShare, softLead)) * (1 - 0.2*s.random()))
	return &cached{
		token:    token,
		hardWall: wall + int64(lifetime-skew),
		hardMono: mono + int64(lifetime-skew),
		lead:     int64(lead - skew),
	}, nil
}

// land ends f with its result; s.mu is held. A flight that already ended (it
// timed out, or the source was closed) changes nothing any more.
func (s *APIKeySource) land(f *flight, next *cached, err error) {
	if s.flight != f {
		return
	}
	s.flight = nil
	defer close(f.done)
	_, mono := s.clock()
	current := s.current.Load()
	switch {
	case err != nil:
		f.err = err
		s.failures++
		s.failure, s.retryAt = err, mono+int64(s.pause(err, current))
		if current != nil {
			current.renewAt.Store(s.retryAt)
		}
	case slices.Contains(f.rejected, next.token.AccessToken()):
		f.discarded = true
		if current != nil {
			current.renewAt.Store(mono + int64(coolDown))
		}
	default:
		f.token = next.token
		s.failures, s.failure = 0, nil
		next.born = mono
		next.reissued = next.token.AccessToken() == s.rejected
		s.current.Store(next)
	}
}

// pause says how long no exchange starts after err. While there is a token to
// renew, a transient failure is retried with exponential, jittered back-off that
// starts at an eighth of the renewal window, so that even a window of a second
// sees several attempts.
func (s *APIKeySource) pause(err error, current *cached) time.Duration {
	pause, transient := coolDown, true
	var e *Error
	if errors.As(err, &e) {
		switch {
		case e.RetryAfter > 0:
			pause, transient = min(e.RetryAfter, coolDownMax), false
		case errors.Is(e, ErrCredentials):
			pause, transient = coolDownCredentials, false
		}
	}
	if current == nil {
		return pause
	}
	backoff := min(max(time.Duration(current.lead)/8, time.Millisecond), coolDown)
	backoff = min(backoff<<min(s.failures-1, 10), backoffMax)
	backoff -= time.Duration(float64(backoff) * s.random() / 2)
	if transient {
		return backoff
	}
	return max(pause, backoff)
}
