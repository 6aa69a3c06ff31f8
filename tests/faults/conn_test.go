package faults

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/api"
)

func tlsRows() []row {
	plain := func(_ *testing.T, s *site) { s.url = strings.Replace(s.url, "https:", "http:", 1) }
	return []row{
		{name: "TLS as it should be", tls: "good", http: serves, want: want{link: true, requests: 1, sessions: 1}},
		{name: "certificate expired", tls: "expired", http: serves, want: want{is: "x509.CertificateInvalidError", attempts: 1}},
		{name: "certificate for another host", tls: "other host", http: serves, want: want{is: "x509.HostnameError", attempts: 1}},
		{name: "certificate self-signed", tls: "self-signed", http: serves, want: want{is: "x509.UnknownAuthorityError", attempts: 1}},
		{name: "plain HTTP on an https URL", tls: "none", raw: func(_ *site, c *conn, _ int) {
			_, _ = c.r.ReadByte()
			c.say("HTTP/1.1 400 Bad Request\r\nContent-Length: 6\r\n\r\ncanary")
			c.linger()
		}, want: want{attempts: 1}},
		{name: "https on a plain HTTP URL", tls: "good", http: serves, setup: plain, want: want{status: 400, is: "ErrInvalidRequest", attempts: 1}},
		{name: "reset in the TLS handshake", tls: "none", raw: func(_ *site, c *conn, _ int) {
			_, _ = c.r.ReadByte()
			c.reset()
		}, want: want{is: "ECONNRESET", attempts: 1}},
		{
			name: "TLS handshake without end, WithTimeout", tls: "none", raw: func(_ *site, c *conn, _ int) { c.linger() },
			opts: []umbrella.Option{umbrella.WithTimeout(50 * time.Millisecond)}, want: want{is: "context.DeadlineExceeded", attempts: 1},
		},
	}
}

func http2Rows() []row {
	rejected := want{attempts: 11, requests: 11} // one, and ten made good on other connections
	rows := []row{
		{name: "as it should be", h2: func(c conn2, stream uint32, _ int) { c.success(stream) }, want: want{link: true, requests: 1, sessions: 1}},
		{name: "RST_STREAM, REFUSED_STREAM", h2: func(c conn2, stream uint32, _ int) { c.reset(stream, refusedStream) }, want: rejected},
		{name: "RST_STREAM, PROTOCOL_ERROR", h2: func(c conn2, stream uint32, _ int) {
			c.site.sessions.Add(1)
			c.reset(stream, protocolError)
		}, want: opened(0, "")},
		{name: "RST_STREAM, INTERNAL_ERROR", h2: func(c conn2, stream uint32, _ int) {
			c.site.sessions.Add(1)
			c.reset(stream, internalError)
		}, want: opened(0, "")},
		{name: "RST_STREAM in the body", h2: func(c conn2, stream uint32, _ int) {
			c.site.sessions.Add(1)
			c.headers(stream, 0)
			c.write(frameData, 0, stream, []byte(sessionBody)[:30]...)
			c.reset(stream, internalError)
		}, want: opened(200, "ErrInvalidResponse")},
		{name: "header and no body", h2: func(c conn2, stream uint32, _ int) {
			c.site.sessions.Add(1)
			c.headers(stream, endStream)
		}, want: opened(200, "ErrInvalidResponse")},
		{name: "GOAWAY instead of an answer", h2: func(c conn2, _ uint32, _ int) { c.goAway(0, noError) }, want: rejected},
		{name: "GOAWAY, ENHANCE_YOUR_CALM", h2: func(c conn2, _ uint32, _ int) { c.goAway(0, enhanceYourCalm) }, want: want{maybe: "yes", attempts: 1, requests: 1}},
		{name: "GOAWAY, then another connection", h2: func(c conn2, stream uint32, n int) {
			if n == 1 {
				c.goAway(0, noError)
				return
			}
			c.success(stream)
		}, want: want{link: true, requests: 2, sessions: 1}},
		{name: "REFUSED_STREAM five times, then the answer", h2: func(c conn2, stream uint32, _ int) {
			if c.site.requests.Load() <= 5 {
				c.reset(stream, refusedStream)
				return
			}
			c.success(stream)
		}, want: want{link: true, requests: 6, sessions: 1}},
		{name: "GOAWAY, then the answer", h2: func(c conn2, stream uint32, _ int) {
			c.goAway(stream, noError)
			c.success(stream)
		}, want: want{link: true, requests: 1, sessions: 1}},
		{name: "GOAWAY on the idle connection", warm: true, h2: func(c conn2, stream uint32, n int) {
			c.success(stream)
			if n == 1 {
				c.goAway(stream, noError)
			}
		}, want: want{link: true, requests: 1, sessions: 1}},
		{name: "connection closed after the request", h2: func(c conn2, _ uint32, _ int) {
			c.site.sessions.Add(1)
			_ = c.Close()
		}, want: opened(0, "")},
		{name: "REFUSED_STREAM on a connection in use", warm: true, h2: func(c conn2, stream uint32, _ int) {
			if stream == 1 {
				c.success(stream)
				c.site.ready()
				return
			}
			c.reset(stream, refusedStream)
		}, want: rejected},
		{name: "PROTOCOL_ERROR on a connection in use", warm: true, h2: func(c conn2, stream uint32, _ int) {
			c.site.sessions.Add(1)
			if stream == 1 {
				c.site.sessions.Add(-1)
				c.success(stream)
				c.site.ready()
				return
			}
			c.reset(stream, protocolError)
		}, want: opened(0, "")},
	}
	for i := range rows {
		rows[i].group, rows[i].tls = "HTTP/2:", "good"
	}
	return rows
}

