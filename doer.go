package umbrella

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"time"

	"github.com/umbrella-api/umbrella-go/authprovider"
	"github.com/umbrella-api/umbrella-go/internal/bounded"
	"github.com/umbrella-api/umbrella-go/internal/httpkit"
)

// chain assembles everything between an operation and the network. It returns its
// top, the http.Client in the middle, and one on the same connections for what is
// downloaded, which knows no token.
func (cfg *config) chain(server string) (top handler, middle, plain *http.Client, err error) {
	client := http.Client{Transport: newTransport()}
	if cfg.client != nil {
		client = *cfg.client
	}
	if client.Transport == nil {
		client.Transport = http.DefaultTransport
	}
	transport, known := client.Transport.(*http.Transport)
	var renewed *renewable
	if known {
		renewed = &renewable{current: transport}
		client.Transport = renewed
	}
	// net/http's own transport keeps to its context over HTTP/1, and so do our token sources.
	mayHang := cfg.ownSource || !known || cfg.client != nil && (client.Jar != nil || transport.Proxy != nil) || speaksHTTP2(transport, server)
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	auth, bare := client, client // POST /auth and downloads share the connections and nothing else
	bare.CheckRedirect = cfg.checkRedirect
	source, err := cfg.auth[0](server, &auth)
	if err != nil {
		return nil, nil, nil, err
	}

	// Below http.Client, from the bottom up.
	client.Transport = &sender{base: client.Transport, renewed: renewed, tells: known && cfg.client == nil, plain: known} // tells what became of a request
	var opts []authprovider.Option
	if cfg.insecure {
		opts = append(opts, authprovider.WithInsecureHTTP())
	}
	client.Transport, err = authprovider.NewTransport(server, source, client.Transport, opts...) // puts the token on it
	if err != nil {
		return nil, nil, nil, err
	}

	// Above http.Client, from the bottom up.
	send := client.Do
	if client.Jar == nil && client.Timeout == 0 {
		send = client.Transport.RoundTrip // with redirects off, http.Client does no more than copy the headers
	}
	h := withAnswer(send, cfg.maxBody)        // reads the answer, up to the limit
	h = withRetries(h, cfg.retry, cfg.record) // repeats what cannot have been processed, and logs
	h = withHeaders(h, cfg.userAgent)         // Accept and User-Agent, unless an editor has set them
	h = withEditors(h)                        // the caller's changes to the request
	h = withDeadline(h, mayHang, renewed)     // ends the call in time, whatever hangs
	h = withError(h)                          // makes a failure the one typed Error
	return h, &client, &bare, nil
}

// newTransport is http.DefaultTransport with limits fit for a service that calls
// one host: quick to give up on a dead peer, slow to drop a good connection.
func newTransport() http.RoundTripper {
	def, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return http.DefaultTransport
	}
	t := def.Clone()
	t.DialContext = (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext
	t.TLSHandshakeTimeout = 10 * time.Second
	t.ResponseHeaderTimeout = 30 * time.Second
	t.MaxResponseHeaderBytes = 64 << 10
	t.MaxIdleConnsPerHost = t.MaxIdleConns
	t.IdleConnTimeout = 45 * time.Second // before the server's side ends them: nginx does after 75 s
	t.OnProxyConnectResponse = refusedTunnel
	// On HTTP/2, find out that a peer is gone, and buffer no more of a body than
	// is read of it.
	t.HTTP2 = &http.HTTP2Config{SendPingTimeout: 15 * time.Second, MaxReceiveBufferPerStream: 256 << 10}
	return t
}

// withError makes the Error of a call that got no answer.
func withError(next handler) handler {
	return func(c *call, req *http.Request) (*answer, error) {
		a, err := next(c, req)
		if err != nil {
			return nil, c.unanswered(err)
		}
		return a, nil
	}
}

// overdue is how long after its deadline a call is given up.
const overdue = 500 * time.Millisecond

// bound limits all of a call, and tells what is below http.Client of it.
func (c *call) bound(ctx context.Context, timeout time.Duration) (context.Context, context.CancelFunc) {
	c.ctx = context.WithValue(ctx, callKey{}, c)
	cancel := func() {}
	if timeout > 0 {
		c.ctx, cancel = context.WithTimeout(c.ctx, timeout)
	}
	return c.ctx, cancel
}

// withDeadline returns when the call has ended. An editor, a token source or a transport
// that does not return then is left behind in the goroutine of the call. A call in which
// nothing may hang needs none.
func withDeadline(next handler, mayHang bool, transport *renewable) handler {
	return func(c *call, req *http.Request) (*answer, error) {
		used, returned := transport.use(), true
		if mayHang || len(c.editors) > 0 {
			returned = bounded.Run(c.ctx, overdue, &c.panicked, func() { c.answer, c.err = next(c, req) })
		} else {
			c.answer, c.err = next(c, req)
		}
		switch {
		case !returned:
			return nil, c.late(transport, used)
		case c.panicked != nil:
			panic(c.panicked) // of the caller's own code, who cannot recover from it in another goroutine
		case c.answer == nil && c.err == nil:
			return nil, &ownError{reason: "what the call used has ended its goroutine"}
		}
		if over := c.ctx.Err(); c.err != nil && over != nil && !errors.Is(c.err, over) {
			// net/http answers with context.Cause, which may be anything.
			return nil, fmt.Errorf("%w: %w", over, c.err)
		}
		return c.answer, c.err
	}
}

