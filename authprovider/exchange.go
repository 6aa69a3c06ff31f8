package authprovider

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/umbrella-api/umbrella-go/internal/bounded"
	"github.com/umbrella-api/umbrella-go/internal/httpkit"
	"github.com/umbrella-api/umbrella-go/internal/renewal"
	"github.com/umbrella-api/umbrella-go/internal/tokenanswer"
)

// exchange is one POST /auth. Its error is an *Error.
type exchange func(context.Context) (*renewal.Lease, error)

// newExchange returns a closure, so that no printed struct holds the API key. It sends credentials in
// headers and an empty form body, as the vendor's docs describe it.
func newExchange(server *url.URL, apiKey, customerID string, o options) exchange {
	client := *o.client
	// net/http would forward Api-Key and Customer-Id to another host.
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	target := server.String() + "auth" // the base URL ends in a slash
	return func(ctx context.Context) (*renewal.Lease, error) {
		sent := time.Now() // the lifetime starts at some point after
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, nil)
		if err != nil {
			return nil, &Error{reason: "the request cannot be made"}
		}
		for _, h := range [...]struct{ name, value string }{
			{"Accept", "application/json"},
			{"Content-Type", "application/x-www-form-urlencoded"},
			{"User-Agent", o.userAgent},
			{"Api-Key", apiKey},
			{"Customer-Id", customerID},
		} {
			req.Header.Set(h.name, h.value)
		}
		resp, err := client.Do(req)
		if err != nil {
			return nil, &Error{kind: ErrTransient, cause: because(err)}
		}
		defer func() { _ = resp.Body.Close() }()
		if resp.StatusCode != http.StatusOK {
			return nil, classify(resp)
		}
		body, err := io.ReadAll(io.LimitReader(resp.Body, tokenanswer.MaxSize+1))
		if err != nil {
			return nil, &Error{StatusCode: 200, kind: ErrTransient, reason: "reading the answer", cause: because(err)}
		}
		accessToken, lifetime, err := tokenanswer.Parse(body)
		if err != nil {
			return nil, &Error{StatusCode: 200, kind: ErrMalformed, reason: err.Error()}
		}
		token := newToken(accessToken, sent.Round(0).Add(lifetime))
		schedule(token.p, sent, lifetime)
		if !renewal.Before(time.Now(), token.p.End) {
			return nil, &Error{kind: ErrTransient, reason: "the token expired before it arrived"}
		}
		return token.p, nil
	}
}

// inTime ends post in time even if the RoundTripper ignores its context, panics, or ends its goroutine.
func inTime(post exchange) exchange {
	return func(ctx context.Context) (*renewal.Lease, error) {
		ctx, cancel := context.WithTimeout(ctx, exchangeTimeout)
		defer cancel()
		var token *renewal.Lease
		var panicked any
		err := error(&Error{kind: ErrTransient, reason: "the HTTP client panicked"})
		if !bounded.Run(ctx, 0, &panicked, func() { token, err = post(ctx) }) {
			return nil, &Error{kind: ErrTransient, reason: "POST /auth took too long", cause: because(ctx.Err())}
		}
		return token, err
	}
}

// classify sorts an answer other than 200 into its class. Its body is not read: the vendor does not
// document it, and it may repeat the credentials.
func classify(resp *http.Response) *Error {
	e := &Error{StatusCode: resp.StatusCode}
	e.RetryAfter, _ = httpkit.RetryAfter(resp.Header, time.Now())
	switch code := resp.StatusCode; {
	case code == 400 || code == 401 || code == 403:
		e.kind, e.reason = ErrCredentials, "check the API key and customer id"
	case code == 429:
		e.kind = ErrThrottled
	case code == 408 || code >= 500:
		e.kind = ErrTransient
	default:
		e.kind, e.reason = ErrMalformed, "not the documented answer; check the server URL"
	}
	return e
}
