package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"
)

// localServer is one in this process that has its port.
type localServer struct {
	url      string
	ca       string // the file with the CA's certificate, if it speaks TLS
	listener net.Listener
	http     *http.Server
	failed   chan error
}

// checkAddr is for --addr.
func (inv *invocation) checkAddr(addr string) {
	_, port, err := net.SplitHostPort(addr)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	inv.wrong.unless(err == nil, "--addr needs HOST:PORT, for example 127.0.0.1:8080")
}

// newLocalServer takes a port at addr, for HTTP/1.1 and HTTP/2 with or without TLS. Its
// certificate is for these names or addresses, too. What net/http has to say goes to records.
func newLocalServer(addr string, records slog.Handler, secure bool, names ...string) (*localServer, error) {
	listener, err := net.Listen("tcp", addr)
	if err != nil { // a *net.OpError
		return nil, fmt.Errorf("cannot listen at %s: %w: choose another --addr, or port 0 for any that is free", addr, errors.Unwrap(err))
	}
	bound := listener.Addr().(*net.TCPAddr)
	host := bound.IP.String()
	if bound.IP.IsUnspecified() {
		host = "localhost" // all interfaces: name one that a client can use
	}
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(secure)
	protocols.SetUnencryptedHTTP2(!secure)
	s := &localServer{
		url:      "http://" + net.JoinHostPort(host, strconv.Itoa(bound.Port)),
		listener: listener,
		// No limit for a whole request or answer: a fault may ask for any delay.
		http: &http.Server{
			Protocols:         &protocols,
			ReadHeaderTimeout: 10 * time.Second,
			IdleTimeout:       2 * time.Minute,
			MaxHeaderBytes:    64 << 10,
			ErrorLog:          slog.NewLogLogger(records, slog.LevelWarn),
		},
		failed: make(chan error, 1),
	}
	if secure {
		s.url = "https" + s.url[len("http"):]
		if s.http.TLSConfig, s.ca, err = throwaway(append(names, host)); err != nil {
			s.stop()
			return nil, fmt.Errorf("making a certificate: %w", err)
		}
	}
	return s, nil
}

// serve begins to serve. What ends it comes from s.failed.
func (s *localServer) serve(handler http.Handler) {
	s.http.Handler = handler
	go func() {
		if s.http.TLSConfig != nil {
			s.failed <- s.http.ServeTLS(s.listener, "", "")
			return
		}
		s.failed <- s.http.Serve(s.listener)
	}()
}

// wait returns when ctx ends, which is how a server is meant to end.
func (s *localServer) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-s.failed:
		return fmt.Errorf("the server stopped by itself: %w", err)
	}
}

// stop ends the server at once, with the requests that are under way.
func (s *localServer) stop() {
	_ = s.listener.Close()
	_ = s.http.Close()
	if s.ca != "" {
		_ = os.Remove(s.ca)
	}
}
