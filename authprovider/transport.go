package authprovider

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/umbrella-api/umbrella-go/internal/baseurl"
)

// maxRefusal is how much of a 401 body is kept while a new token is fetched.
const maxRefusal = 64 << 10

var (
	errNoResponse = errors.New("authprovider: the base RoundTripper returned neither a response nor an error")
	errNoSource   = errors.New("authprovider: the token source is nil")
)

// Transport is an http.RoundTripper that puts a bearer token on each request to
// one server. When the server answers 401 it invalidates the token and, if the
// request's body can be sent again (there is none, or GetBody is set), sends the
// request once more with a new token. If there is no new token, or the second
// answer is 401 too, the caller gets the 401. A request that already has an
// Authorization header passes untouched. It is safe for concurrent use.
type Transport struct {
	server     *url.URL
	token      func(context.Context) (Token, error)
	invalidate func(Token)
	base       http.RoundTripper
	noReplay   bool
}

// NewTransport returns a Transport that sends the tokens of source to server's
// scheme, host and port and refuses any request to another, so that neither a
// redirect nor a mistake gives a token away. A nil base is
// http.DefaultTransport.
func NewTransport(server string, source TokenSource, base http.RoundTripper, opts ...Option) (*Transport, error) {
	o := newOptions(opts)
	u, err := baseurl.Parse(server, o.insecure)
	if err != nil {
		return nil, fmt.Errorf("authprovider: server: %w", err)
	}
	if source == nil {
		return nil, errNoSource
	}
	if base == nil {
		base = http.DefaultTransport
	}
	t := &Transport{server: u, token: source.Token, invalidate: func(Token) {}, base: base, noReplay: o.noReplay}
	if s, ok := source.(interface{ Invalidate(Token) }); ok {
		t.invalidate = s.Invalidate
	}
	return t, nil
}

// RoundTrip implements http.RoundTripper. A failure to get a token is an
// *[Error], or whatever a TokenSource of your own returns.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if t.server == nil {
		closeBody(req)
		return nil, errors.New("authprovider: the Transport was not made with NewTransport")
	}
	if req.URL == nil || !baseurl.SameOrigin(req.URL, t.server) {
		closeBody(req)
		return nil, fmt.Errorf("authprovider: refusing to send the token anywhere but to %s://%s", t.server.Scheme, t.server.Host)
	}
	if len(req.Header["Authorization"]) > 0 {
		return t.base.RoundTrip(req)
	}
	token, err := t.token(req.Context())
	if err != nil {
		closeBody(req)
		return nil, err
	}
	resp, err := t.send(req, req.Body, token)
	if err != nil || resp.StatusCode != http.StatusUnauthorized {
		return resp, err
	}
	t.invalidate(token)
	if t.noReplay || req.Body != nil && req.Body != http.NoBody && req.GetBody == nil {
		return resp, nil
	}
	return t.replay(req, resp, token)
}

// Format implements fmt.Formatter for every verb, without what base may hold.
func (t *Transport) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "authprovider.Transport(redacted)")
}

// CloseIdleConnections passes the call of http.Client on to the base transport.
func (t *Transport) CloseIdleConnections() {
	if c, ok := t.base.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// replay sends req again with a token other than refused, or returns resp. The
// connection of resp is given back first: with MaxConnsPerHost set, the exchange
// could otherwise wait for it forever.
func (t *Transport) replay(req *http.Request, resp *http.Response, refused Token) (*http.Response, error) {
	buffer(resp)
	fresh, err := t.token(req.Context())
	if err != nil || fresh.AccessToken() == "" || fresh.AccessToken() == refused.AccessToken() {
		return resp, nil
	}
	body := req.Body
	if req.Body != nil && req.GetBody != nil {
		if body, err = req.GetBody(); err != nil {
			return resp, nil
		}
	}
	return t.send(req, body, fresh)
}

// send leaves req as it is, as RoundTripper demands.
func (t *Transport) send(req *http.Request, body io.ReadCloser, token Token) (*http.Response, error) {
	clone := req.WithContext(req.Context())
	clone.Header = req.Header.Clone()
	clone.Body = body
	if err := authorize(clone, token); err != nil {
		closeBody(clone)
		return nil, err
	}
	resp, err := t.base.RoundTrip(clone)
	if resp == nil {
		return nil, cmp.Or(err, errNoResponse)
	}
	resp.Request = req // not the clone, whose header shows the token
	return resp, err
}

// buffer replaces the body of resp by its first 64 KiB and closes it. Whatever
// cut it short, an error of the connection or its size, its reader gets to see.
func buffer(resp *http.Response) {
	if resp.Body == nil { // from a RoundTripper that breaks the rules
		return
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxRefusal+1))
	_ = resp.Body.Close()
	if len(data) > maxRefusal {
		data, err = data[:maxRefusal], errors.New("authprovider: the rest of this 401 body was dropped after 64 KiB")
	}
	if err == nil {
		err = io.EOF
	}
	resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader(data), failReader{err}))
}

type failReader struct{ err error }

func (r failReader) Read([]byte) (int, error) { return 0, r.err }

func closeBody(req *http.Request) {
	if req.Body != nil {
		_ = req.Body.Close()
	}
}
