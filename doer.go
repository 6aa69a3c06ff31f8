package umbrella

import (
	"context"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/authprovider"
)

// doer assembles everything between the generated client and the network. A
// request passes the links from top to bottom, its answer from bottom to top.
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
	bearer, err := authprovider.NewTransport(server, source, tracker{client.Transport}, opts...)
	if err != nil {
		return nil, err
	}
	client.Transport = bearer

	return headers{c.userAgent,
		deadline{c.timeout,
			retrier{c.retry,
				logger{c.logger,
					limiter{c.maxBody,
						&client}}}}}, nil
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
	return t
}

// headers sets what every request carries, unless an editor has set it.
type headers struct {
	userAgent string
	next      api.HttpRequestDoer
}

func (l headers) Do(req *http.Request) (*http.Response, error) {
	if req.Header["Accept"] == nil {
		req.Header["Accept"] = []string{"application/json"}
	}
	if req.Header["User-Agent"] == nil {
		req.Header["User-Agent"] = []string{l.userAgent}
	}
	return l.next.Do(req)
}

// deadline limits the whole call. It can end its context on return because
// limiter has read the body by then.
type deadline struct {
	timeout time.Duration
	next    api.HttpRequestDoer
}

func (l deadline) Do(req *http.Request) (*http.Response, error) {
	if l.timeout == 0 {
		return l.next.Do(req)
	}
	ctx, cancel := context.WithTimeout(req.Context(), l.timeout)
	defer cancel()
	return l.next.Do(req.WithContext(ctx))
}

// limiter reads the body, up to max bytes, and closes it. A failure to read is
// kept behind the bytes that came, so that status and headers are not lost.
type limiter struct {
	max  int64
	next api.HttpRequestDoer
}

type body struct {
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
	data, err := readUpTo(resp.Body, resp.ContentLength, l.max)
	_ = resp.Body.Close()
	resp.Body = &body{data: data, rest: data, err: err}
	return resp, nil
}

// readUpTo returns at most limit bytes and why it stopped: io.EOF at the end. A
// declared size is a hint that may be a lie, so it is believed up to 64 KiB.
func readUpTo(r io.Reader, size, limit int64) ([]byte, error) {
	data := make([]byte, 0, min(max(size, 0)+1, 64<<10, limit))
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
