package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"syscall"
	"time"

	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

func runMock(ctx context.Context, args []string, std streams) error {
	fs := flag.NewFlagSet("mock", flag.ContinueOnError)
	addr := fs.String("addr", "127.0.0.1:0", "")
	ttl := fs.Duration("token-ttl", time.Hour, "")
	seed := fs.Uint64("seed", 0, "")
	latency := fs.Duration("latency", 0, "")
	logAll := fs.Bool("log", false, "")
	noControl := fs.Bool("no-control", false, "")
	if err := parse(fs, args); err != nil {
		return err
	}
	switch {
	case *ttl < time.Second:
		return usagef("--token-ttl must be at least 1s")
	case *latency < 0:
		return usagef("--latency must not be negative")
	}
	level := slog.LevelWarn
	if *logAll {
		level = slog.LevelInfo
	}
	opts := []umbrellatest.Option{
		umbrellatest.WithTokenTTL(*ttl),
		umbrellatest.WithLatency(*latency),
		umbrellatest.WithLogger(slog.New(slog.NewTextHandler(std.err, &slog.HandlerOptions{Level: level}))),
	}
	if given(fs, "seed") {
		opts = append(opts, umbrellatest.WithSeed(*seed))
	}
	if *noControl {
		opts = append(opts, umbrellatest.WithoutControl())
	}
	mock, err := umbrellatest.New(opts...)
	if err != nil {
		return err
	}
	defer mock.Close()
	s, err := listen(*addr, mock)
	if err != nil {
		return err
	}
	defer s.stop()
	apiKey, customerID := mock.Credentials()
	err = json.NewEncoder(std.out).Encode(struct {
		URL        string `json:"url"`
		APIKey     string `json:"apiKey"`
		CustomerID string `json:"customerId"`
	}{s.url, apiKey, customerID})
	if err != nil {
		return fmt.Errorf("printing the ready line: %w", err)
	}
	select {
	case <-ctx.Done():
		return nil
	case err := <-s.failed:
		return fmt.Errorf("the server stopped by itself: %w", err)
	}
}

// listening is a server that has its port.
type listening struct {
	url    string
	server *http.Server
	failed chan error
}

// listen serves handler at addr, in HTTP/1.1 and in HTTP/2 without TLS.
func listen(addr string, handler http.Handler) (*listening, error) {
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
	protocols.SetUnencryptedHTTP2(true)
	s := &listening{
		url: "http://" + net.JoinHostPort(host, strconv.Itoa(bound.Port)),
		// No limit for a whole request or answer: a fault may ask for any delay.
		server: &http.Server{
			Handler:           handler,
			Protocols:         &protocols,
			ReadHeaderTimeout: 10 * time.Second,
			IdleTimeout:       2 * time.Minute,
			MaxHeaderBytes:    64 << 10,
		},
		failed: make(chan error, 1),
	}
	go func() { s.failed <- s.server.Serve(listener) }()
	return s, nil
}

// stop lets requests under way end, but does not wait for them for ever.
func (s *listening) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if s.server.Shutdown(ctx) != nil {
		_ = s.server.Close()
	}
}
