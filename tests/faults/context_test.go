package faults

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/api"
)

func serves(s *site, w http.ResponseWriter, _ *http.Request) { s.success(w) }

func contextRows() []row {
	busy := func(retryAfter string) func(*site, http.ResponseWriter, *http.Request) {
		return func(_ *site, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", retryAfter)
			reply(w, 429, "")
		}
	}
	return []row{
		{name: "request that openapi.yaml forbids", http: serves, edit: func(r *api.CreateSessionLinkRequest) { r.Email = "canary" }, want: want{is: "ErrInvalidRequest *ValidationError"}},
		{name: "request editor that fails", http: serves, editor: func(context.Context, *http.Request) error { return errors.New("canary") }, want: want{}},
		{name: "request editor that sets an impossible header", http: serves, editor: func(_ context.Context, r *http.Request) error {
			r.Header.Set("X-Name", "canary\r\n")
			return nil
		}, own: true, want: want{}},
		{name: "request editor that sets URL to nil", http: serves, editor: func(_ context.Context, r *http.Request) error {
			r.URL = nil
			return nil
		}, want: want{}},
		{name: "request editor that sets Header to nil", http: serves, editor: func(_ context.Context, r *http.Request) error {
			r.Header = nil
			return nil
		}, want: want{}},
		{name: "cancelled before the call", http: serves, setup: func(_ *testing.T, s *site) { s.ctx.cancel() }, want: want{is: "context.Canceled", attempts: 1}},
		{name: "deadline passed before the call", http: serves, setup: func(_ *testing.T, s *site) { s.ctx.expire() }, want: want{is: "context.DeadlineExceeded", attempts: 1}},
		{name: "cancelled while connecting", tls: "none", raw: func(s *site, c *conn, _ int) {
			s.ctx.cancel()
			c.linger()
		}, want: want{is: "context.Canceled", attempts: 1}},
		{name: "cancelled while the server works", http: func(s *site, _ http.ResponseWriter, _ *http.Request) {
			s.sessions.Add(1)
			s.ctx.cancel()
			<-s.over
		}, want: opened(0, "context.Canceled")},
		{name: "cancelled in the body", raw: saysAndLingers(head(len(sessionBody)) + sessionBody[:9]), setup: cancelAfterHeaders, want: opened(200, "ErrInvalidResponse context.Canceled")},
		{name: "cancelled after the answer", http: serves, attempted: func(s *site) { s.ctx.cancel() }, want: want{link: true, requests: 1, sessions: 1}},
		{name: "cancelled during a wait after 429", http: busy("1"), attempted: func(s *site) { s.ctx.cancel() }, want: want{status: 429, is: "ErrRateLimited context.Canceled", attempts: 1, requests: 1}},
		{name: "cancelled during a wait after a refused connection", http: serves, setup: refuse, attempted: func(s *site) { s.ctx.cancel() }, opts: []umbrella.Option{umbrella.WithRetry(umbrella.RetryPolicy{MinBackoff: time.Hour, MaxBackoff: time.Hour}), umbrella.WithTimeout(2 * time.Hour)}, want: want{is: "context.Canceled ECONNREFUSED", attempts: 1}},
		{
			name: "deadline that would pass during the wait after 429", http: busy("7200"),
			opts: []umbrella.Option{umbrella.WithTimeout(time.Hour), umbrella.WithRetry(umbrella.RetryPolicy{MaxRetryAfter: 3 * time.Hour})},
			want: want{status: 429, is: "ErrRateLimited", attempts: 1, requests: 1},
		},
		{name: "429 with MaxAttempts 1", http: busy("0"), opts: []umbrella.Option{umbrella.WithRetry(umbrella.RetryPolicy{MaxAttempts: 1})}, want: want{status: 429, is: "ErrRateLimited", attempts: 1, requests: 1}},
		{name: "refused with MaxAttempts 1", http: serves, setup: refuse, opts: []umbrella.Option{umbrella.WithRetry(umbrella.RetryPolicy{MaxAttempts: 1})}, want: want{is: "ECONNREFUSED", attempts: 1}},
		{name: "429, then connections are refused", http: func(_ *site, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Connection", "close")
			reply(w, 429, "")
		}, setup: func(t *testing.T, s *site) {
			gone := &site{url: s.url, listener: s.listener}
			refuse(t, gone)
			var dials atomic.Int32
			s.transport.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
				if dials.Add(1) > 1 {
					addr = strings.TrimPrefix(gone.url, "http://")
				}
				return (&net.Dialer{}).DialContext(ctx, network, addr)
			}
		}, want: want{is: "ECONNREFUSED", attempts: 3, requests: 1}},
		{name: "no such host", http: serves, setup: resolver(3), want: want{is: "*net.DNSError", attempts: 3}},
		{name: "name server that fails", http: serves, setup: resolver(2), want: want{is: "*net.DNSError", attempts: 3}},
		{name: "name server that says nothing", http: serves, setup: resolver(-1), want: want{is: "context.DeadlineExceeded", attempts: 1}},
		{name: "proxy that refuses the connection", http: serves, setup: func(t *testing.T, s *site) {
			gone := &site{url: s.url, listener: s.listener}
			refuse(t, gone)
			through(t, s, gone.url)
		}, want: want{is: "ECONNREFUSED", attempts: 3}},
		{name: "proxy that answers 502", raw: proxy("HTTP/1.1 502 Bad Gateway\r\n\r\n"), setup: func(t *testing.T, s *site) { through(t, s, s.url) }, want: want{is: "*net.OpError", attempts: 3}},
		{name: "proxy that answers 503", raw: proxy("HTTP/1.1 503 Service Unavailable\r\n\r\n"), setup: func(t *testing.T, s *site) { through(t, s, s.url) }, want: want{is: "*net.OpError", attempts: 3}},
		{name: "proxy that wants credentials", raw: proxy("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"), setup: func(t *testing.T, s *site) { through(t, s, s.url) }, want: want{is: "*net.OpError", attempts: 3}},
		{name: "proxy that refuses in words of its own", raw: proxy("HTTP/1.1 502 canary\r\n\r\n"), setup: func(t *testing.T, s *site) { through(t, s, s.url) }, want: want{attempts: 1}},
		{name: "proxy that closes the connection", raw: proxy(""), setup: func(t *testing.T, s *site) { through(t, s, s.url) }, want: want{attempts: 1}},
		{name: "proxy that says nothing", raw: func(s *site, c *conn, _ int) {
			_, _ = http.ReadRequest(c.r)
			s.ctx.expire()
			c.linger()
		}, setup: func(t *testing.T, s *site) { through(t, s, s.url) }, want: want{is: "context.DeadlineExceeded", attempts: 1}},
	}
}

