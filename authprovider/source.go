package authprovider

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/umbrella-api/umbrella-go/internal/httpkit"
	"github.com/umbrella-api/umbrella-go/internal/renewal"
)

// APIKeySource is a TokenSource that exchanges an API key and a customer id for a bearer token at
// POST /auth and caches it. It is safe for concurrent use, and has no goroutine while it is idle.
//
// It renews in the background, from 5 minutes or 20 % of the lifetime before the end, whichever is
// later: callers with a valid token never wait. At most one exchange is under way, for all who ask,
// and ends after 10 s. While callers wait, one that fails in passing (no connection, 408, 429, 5xx)
// is repeated, up to 4 exchanges within some 6 s. Then the failure is shared: for 1 s (30 s when the
// credentials were refused, up to 5 minutes when Retry-After says so) callers get it at once.
type APIKeySource struct{ tokens renewal.Cache }

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
	return &APIKeySource{renewal.Cache{
		Policy:   policy,
		Fetch:    inTime(newExchange(base, apiKey, customerID, o)),
		Judge:    judge,
		Rejected: &Error{kind: ErrTransient, reason: "the token was rejected before it arrived"},
	}}, nil
}

// Token returns the cached token, or waits for a new one. A caller leaves when its ctx is done, and
// the exchange that it waited for goes on for the others. Every error is an *[Error]; when ctx ended
// the wait, it also is ctx.Err().
func (s *APIKeySource) Token(ctx context.Context) (Token, error) {
	if ctx == nil || s.tokens.Fetch == nil {
		return Token{}, &Error{reason: "the context is nil, or the source was not made with NewAPIKeySource"}
	}
	lease, err := s.tokens.Get(ctx)
	if _, own := err.(*Error); own || err == nil {
		return Token{lease}, err
	}
	last := &Error{} // of the exchange that the call waited for, if it failed
	_ = errors.As(err, &last)
	return Token{}, &Error{
		StatusCode: last.StatusCode, RetryAfter: last.RetryAfter,
		reason: "the call ended before POST /auth brought one", cause: because(err),
	}
}

// Invalidate drops the cached token if it is rejected, so that the next Token call gets a new one.
// Many callers may report one rejected token: only the first report counts. At most one token a
// second is dropped, so that an API that refuses them all costs no exchange for each call.
func (s *APIKeySource) Invalidate(rejected Token) { s.tokens.Invalidate(rejected.p) }

// Close ends an exchange that is under way and makes all later calls of Token fail with ErrClosed.
// It returns nil and may be called more than once.
func (s *APIKeySource) Close() error {
	s.tokens.Close(&Error{kind: ErrClosed, reason: "the source is closed"})
	return nil
}

// Format implements fmt.Formatter for every verb: fmt would read fields that others write.
func (s *APIKeySource) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "authprovider.APIKeySource(redacted)")
}
