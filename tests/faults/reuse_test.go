package faults

import (
	"context"
	"net/http"

	"github.com/umbrella-api/umbrella-go/api"
)

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
