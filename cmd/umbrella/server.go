package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"syscall"
	"time"
)

// server is one that has its port.
type server struct {
	url      string
	ca       string // the file with the CA's certificate, if it speaks TLS
	listener net.Listener
	http     *http.Server
	failed   chan error
}

// newServer takes a port at addr, for HTTP/1.1 and HTTP/2 with or without TLS.
func newServer(addr string, secure bool) (*server, error) {
	_, port, err := net.SplitHostPort(addr)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return nil, usagef("--addr needs HOST:PORT, for example 127.0.0.1:8080")
	}
	listener, err := net.Listen("tcp", addr)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("port %s is taken: choose another with --addr, or 0 for any that is free", port)
	case err != nil: // a *net.OpError
		return nil, fmt.Errorf("cannot listen at %s: %w: choose another --addr", addr, errors.Unwrap(err))
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
	s := &server{
		url:      "http://" + net.JoinHostPort(host, strconv.Itoa(bound.Port)),
		listener: listener,
		// No limit for a whole request or answer: a fault may ask for any delay.
		http: &http.Server{
			Protocols:         &protocols,
			ReadHeaderTimeout: 10 * time.Second,
			IdleTimeout:       2 * time.Minute,
			MaxHeaderBytes:    64 << 10,
		},
		failed: make(chan error, 1),
	}
	if secure {
		if err := s.secure(); err != nil {
			s.stop()
			return nil, err
		}
	}
	return s, nil
}

// secure has the server speak TLS with a throw-away certificate.
func (s *server) secure() error {
	certificate, ca, err := throwaway()
	if err != nil {
		return fmt.Errorf("making a certificate: %w", err)
	}
	s.http.TLSConfig = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	s.url = "https" + s.url[len("http"):]
	s.ca, err = writeCA(ca)
	return err
}

// serve begins to serve. What ends it comes from s.failed.
func (s *server) serve(handler http.Handler) {
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
func (s *server) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-s.failed:
		return fmt.Errorf("the server stopped by itself: %w", err)
	}
}

// stop ends the server at once, with the requests that are under way.
func (s *server) stop() {
	_ = s.listener.Close()
	_ = s.http.Close()
	if s.ca != "" {
		_ = os.Remove(s.ca)
	}
}
