package umbrella

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/authprovider"
)

// doer assembles everything between the generated client and the network: a
// request passes the links of its last line from left to right, then http.Client,
// the bearer, the tracker and the base transport. The answer comes back that way.
func (c *config) doer(server string) (api.HttpRequestDoer, error) {
	client := http.Client{Transport: newTransport()}
	if c.client != nil {
		client = *c.client
	}
	if client.Transport == nil {
		client.Transport = http.DefaultTransport
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

	auth := client // POST /auth shares the connections and nothing else
	source, err := c.auth[0](server, &auth)
	if err != nil {
		return nil, err
	}
	var opts []authprovider.Option
	if c.insecure {
		opts = append(opts, authprovider.WithInsecureHTTP())
	}
	_, known := client.Transport.(*http.Transport)
	bearer, err := authprovider.NewTransport(server, source, tracker{client.Transport, known && c.client == nil}, opts...)
	if err != nil {
		return nil, err
	}
	client.Transport = bearer

	last := doerFunc(client.Do)
	if client.Jar == nil && client.Timeout == 0 {
		// With redirects off, http.Client does no more than copy the headers.
		last = bearer.RoundTrip
	}
	return headers{[]string{c.userAgent}, deadline{c.timeout, retrier{c.retry, c.logged(limiter{c.maxBody, last})}}}, nil
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
	// On HTTP/2, find out that a peer is gone, and buffer no more of a body than
	// is read of it.
	t.HTTP2 = &http.HTTP2Config{SendPingTimeout: 15 * time.Second, MaxReceiveBufferPerStream: 256 << 10}
	return t
}

// headers sets what every request carries, unless an editor has set it.
type headers struct {
	userAgent []string
	next      api.HttpRequestDoer
}

var acceptJSON = []string{"application/json"}

func (l headers) Do(req *http.Request) (*http.Response, error) {
	if req.Header["Accept"] == nil {
		req.Header["Accept"] = acceptJSON
	}
	if req.Header["User-Agent"] == nil {
		req.Header["User-Agent"] = l.userAgent
	}
	return l.next.Do(req)
}

// deadline opens the call and limits all of it. It can end its context on return
// because limiter has read the body by then.
type deadline struct {
	timeout time.Duration
	next    api.HttpRequestDoer
}

func (l deadline) Do(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	if l.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, l.timeout)
		defer cancel()
	}
	c := &call{Context: ctx, operation: req.URL.Path[strings.LastIndexByte(req.URL.Path, '/')+1:], method: req.Method, path: req.URL.Path}
	*req = *req.WithContext(c) // in place: the generated client is done with it
	resp, err := l.next.Do(req)
	if err != nil {
		return nil, c.failed(err)
	}
	return resp, nil
}

// doerFunc is a Doer as http.HandlerFunc is a Handler.
type doerFunc func(*http.Request) (*http.Response, error)

func (f doerFunc) Do(req *http.Request) (*http.Response, error) { return f(req) }

// limiter reads the body, up to max bytes, and closes it. A failure to read is
// kept behind the bytes that came, so that status and headers are not lost.
type limiter struct {
	max  int64
	next api.HttpRequestDoer
}

// body is the body of an answer that limiter has read.
type body struct {
	call *call
	data []byte
	rest []byte
	err  error // io.EOF when data is all
}

func (b *body) Read(p []byte) (int, error) {
	if len(b.rest) == 0 {
		return 0, b.err
	}
	n := copy(p, b.rest)
	b.rest = b.rest[n:]
	return n, nil
}

func (b *body) Close() error { return nil }

func (l limiter) Do(req *http.Request) (*http.Response, error) {
	resp, err := l.next.Do(req)
	if err != nil {
		return nil, err
	}
	c := callOf(req)
	data, err := readUpTo(resp.Body, resp.ContentLength, l.max)
	_ = resp.Body.Close()
	c.body = body{call: c, data: data, rest: data, err: err}
	resp.Body = &c.body
	return resp, nil
}

// readUpTo returns at most limit bytes and why it stopped: io.EOF at the end. A
// declared size is a hint that may be a lie, so it is believed up to 64 KiB.
func readUpTo(r io.Reader, size, limit int64) ([]byte, error) {
	data := make([]byte, 0, min(max(size, 0), 64<<10, limit-1)+1)
	for {
		if int64(len(data)) == limit {
			var one [1]byte
			if n, err := io.ReadFull(r, one[:]); n == 0 {
				return data, err
			}
			return data, ErrResponseTooLarge
		}
		if len(data) == cap(data) {
			grown := make([]byte, len(data), min(limit, 2*int64(cap(data))+512))
			copy(grown, data)
			data = grown
		}
		n, err := r.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		if err != nil {
			return data, err
		}
	}
}