// late says what has not returned, and sees to it that no other call uses it if it is
// a transport.
func (c *call) late(transport *renewable, used *http.Transport) error {
	what := "the HTTP transport"
	if c.attempts.Load() == 0 {
		what = "a request editor"
	} else if c.sending.Load() == nil {
		what = "the token source"
	} else {
		transport.leave(used)
	}
	return &ownError{what + " did not return in time", c.ctx.Err()}
}

var acceptJSON = []string{"application/json"}

// withHeaders sets what every request carries, unless an editor has set it.
func withHeaders(next handler, userAgent string) handler {
	agent := []string{userAgent}
	return func(c *call, req *http.Request) (*answer, error) {
		if req.Header["Accept"] == nil {
			req.Header["Accept"] = acceptJSON
		}
		if req.Header["User-Agent"] == nil {
			req.Header["User-Agent"] = agent
		}
		return next(c, req)
	}
}

// withAnswer sends the request and reads the body of the answer, up to limit bytes.
// A failure to read is kept with what came, so that status and headers are not lost.
func withAnswer(send func(*http.Request) (*http.Response, error), limit int64) handler {
	return func(c *call, req *http.Request) (*answer, error) {
		if req.Context().Value(callKey{}) == nil { // an editor has replaced the context
			req = req.WithContext(context.WithValue(req.Context(), callKey{}, c))
		}
		resp, err := send(req)
		s := c.sending.Load()
		if err != nil {
			if s == nil && !isOwn(err) {
				err = &ownError{"the token source failed", err}
			}
			return nil, err
		}
		a := &answer{status: resp.StatusCode, header: resp.Header, resent: s.resent.Load(), http: resp}
		a.body, a.err = io.ReadAll(io.LimitReader(resp.Body, limit+1))
		if int64(len(a.body)) > limit {
			a.body, a.err = a.body[:limit], ErrResponseTooLarge
		}
		_ = resp.Body.Close()
		return a, nil
	}
}

// generated lets the generated client of [Client.API] use the chain.
// It holds no *Client, whose every method the linker would keep.
type generated struct {
	basePath string
	send     handler
	timeout  time.Duration
}

func (c *Client) generated() generated { return generated{c.basePath, c.send, c.config.timeout} }

func (g generated) Do(req *http.Request) (*http.Response, error) {
	a, _, err := g.sendMade(req) // the editors have run
	if err != nil {
		return nil, err
	}
	var rest io.Reader = bytes.NewReader(a.body)
	if a.err != nil {
		rest = io.MultiReader(rest, httpkit.Failed(a.err))
	}
	a.http.Body = io.NopCloser(rest)
	return a.http, nil
}

// Do sends a request of any operation through c, for a program that chooses the
// operation while it runs: with the token, retries and limits of every call. The URL
// must be absolute and on the client's server. Neither the request nor the body of a
// 2xx answer is checked against openapi.yaml. Every error is an *[Error], and any other
// answer than 2xx is one. The body of an answer has been read; it need not be closed.
// req and its Header stay as they are, but for a Body, which is read and closed.
func (c *Client) Do(req *http.Request) (*http.Response, error) {
	none := &call{endpoint: &endpoint{id: "unknown operation"}}
	switch {
	case c == nil || c.send == nil:
		return nil, none.newError("the client was not made with New", nil)
	case req == nil:
		return nil, none.newError("the request is nil", nil)
	}
	own := *req
	if own.Header = maps.Clone(req.Header); own.Header == nil {
		own.Header = http.Header{}
	}
	a, call, err := c.generated().sendMade(&own)
	switch {
	case err != nil:
		return nil, err
	case a.status < 200 || a.status > 299:
		return nil, call.refused(a, nil, "")
	case a.err != nil:
		return nil, call.refused(a, ErrInvalidResponse, "the answer was cut short")
	}
	a.http.Body = io.NopCloser(bytes.NewReader(a.body))
	return a.http, nil
}

// sendMade sends a request that was made elsewhere.
func (g generated) sendMade(req *http.Request) (*answer, *call, error) {
	call := &call{endpoint: endpointOf(g.basePath, req)}
	if reason := unsendable(req); reason != "" {
		return nil, call, call.newError("the request is invalid: "+reason, nil)
	}
	ctx, cancel := call.bound(req.Context(), g.timeout)
	defer cancel()
	a, err := g.send(call, req.WithContext(ctx))
	return a, call, err
}
