package faults

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// routeRows fail on the way to the server: its name is not found, nobody listens, or
// a proxy is in between.
func routeRows() []row {
	return []row{
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
