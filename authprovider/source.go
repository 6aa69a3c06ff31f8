package authprovider

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/umbrella-api/umbrella-go/internal/baseurl"
	"github.com/umbrella-api/umbrella-go/internal/headervalue"
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
	failure  *Error     // of the last flight: what they get until next
	next     time.Time  // of the next attempt
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

// before compares by the monotonic clock, and to the second by the wall clock: after a suspend or a
// step only one of them tells that a token is over.
func before(now, t time.Time) bool { return now.Before(t) && now.Unix() <= t.Unix() }

// NewAPIKeySource returns a source that authenticates at server + "/auth" with the headers Api-Key
// and Customer-Id. The server is the base URL of the API, for example api.ServerSandbox; it must be
// https unless it is a loopback host or WithInsecureHTTP is given. No request is made before the
// first Token call.
func NewAPIKeySource(server, apiKey, customerID string, opts ...Option) (*APIKeySource, error) {
	o := newOptions(opts)
	base, err := baseurl.Parse(server, o.insecure)
	err = errors.Join(
		named("server", err),
		named("API key", headervalue.Check(apiKey)),
		named("customer id", headervalue.Check(customerID)),
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
	if f == nil {
		return token, err
	}
	return s.await(ctx, f)
}

// join returns a token or an error that needs no waiting, or else the one flight to wait for.
func (s *APIKeySource) join(ctx context.Context) (Token, *flight, error) {
	if ctx == nil || s.exchange == nil {
		return Token{}, nil, &Error{reason: "the context is nil, or the source was not made with NewAPIKeySource"}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c, now := s.current.Load(), time.Now()
	if c != nil && before(now, c.end) {
		if s.flight == nil && !before(now, c.renew) && ctx.Err() == nil {
			s.launch(ctx)
		}
		return c.token, nil, nil
	}
	switch {
	case s.closed:
		return Token{}, nil, errClosed
	case ctx.Err() != nil:
		return Token{}, nil, &Error{reason: "not asked for one", cause: because(ctx.Err())}
	case s.flight == nil && now.Before(s.next):
		return Token{}, nil, s.failure
	case s.flight == nil:
		s.launch(ctx)
	}
	s.flight.waited = true
	return Token{}, s.flight, nil
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
		s.flight.err = errClosed
		s.end(s.flight)
	}
	return nil
}

// Format implements fmt.Formatter for every verb: fmt would read fields that others write.
func (s *APIKeySource) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "authprovider.APIKeySource(redacted)")
}
