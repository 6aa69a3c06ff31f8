// Package memhttp serves HTTP/1.1 over in-memory connections, so that tests of
// time run real clients and servers inside a testing/synctest bubble, where
// sockets would keep the clock from moving.
package memhttp

import (
	"context"
	"net"
	"net/http"
	"sync"
	"testing"
)

// URL is the base URL under which clients of Serve reach their server.
const URL = "http://127.0.0.1"

// Serve runs handler until the test ends and returns a transport whose every
// connection leads to it. It may be changed before its first use.
func Serve(tb testing.TB, handler http.Handler) *http.Transport {
	l := &listener{conns: make(chan net.Conn), closed: make(chan struct{})}
	var open sync.WaitGroup // connections, which net/http lets linger after a request that was cut off
	server := &http.Server{Handler: handler, ConnState: func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			open.Add(1)
		case http.StateClosed, http.StateHijacked:
			open.Done()
		}
	}}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(l)
	}()
	transport := &http.Transport{DialContext: l.dial}
	tb.Cleanup(func() {
		transport.CloseIdleConnections()
		_ = server.Close()
		<-done
		open.Wait()
	})
	return transport
}

type listener struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (l *listener) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case l.conns <- server:
		return client, nil
	case <-l.closed:
		return nil, &net.OpError{Op: "dial", Net: "mem", Err: net.ErrClosed}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *listener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *listener) Addr() net.Addr { return &net.IPAddr{IP: net.IPv4(127, 0, 0, 1)} }
