package authprovider

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"

	"github.com/umbrella-api/umbrella-go/internal/httpkit"
)

// Transport is an http.RoundTripper that puts a bearer token on each request to one server. When
// the server answers 401 it invalidates the token and, if the request's body can be sent again
// (there is none, or GetBody is set), sends the request once more with a new token. If there is no
// new token, or the second answer is 401 too, the caller gets the 401. A request that already has
// an Authorization header passes untouched. It is safe for concurrent use.
type Transport struct {
	server   *url.URL
	source   func() TokenSource // fmt prints no functions
	base     http.RoundTripper
	noReplay bool
}

// NewTransport returns a Transport that sends the tokens of source to server's scheme, host and
// port and refuses any request to another, so that neither a redirect nor a mistake gives a token
// away. A nil base is http.DefaultTransport.
func NewTransport(server string, source TokenSource, base http.RoundTripper, opts ...Option) (*Transport, error) {
	o := newOptions(opts)
	u, err := httpkit.ParseBaseURL(server, o.insecure)
	if err != nil {
		return nil, named("server", err)
	}
	if source == nil {
		return nil, errNoSource
	}
	return &Transport{u, func() TokenSource { return source }, cmp.Or(base, http.DefaultTransport), o.noReplay}, nil
}

// RoundTrip implements http.RoundTripper. A failure to get a token is an *[Error], or whatever a
// TokenSource of your own returns.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	body := cmp.Or[io.ReadCloser](req.Body, http.NoBody)
	token, err := t.admit(req)
	if err != nil {
		_ = body.Close()
		return nil, err
	}
	if token.p == nil {
		return t.base.RoundTrip(req)
	}
	resp, err := t.send(req, body, token)
	if err != nil || resp.StatusCode != http.StatusUnauthorized {
		return resp, err
	}
	if s, ok := t.source().(interface{ Invalidate(Token) }); ok {
		s.Invalidate(token)
	}
	if t.noReplay || body != http.NoBody && req.GetBody == nil {
		return resp, nil
	}
	httpkit.Detach(resp) // with MaxConnsPerHost set, the exchange could wait for its connection forever
	fresh, err := ask(req.Context(), t.source())
	if err == nil && body != http.NoBody && !fresh.p.Same(token.p) {
		body, err = req.GetBody()
	}
	if err != nil || fresh.p.Same(token.p) {
		return resp, nil
	}
	return t.send(req, body, fresh)
}

// admit returns the token for req, the zero Token if req brings its own.
func (t *Transport) admit(req *http.Request) (Token, error) {
	switch {
	case t.server == nil:
		return Token{}, errors.New("authprovider: the Transport was not made with NewTransport")
	case req.URL == nil || !httpkit.SameOrigin(req.URL, t.server):
		return Token{}, ErrHost
	case len(req.Header["Authorization"]) > 0:
		return Token{}, nil
	}
	return ask(req.Context(), t.source())
}

// send leaves req as it is, as RoundTripper demands.
func (t *Transport) send(req *http.Request, body io.ReadCloser, token Token) (*http.Response, error) {
	clone := req.WithContext(req.Context())
	clone.Header, clone.Body = maps.Clone(req.Header), body
	authorize(clone, token)
	resp, err := t.base.RoundTrip(clone)
	if resp == nil {
		return nil, cmp.Or(err, errors.New("authprovider: the base RoundTripper returned nothing"))
	}
	resp.Request = req // not the clone, whose header shows the token
	return resp, err
}

// CloseIdleConnections passes the call of http.Client on to the base transport.
func (t *Transport) CloseIdleConnections() {
	if c, ok := t.base.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// Format implements fmt.Formatter for every verb, without what base may hold.
func (t *Transport) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "authprovider.Transport(redacted)")
}

// Intercept returns a request editor that puts source's token on a request:
//
//	api.NewClientWithResponses(server, api.WithRequestEditorFn(authprovider.Intercept(source)))
//
// It leaves an Authorization header alone that is already there, and refuses plain http to hosts
// other than loopback (see [WithInsecureHTTP]). Unlike [Transport] it sees no answers: a token that
// the API refuses stays in use until it expires or Invalidate is called, and whether a redirect
// takes it along is up to the http.Client.
func Intercept(source TokenSource, opts ...Option) func(context.Context, *http.Request) error {
	o := newOptions(opts)
	return func(ctx context.Context, req *http.Request) error {
		if len(req.Header["Authorization"]) > 0 {
			return nil
		}
		if u := req.URL; u == nil || u.Scheme != "https" && !o.insecure && !httpkit.IsLoopback(u) {
			return errors.New("authprovider: refusing to send the token over plain http")
		}
		token, err := ask(ctx, source)
		if err == nil {
			authorize(req, token)
		}
		return err
	}
}

var errNoSource = errors.New("authprovider: the token source is nil")

// ask returns the token of source. The zero Token is an error.
func ask(ctx context.Context, source TokenSource) (Token, error) {
	if source == nil {
		return Token{}, errNoSource
	}
	token, err := source.Token(ctx)
	if err == nil && token.p == nil {
		err = &Error{kind: ErrMalformed, reason: "the token source returned the zero Token and no error"}
	}
	return token, err
}

func authorize(req *http.Request, token Token) {
	if req.Header == nil {
		req.Header = http.Header{}
	}
	req.Header["Authorization"] = []string{token.p.Secret()}
}