// once serves the first request of a connection and ends the second.
func once(end func(*conn)) func(*site, *conn, int) {
	return func(s *site, c *conn, _ int) {
		c.request()
		c.success()
		s.ready()
		if c.request() {
			s.sessions.Add(1)
			end(c)
		}
	}
}

// idle serves the first request of the first connection, does something to it,
// and waits until the client has noticed.
func idle(do func(*conn)) func(*site, *conn, int) {
	return func(s *site, c *conn, n int) {
		for c.request() {
			c.success()
			if n == 1 {
				do(c)
				_ = c.Conn.(*countedConn).CloseWrite()
				c.linger()
				s.ready()
				return
			}
		}
	}
}

func header(name string) api.RequestEditorFn {
	return func(_ context.Context, r *http.Request) error {
		r.Header.Set(name, "1")
		return nil
	}
}

func reuseRows() []row {
	closed, reset := func(*conn) {}, (*conn).reset
	rows := []row{
		{name: "closed by the server while idle", raw: idle(closed), want: want{link: true, requests: 1, sessions: 1}},
		{name: "408 while idle", raw: idle(func(c *conn) { c.say("HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n") }), want: want{link: true, requests: 1, sessions: 1}},
		{name: "garbage while idle", raw: idle(func(c *conn) { c.say("garbage") }), want: want{link: true, requests: 1, sessions: 1}},
		{name: "closed after the request", raw: once(closed), want: opened(0, "")},
		{name: "reset after the request", raw: once(reset), want: opened(0, "ECONNRESET")},
		{name: "closed after a request with Idempotency-Key", raw: once(closed), editor: header("Idempotency-Key"), want: opened(0, "")},
		{name: "reset after a request with Idempotency-Key", raw: once(reset), editor: header("Idempotency-Key"), want: opened(0, "")},
		{name: "closed after a request with X-Idempotency-Key", raw: once(closed), editor: header("X-Idempotency-Key"), want: opened(0, "")},
	}
	for i := range rows {
		rows[i].group, rows[i].warm = "connection in use:", true
	}
	return rows
}
