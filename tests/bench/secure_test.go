package bench

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
)

// secure starts a server with TLS on connections in memory and returns a transport that
// connects to it with the protocol that set chooses.
func secure(tb testing.TB, set func(*http.Protocols, bool)) (baseURL string, transport *http.Transport) {
	protocols := new(http.Protocols)
	set(protocols, true)
	server := httptest.NewUnstartedServer(http.HandlerFunc(serve))
	listener := &pipes{Listener: server.Listener, conns: make(chan net.Conn)}
	listener.closed, listener.close = context.WithCancel(context.Background())
	server.Listener = listener
	server.EnableHTTP2 = protocols.HTTP2()
	server.StartTLS()
	tb.Cleanup(server.Close)
	transport = server.Client().Transport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 256
	transport.Protocols = protocols
	transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) { return listener.dial(ctx) }
	tb.Cleanup(transport.CloseIdleConnections)
	return server.URL, transport
}

// pipes is a net.Listener for the other ends of pipes.
type pipes struct {
	net.Listener // for its address
	conns        chan net.Conn
	closed       context.Context
	close        context.CancelFunc
}

func (p *pipes) dial(ctx context.Context) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case p.conns <- server:
		return client, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.conns:
		return conn, nil
	case <-p.closed.Done():
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.close()
	return p.Listener.Close()
}