// through sends everything through an HTTP proxy.
func through(t *testing.T, s *site, address string) {
	u, err := url.Parse(address)
	require.NoError(t, err)
	s.transport.Proxy = http.ProxyURL(u)
	s.url = "https://api.umbrella.invalid"
}

func proxy(answer string) func(*site, *conn, int) {
	return func(_ *site, c *conn, _ int) {
		_, _ = http.ReadRequest(c.r)
		c.say(answer)
	}
}

// resolver looks names up at a name server that answers with an error code of RFC
// 1035, or not at all if it is negative.
func resolver(code int) func(*testing.T, *site) {
	return func(t *testing.T, s *site) {
		server, err := net.ListenPacket("udp", "127.0.0.1:0")
		require.NoError(t, err)
		t.Cleanup(func() { _ = server.Close() })
		go func() {
			query := make([]byte, 512)
			for {
				n, from, err := server.ReadFrom(query)
				if err != nil {
					return
				}
				if code < 0 {
					s.ctx.expire()
					continue
				}
				answer := append([]byte{query[0], query[1], 0x81, 0x80 | byte(code), 0, 1, 0, 0, 0, 0, 0, 0}, question(query[12:n])...)
				_, _ = server.WriteTo(answer, from)
			}
		}()
		s.transport.DialContext = (&net.Dialer{Resolver: &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "udp", server.LocalAddr().String())
		}}}).DialContext
		s.url = "https://api.umbrella.invalid"
	}
}

// question is the first entry of a query, without the options that may follow it.
func question(q []byte) []byte {
	end := 0
	for q[end] != 0 {
		end += int(q[end]) + 1
	}
	return q[:end+5]
}
