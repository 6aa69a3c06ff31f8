package authprovider

import (
	"context"
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

// flight is one exchange on its way. Its result is written before done is
// closed; neither a token nor an error means that its token had been rejected.
type flight struct {
	done   chan struct{}
	token  Token
	err    *Error
	cancel context.CancelFunc

	rejected []string // invalidated meanwhile; guarded by APIKeySource.mu
}

// launch starts a flight; s.mu is held. The flight keeps the values of ctx, for
// tracing, and not its end: others may come to wait for it.
func (s *APIKeySource) launch(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), flightTimeout)
	f := &flight{done: make(chan struct{}), cancel: cancel}
	s.flight = f
	// A RoundTripper that ignores its context must not hold up the callers.
	context.AfterFunc(ctx, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.land(f, nil, &Error{kind: ErrTransient, reason: "POST /auth took too long", cause: because(ctx.Err())})
	})
	go func() {
		defer cancel()
		var next *cached
		var err *Error
		defer func() {
			if next == nil && err == nil { // a panic, or runtime.Goexit
				err = &Error{kind: ErrTransient, reason: fmt.Sprintf("the HTTP client panicked (%T)", recover())}
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			s.land(f, next, err)
		}()
		next, err = s.fetch(ctx)
	}()
}

// fetch does the exchange. The lifetime counts from before the request, because
// the server started it at some point after.
func (s *APIKeySource) fetch(ctx context.Context) (*cached, *Error) {
	wall, mono := s.clock()
	token, lifetime, err := s.exchange(ctx, time.Unix(0, wall))
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
func (s *APIKeySource) land(f *flight, next *cached, err *Error) {
	if s.flight != f {
		return
	}
	s.flight = nil
	defer close(f.done)
	wall, mono := s.clock()
	if err == nil && next.left(wall, mono) <= 0 {
		err = &Error{kind: ErrTransient, reason: "the token expired before it arrived"}
	}
	current := s.current.Load()
	if err != nil {
		f.err, s.failure = err, err
		s.failures++
		s.retryAt = mono + int64(max(err.pause(), coolDown))
		if current != nil {
			current.renewAt.Store(mono + int64(max(err.pause(), s.backoff(current))))
		}
		return
	}
	s.failures, s.failure = 0, nil
	if slices.Contains(f.rejected, next.token.AccessToken()) {
		if current != nil {
			current.renewAt.Store(mono + int64(coolDown))
		}
		return
	}
	f.token = next.token
	if next.token.AccessToken() == s.rejected.AccessToken() {
		next.keepUntil = mono + int64(coolDown)
	}
	s.current.Store(next)
}

// pause is how long e itself asks to wait.
func (e *Error) pause() time.Duration {
	if e.kind == ErrCredentials {
		return max(coolDownCredentials, min(e.RetryAfter, coolDownMax))
	}
	return min(e.RetryAfter, coolDownMax)
}

// backoff is how long the renewal of c rests after the last of s.failures
// failures: exponential, jittered, and from an eighth of the renewal window, so
// that even a window of a second sees several attempts.
func (s *APIKeySource) backoff(c *cached) time.Duration {
	rest := min(time.Duration(c.lead)/8, coolDown)
	rest = min(rest<<min(s.failures-1, 10), backoffMax)
	return rest - time.Duration(float64(rest)*s.random()/2)
}
