package faults

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go"
)

// TestClosing_TakesNoCallThatWaitedForItsTurn has a call wait behind the writing of
// another one, on a connection that then closes. It has written nothing, which net/http
// says in words of its own.
func TestClosing_TakesNoCallThatWaitedForItsTurn(t *testing.T) {
	closing := make(chan struct{})
	s := open(t, row{tls: "good", h2: func(c conn2, stream uint32, n int) {
		c.success(stream)
		if n == 1 {
			<-closing
			c.goAway(stream, noError)
			_ = c.Conn.(*tls.Conn).CloseWrite()
		}
	}})
	gate := newGate()
	s.transport.DialContext = gate.dial
	s.transport.IdleConnTimeout = 5 * time.Second // of connections that nobody needs in the end
	plain := &http.Client{Transport: s.transport}
	client, err := umbrella.New(s.url, umbrella.WithToken("x.y.z"), umbrella.WithHTTPClient(plain))
	require.NoError(t, err)
	_, err = client.CreateSessionLink(t.Context(), request())
	require.NoError(t, err)

	var others sync.WaitGroup
	other := func() (got <-chan struct{}) {
		ctx, got := gotConn(t.Context())
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url, strings.NewReader("{}"))
		require.NoError(t, err)
		others.Go(func() {
			if resp, err := plain.Do(req); err == nil {
				_ = resp.Body.Close()
			}
		})
		return got
	}
	close(gate.shut)
	other()
	<-gate.ahead // it is writing

	ctx, got := gotConn(t.Context())
	result := make(chan error)
	go func() {
		_, err := client.CreateSessionLink(httptrace.WithClientTrace(ctx, gate.twice()), request())
		gate.need()
		result <- err
	}()
	<-got
	close(closing)
	for closes := false; !closes; { // until the client knows
		select {
		case <-other():
		case <-gate.dialing:
			closes = true
		}
	}
	close(gate.opened)
	require.NoError(t, <-result)
	others.Wait()
}

// gotConn tells when a request has a connection.
func gotConn(ctx context.Context) (context.Context, <-chan struct{}) {
	got := make(chan struct{}, 10)
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { got <- struct{}{} }}), got
}

// gate is where the first write after it is shut waits until it is opened, and where a
// second connection waits until the call under test needs one.
type gate struct {
	shut, opened   chan struct{} // closed by the test
	ahead, dialing chan struct{} // closed once the write waits, and once the connection does
	needed         chan struct{}
	wait, dials    sync.Once
	need           func()
}

func newGate() *gate {
	g := &gate{
		shut: make(chan struct{}), opened: make(chan struct{}),
		ahead: make(chan struct{}), dialing: make(chan struct{}), needed: make(chan struct{}),
	}
	g.need = sync.OnceFunc(func() { close(g.needed) })
	return g
}

func (g *gate) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	select {
	case <-g.shut:
		g.dials.Do(func() { close(g.dialing) })
		<-g.needed
	default:
	}
	c, err := (&net.Dialer{}).DialContext(ctx, network, addr)
	return gated{c, g}, err
}

// twice is told when a request looks for a connection, and needs it the second time.
func (g *gate) twice() *httptrace.ClientTrace {
	n := 0
	return &httptrace.ClientTrace{GetConn: func(string) {
		if n++; n == 2 {
			g.need()
		}
	}}
}

// gated is a connection behind a gate.
type gated struct {
	net.Conn
	gate *gate
}

func (c gated) Write(p []byte) (int, error) {
	select {
	case <-c.gate.shut:
		c.gate.wait.Do(func() {
			close(c.gate.ahead)
			<-c.gate.opened
		})
	default:
	}
	return c.Conn.Write(p)
}

// A transport that tries by itself may have written a part before net/http says so.
func TestClosing_IsNoProofOnceAPartWasWritten(t *testing.T) {
	base := tried(func(req *http.Request) (*http.Response, error) {
		trace := httptrace.ContextClientTrace(req.Context())
		trace.WroteRequest(httptrace.WroteRequestInfo{Err: io.ErrUnexpectedEOF})
		trace.GotConn(httptrace.GotConnInfo{})
		return nil, errors.New("net/http: cannot rewind body after connection loss")
	})
	client, err := umbrella.New("https://api.example.com", umbrella.WithToken(token), umbrella.WithHTTPClient(&http.Client{Transport: base}))
	require.NoError(t, err)
	_, err = client.CreateSessionLink(t.Context(), request())
	var e *umbrella.Error
	require.ErrorAs(t, err, &e)
	require.True(t, e.MaybeProcessed)
	require.Equal(t, 1, e.Attempts)
}

// tried is a transport.
type tried func(*http.Request) (*http.Response, error)

func (t tried) RoundTrip(req *http.Request) (*http.Response, error) { return t(req) }
