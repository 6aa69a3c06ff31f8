package faults

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// Values that no error and no log may show.
const (
	apiKey     = "canary-api-key"
	customerID = "canary-customer"
	token      = "canary-token"
	email      = "canary@example.com"
	phone      = "+436508021530"
	session    = "https://wizard.example.com/urlback?t=canary-session"

	tokenBody   = `{"access_token":"` + token + `","expires_in":3600,"token_type":"Bearer"}`
	sessionBody = `{"status":true,"data":{"requestId":"123e4567-e89b-12d3-a456-426614174000","url":"` + session + `","expiresAfter":"2030-01-01T00:00:00Z"}}`
)

// site is one server on loopback that counts what reaches it.
type site struct {
	row      row
	listener net.Listener
	url      string

	requests, tokens, sessions atomic.Int32

	transport *http.Transport
	base      http.RoundTripper // transport, or around it
	ctx       *fuse             // of the call
	over      chan struct{}     // closed when the call has returned
	warmedUp  chan struct{}     // closed when the call that counts may begin

	once    sync.Once
	serving sync.WaitGroup // the accept loop and every open connection
	server  *http.Server
}

// fuse is a context that ends when the server says so.
type fuse struct {
	context.Context
	done chan struct{}
	once sync.Once
	err  error // written before done is closed
}

func (f *fuse) Done() <-chan struct{} { return f.done }

func (f *fuse) Err() error {
	select {
	case <-f.done:
		return f.err
	default:
		return nil
	}
}

func (f *fuse) end(err error) {
	f.once.Do(func() {
		f.err = err
		close(f.done)
	})
}

func (f *fuse) cancel() { f.end(context.Canceled) }
func (f *fuse) expire() { f.end(context.DeadlineExceeded) }

func open(t *testing.T, r row) *site {
	t.Helper()
	s := &site{row: r, over: make(chan struct{}), warmedUp: make(chan struct{})}
	s.ctx = &fuse{Context: t.Context(), done: make(chan struct{})}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	scheme := "http"
	s.listener = counted{listener, s}
	if r.tls != "" {
		scheme = "https"
		if r.tls != "none" {
			s.listener = tls.NewListener(s.listener, &tls.Config{Certificates: []tls.Certificate{certificates[r.tls]}, NextProtos: r.protocols()})
		}
	}
	t.Cleanup(func() { // for a row that fails
		_ = s.listener.Close()
		s.ctx.cancel()
		s.transport.CloseIdleConnections()
	})
	s.url = scheme + "://" + listener.Addr().String()
	s.transport = http.DefaultTransport.(*http.Transport).Clone()
	s.transport.Proxy = nil
	s.transport.MaxResponseHeaderBytes = 64 << 10
	s.transport.TLSClientConfig = &tls.Config{RootCAs: roots}
	s.transport.ForceAttemptHTTP2 = r.h2 != nil
	s.base = s.transport
	if r.setup != nil {
		r.setup(t, s)
	}
	if r.http != nil {
		s.server = &http.Server{Handler: http.HandlerFunc(s.serveHTTP), ErrorLog: silent}
		s.serving.Go(func() { _ = s.server.Serve(s.listener) })
		return s
	}
	s.serving.Go(func() {
		for n := 1; ; n++ {
			c, err := s.listener.Accept()
			if err != nil {
				return
			}
			s.serving.Go(func() {
				defer func() { _ = c.Close() }()
				if r.h2 != nil {
					serveHTTP2(s, c, n)
					return
				}
				r.raw(s, &conn{Conn: c, r: bufio.NewReader(c), site: s}, n)
			})
		}
	})
	return s
}

// counted knows how many connections are open.
type counted struct {
	net.Listener
	site *site
}

type countedConn struct {
	*net.TCPConn
	close func()
}

func (c *countedConn) Close() error {
	c.close()
	return c.TCPConn.Close()
}

func (l counted) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.site.serving.Add(1)
	return &countedConn{c.(*net.TCPConn), sync.OnceFunc(l.site.serving.Done)}, nil
}

// serveHTTP reads a request to its end, answers POST /auth if the row does not,
// and leaves the operation to the row.
func (s *site) serveHTTP(w http.ResponseWriter, r *http.Request) {
	if _, err := io.ReadAll(r.Body); err != nil {
		return
	}
	if strings.HasSuffix(r.URL.Path, "/auth") {
		s.tokens.Add(1)
		if s.row.auth != nil {
			s.row.auth(s, w, r)
			return
		}
		reply(w, http.StatusOK, strings.Replace(tokenBody, token, fmt.Sprint(token, s.tokens.Load()), 1))
		return
	}
	s.requests.Add(1)
	s.row.http(s, w, r)
}

func reply(w http.ResponseWriter, status int, body string) {
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/json")
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

// success opens a session and says so.
func (s *site) success(w http.ResponseWriter) {
	s.sessions.Add(1)
	reply(w, http.StatusOK, sessionBody)
}

// conn is a connection of a server that speaks HTTP/1.1 by hand.
type conn struct {
	net.Conn
	r    *bufio.Reader
	site *site
}

// request reads one request to its end.
func (c *conn) request() bool {
	r, err := http.ReadRequest(c.r)
	if err == nil {
		_, err = io.ReadAll(r.Body)
	}
	if err == nil {
		c.site.requests.Add(1)
	}
	return err == nil
}

func (c *conn) say(text string) { _, _ = io.WriteString(c.Conn, text) }

// success answers one request as documented.
func (c *conn) success() {
	c.site.sessions.Add(1)
	c.say(head(len(sessionBody)) + sessionBody)
}

// linger waits until the client has closed the connection.
func (c *conn) linger() { _, _ = io.Copy(io.Discard, c.r) }

// reset makes the client see ECONNRESET instead of the end of the stream.
func (c *conn) reset() {
	_ = c.Conn.(*countedConn).SetLinger(0)
	_ = c.Close()
}

// ready lets the call that counts begin.
func (s *site) ready() { s.once.Do(func() { close(s.warmedUp) }) }

func head(length int) string {
	return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", length)
}
