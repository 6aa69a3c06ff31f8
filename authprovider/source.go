package authprovider

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/umbrella-api/umbrella-go/internal/baseurl"
)

// APIKeySource is a TokenSource that exchanges an API key and a customer id for
// a bearer token at POST /auth and caches it.
//
// It renews in the background, from 5 minutes or 20 % of the lifetime before
// the end, whichever is later, so that callers with a valid token never wait and
// never see a failed renewal. At most one exchange is under way at any time, and
// it ends after 10 s. After a failure without a valid token, callers get the same
// error for a while (1 s; 30 s when the credentials were refused; longer when
// Retry-After says so, up to 5 minutes) without another request.
//
// All methods are safe for concurrent use. An idle source has no goroutine.
type APIKeySource struct {
	exchange exchange
	// clock reads the wall clock and a monotonic clock, in nanoseconds: after a
	// suspend or a step only one of them tells that a token has expired.
	clock  func() (wall, mono int64)
	random func() float64 // in [0, 1)

	current atomic.Pointer[cached]

	mu       sync.Mutex // never held across I/O
	flight   *flight    // the exchange under way, if any
	failures int        // exchanges that failed since the last success
	failure  *Error     // what callers get until mono time retryAt
	retryAt  int64
	rejected Token // the one last invalidated
	closed   bool
}

// cached is a token with the times between which it is served and renewed.
type cached struct {
	token     Token
	hardWall  int64 // not served from here on
	hardMono  int64
	lead      int64 // renewed when no more than this is left before hard
	keepUntil int64 // mono time before which Invalidate does not drop it

	// renewAt is the mono time before which no renewal starts. Whoever swaps it
	// to the maximum starts the renewal; everybody else does not even look up.
	renewAt atomic.Int64
}

func (c *cached) left(wall, mono int64) int64 { return min(c.hardWall-wall, c.hardMono-mono) }

// NewAPIKeySource returns a source that authenticates at server + "/auth" with
// the headers Api-Key and Customer-Id. The server is the base URL of the API,
// for example api.ServerSandbox; it must be https unless it is a loopback host
// or WithInsecureHTTP is given. No request is made before the first Token call.
func NewAPIKeySource(server, apiKey, customerID string, opts ...Option) (*APIKeySource, error) {
	o := newOptions(opts)
	var errs []error
	base, err := baseurl.Parse(server, o.insecure)
	if err != nil {
		errs = append(errs, fmt.Errorf("authprovider: server: %w", err))
	}
	for _, cred := range []struct{ name, value string }{{"API key", apiKey}, {"customer id", customerID}} {
		if _, err := NewToken(cred.value, time.Time{}); err != nil {
			errs = append(errs, fmt.Errorf("authprovider: the %s is empty or has characters that no header takes", cred.name))
		}
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	epoch := time.Now()
	return &APIKeySource{
		exchange: newExchange(base, apiKey, customerID, o),
		clock: func() (wall, mono int64) {
			now := time.Now()
			return now.UnixNano(), int64(now.Sub(epoch))
		},
		random: rand.Float64,
	}, nil
}

// Format implements fmt.Formatter for every verb: fmt would else read fields
// that other goroutines write.
func (s *APIKeySource) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "authprovider.APIKeySource(redacted)")
}

// Token returns the cached token, or waits for a new one. A caller leaves when
// its ctx is done, and the exchange that it waited for goes on for the others.
// Every error is an *[Error]; when ctx ended the wait, it also is ctx.Err().
func (s *APIKeySource) Token(ctx context.Context) (Token, error) {
	if c := s.current.Load(); c != nil {
		wall, mono := s.clock()
		if left := c.left(wall, mono); left > 0 {
			if left <= c.lead {
				s.renew(ctx, c, mono)
			}
			return c.token, nil
		}
	}
	for {
		t, f, err := s.join(ctx)
		if f == nil {
			return t, err
		}
		select {
		case <-f.done:
			switch {
			case f.err != nil:
				return Token{}, f.err
			case f.token.p != nil:
				return f.token, nil
			}
		case <-ctx.Done():
			return Token{}, &Error{reason: "gave up waiting for POST /auth", cause: because(ctx.Err())}
		}
	}
}

// renew starts a renewal of c in the background unless one has been started or
// put off.
func (s *APIKeySource) renew(ctx context.Context, c *cached, mono int64) {
	at := c.renewAt.Load()
	if mono < at || ctx == nil || ctx.Err() != nil || !c.renewAt.CompareAndSwap(at, math.MaxInt64) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current.Load() == c && s.flight == nil {
		s.launch(ctx)
	}
}

// join returns a token or error that needs no waiting, or else the one flight
// to wait for.
func (s *APIKeySource) join(ctx context.Context) (Token, *flight, error) {
	if ctx == nil || s.clock == nil {
		return Token{}, nil, &Error{reason: "the context is nil, or the source was not made with NewAPIKeySource"}
	}
	if err := ctx.Err(); err != nil {
		return Token{}, nil, &Error{reason: "not asked for one", cause: because(err)}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	wall, mono := s.clock()
	if s.closed {
		return Token{}, nil, errClosed
	}
	if c := s.current.Load(); c != nil && c.left(wall, mono) > 0 {
		return c.token, nil, nil
	}
	if s.flight == nil {
		if s.failure != nil && mono < s.retryAt {
			return Token{}, nil, s.failure
		}
		s.launch(ctx)
	}
	return Token{}, s.flight, nil
}

// Invalidate drops the cached token if it is rejected, so that the next Token
// call gets a new one. Many callers may report one rejected token: only the first
// report counts. A token that the endpoint hands out again although it was
// rejected stays for at least 1 s, so that a server that insists on it costs no
// exchange per call.
func (s *APIKeySource) Invalidate(rejected Token) {
	value := rejected.AccessToken()
	if value == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.current.Load()
	isCurrent := c != nil && c.token.AccessToken() == value
	if isCurrent {
		if _, mono := s.clock(); mono < c.keepUntil {
			return
		}
		s.current.Store(nil)
	}
	// A flight that started after value was known to be rejected was asked to
	// replace it: if value is what it brings, that is the server's last word.
	if s.flight != nil && (isCurrent || value != s.rejected.AccessToken()) {
		s.flight.rejected = append(s.flight.rejected, value)
	}
	s.rejected = rejected
}

var errClosed = &Error{kind: ErrClosed, reason: "the source is closed"}

// Close ends an exchange that is under way and makes all later calls of Token
// fail with ErrClosed. It returns nil and may be called more than once.
func (s *APIKeySource) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	s.current.Store(nil)
	if f := s.flight; f != nil {
		s.land(f, nil, errClosed)
		f.cancel()
	}
	return nil
}
