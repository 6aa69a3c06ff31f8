package authprovider

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/umbrella-api/umbrella-go/internal/bounded"
	"github.com/umbrella-api/umbrella-go/internal/httpkit"
)

// APIKeySource is a TokenSource that exchanges an API key and a customer id for a bearer token at
// POST /auth and caches it. It is safe for concurrent use, and has no goroutine while it is idle.
//
// It renews in the background, from 5 minutes or 20 % of the lifetime before the end, whichever is
// later: callers with a valid token never wait. At most one exchange is under way, for all who ask,
// and ends after 10 s. While callers wait, one that fails in passing (no connection, 408, 429, 5xx)
// is repeated, up to 4 exchanges within some 6 s. Then the failure is shared: for 1 s (30 s when the
// credentials were refused, up to 5 minutes when Retry-After says so) callers get it at once.
type APIKeySource struct {
	exchange func(context.Context) (*cached, *Error)
	current  atomic.Pointer[cached] // stored with mu held

	mu       sync.Mutex // guards what follows; never held across I/O
	flight   *flight    // what callers without a token wait for
	failure  *Error     // what they get until the next attempt
	next     time.Time  // of that attempt; with a token, cached.renew is it
	rejected Token      // by the API, most recently
	dropped  time.Time  // when that was the current token
	closed   bool
}

// cached is a token, from when on it is renewed and no longer served, and the pause after a renewal
// that fails.
type cached struct {
	token      Token
	renew, end time.Time
	pause      time.Duration
}

// flight is an exchange for all callers, repeated while it fails in passing and somebody waits.
// APIKeySource.mu guards it until done is closed; nobody writes to it after.
type flight struct {
	done     chan struct{}
	cancel   context.CancelFunc
	waited   bool  // somebody waits
	rejected Token // reported since the last exchange
	token    Token
	err      error // of the last exchange
}

// before compares by the monotonic clock, and to the second by the wall clock: after a suspend or a
// step only one of them tells that a token is over.
func before(now, t time.Time) bool { return now.Before(t) && now.Unix() <= t.Unix() }

// NewAPIKeySource returns a source that authenticates at server + "/auth" with the headers Api-Key
// and Customer-Id. The server is the base URL of the API, for example api.ServerSandbox; it must be
// https unless it is a loopback host or WithInsecureHTTP is given. No request is made before the
// first Token call.
func NewAPIKeySource(server, apiKey, customerID string, opts ...Option) (*APIKeySource, error) {
	o := newOptions(opts)
	base, err := httpkit.ParseBaseURL(server, o.insecure)
	err = errors.Join(
		named("server", err),
		named("API key", httpkit.CheckSecret(apiKey)),
		named("customer id", httpkit.CheckSecret(customerID)),
	)
	if err != nil {
		return nil, err
	}
	return &APIKeySource{exchange: newExchange(base, apiKey, customerID, o)}, nil
}

// Token returns the cached token, or waits for a new one. A caller leaves when its ctx is done, and
// the exchange that it waited for goes on for the others. Every error is an *[Error]; when ctx ended
// the wait, it also is ctx.Err().
func (s *APIKeySource) Token(ctx context.Context) (Token, error) {
	if c := s.current.Load(); c != nil && before(time.Now(), c.renew) {
		return c.token, nil
	}
	token, f, err := s.join(ctx)
	if f != nil {
		return s.await(ctx, f)
	}
	return token, err
}

// join returns a token or an error that needs no waiting, or else the one flight to wait for.
func (s *APIKeySource) join(ctx context.Context) (Token, *flight, error) {
	if ctx == nil || s.exchange == nil {
		return Token{}, nil, &Error{reason: "the context is nil, or the source was not made with NewAPIKeySource"}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now, ended := time.Now(), ctx.Err()
	if c := s.current.Load(); c != nil && before(now, c.end) {
		if s.flight == nil && !before(now, c.renew) && ended == nil {
			s.launch(ctx)
		}
		return c.token, nil, nil
	}
	switch {
	case s.closed:
		return Token{}, nil, errClosed
	case ended != nil:
		return Token{}, nil, &Error{reason: "not asked for one", cause: because(ended)}
	case s.flight == nil && now.Before(s.next):
		return Token{}, nil, s.failure
	case s.flight == nil:
		s.launch(ctx)
	}
	s.flight.waited = true
	return Token{}, s.flight, nil
}

// await returns the result of f, or what is known of it when ctx ends.
func (s *APIKeySource) await(ctx context.Context, f *flight) (Token, error) {
	select {
	case <-f.done:
		return f.token, f.err
	case <-ctx.Done():
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	last := &Error{}
	_ = errors.As(f.err, &last)
	return Token{}, &Error{
		StatusCode: last.StatusCode, RetryAfter: last.RetryAfter,
		reason: "gave up waiting for POST /auth", cause: because(fmt.Errorf("%w: %w", ctx.Err(), last)),
	}
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
	if ended, _ := bounded.Run(ctx, 0, func() { c, err = s.exchange(ctx) }); !ended {
		return nil, &Error{kind: ErrTransient, reason: "POST /auth took too long", cause: because(ctx.Err())}
	}
	return c, err
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
		s.end(f, c.token, nil)
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
	s.end(f, Token{}, err)
	return 0
}

// end ends f with a result; s.mu is held.
func (s *APIKeySource) end(f *flight, token Token, err error) {
	f.token, f.err = token, err
	s.flight = nil
	close(f.done)
	f.cancel()
}

// Invalidate drops the cached token if it is rejected, so that the next Token call gets a new one.
// Many callers may report one rejected token: only the first report counts. At most one token a
// second is dropped, so that an API that refuses them all costs no exchange for each call.
func (s *APIKeySource) Invalidate(rejected Token) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, now := s.current.Load(), time.Now()
	current := c != nil && c.token.equal(rejected)
	if current && now.Sub(s.dropped) < rejectionRest || !current && s.rejected.equal(rejected) {
		return
	}
	if current {
		s.current.Store(nil)
		s.dropped = now
	}
	s.rejected = rejected
	if s.flight != nil {
		s.flight.rejected = rejected
	}
}

// Close ends an exchange that is under way and makes all later calls of Token fail with ErrClosed.
// It returns nil and may be called more than once.
func (s *APIKeySource) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	s.current.Store(nil)
	if s.flight != nil {
		s.end(s.flight, Token{}, errClosed)
	}
	return nil
}

// Format implements fmt.Formatter for every verb: fmt would read fields that others write.
func (s *APIKeySource) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "authprovider.APIKeySource(redacted)")
}
