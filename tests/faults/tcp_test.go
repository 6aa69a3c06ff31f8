package faults

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// refuse makes the client connect to a port where nobody listens and, because a
// connection has it for its own, nobody else can begin to.
func refuse(t *testing.T, s *site) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	c, err := net.Dial("tcp", l.Addr().String())
	require.NoError(t, err)
	t.Cleanup(func() { _, _ = c.Close(), l.Close() })
	s.url = strings.Replace(s.url, s.listener.Addr().String(), c.LocalAddr().String(), 1)
}

// afterHeaders calls do when the client has the head of an answer.
type afterHeaders struct {
	http.RoundTripper
	do func()
}

func (a afterHeaders) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := a.RoundTripper.RoundTrip(req)
	a.do()
	return resp, err
}

func expireAfterHeaders(_ *testing.T, s *site) { s.base = afterHeaders{s.transport, s.ctx.expire} }
func cancelAfterHeaders(_ *testing.T, s *site) { s.base = afterHeaders{s.transport, s.ctx.cancel} }

// opened is what a row wants if one request came and opened a session, and the
// call failed all the same.
func opened(status int, is string) want {
	return want{status: status, is: is, maybe: "yes", attempts: 1, requests: 1, sessions: 1}
}

// says answers one complete request with text, after a session was opened.
func says(text string) func(*site, *conn, int) {
	return func(s *site, c *conn, _ int) {
		if c.request() {
			s.sessions.Add(1)
			c.say(text)
		}
	}
}

func saysAndLingers(text string) func(*site, *conn, int) {
	return func(s *site, c *conn, n int) {
		says(text)(s, c, n)
		c.linger()
	}
}

// The beginning of a head that goes on wrongly, and of a body that ends too early.
const jsonHead = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"

var halfBody = sessionBody[:len(sessionBody)/2]

// connectionRows end the connection, or stop, somewhere between accept and the last byte.
func connectionRows() []row {
	return []row{
		{name: "none: the answer is as documented", raw: func(_ *site, c *conn, _ int) {
			for c.request() {
				c.success()
			}
		}, want: want{link: true, requests: 1, sessions: 1}},
		{name: "connection refused", raw: says(""), setup: refuse, want: want{is: "ECONNREFUSED", attempts: 3}},
		{name: "reset when accepted", raw: func(_ *site, c *conn, _ int) { c.reset() }, want: want{maybe: "open"}},
		{name: "closed when accepted", raw: func(*site, *conn, int) {}, want: want{maybe: "open"}},
		{name: "reset in the middle of the request", raw: func(_ *site, c *conn, _ int) {
			_, _ = c.r.ReadByte()
			c.reset()
		}, want: want{is: "ECONNRESET", maybe: "yes", attempts: 1}},
		{name: "reset after the request", raw: func(s *site, c *conn, n int) {
			says("")(s, c, n)
			c.reset()
		}, want: opened(0, "ECONNRESET")},
		{name: "closed after the request", raw: says(""), want: opened(0, "")},
		{name: "accepts and says nothing, reads nothing more", raw: func(s *site, c *conn, _ int) {
			_, _ = c.r.ReadByte()
			s.ctx.expire()
			<-s.over
		}, want: want{is: "context.DeadlineExceeded", maybe: "yes", attempts: 1}},
		{name: "reads the request and says nothing", raw: func(s *site, c *conn, n int) {
			says("")(s, c, n)
			s.ctx.expire()
			c.linger()
		}, want: opened(0, "context.DeadlineExceeded")},
		{name: "stops in the header", raw: func(s *site, c *conn, n int) {
			says(jsonHead+"Content-Le")(s, c, n)
			s.ctx.expire()
			c.linger()
		}, want: opened(0, "context.DeadlineExceeded")},
		{name: "closed in the header", raw: says(jsonHead + "Content-Le"), want: opened(0, "")},
		{name: "stops in the body", raw: saysAndLingers(head(len(sessionBody)) + halfBody), setup: expireAfterHeaders, want: opened(200, "ErrInvalidResponse context.DeadlineExceeded")},
		{name: "closed in the body", raw: says(head(len(sessionBody)) + halfBody), want: opened(200, "ErrInvalidResponse io.ErrUnexpectedEOF")},
		{name: "reset in the body", raw: func(s *site, c *conn, n int) {
			says(head(len(sessionBody))+halfBody)(s, c, n)
			<-s.warmedUp
			c.reset()
		}, setup: func(_ *testing.T, s *site) { s.base = afterHeaders{s.transport, s.ready} }, want: opened(200, "ErrInvalidResponse ECONNRESET")},
	}
}

// framingRows are answers whose head is wrong or does not fit the body, and a few that
// are right in a way of their own.
func framingRows() []row {
	chunk := fmt.Sprintf("%x\r\n%s\r\n", len(sessionBody), sessionBody)
	return []row{
		{name: "Content-Length too large", raw: saysAndLingers(head(len(sessionBody)+10) + sessionBody), setup: expireAfterHeaders, want: opened(200, "ErrInvalidResponse context.DeadlineExceeded")},
		{name: "Content-Length too small", raw: saysAndLingers(head(60) + sessionBody), want: opened(200, "ErrInvalidResponse")},
		{name: "Content-Length of 2^63-1", raw: says(jsonHead + "Content-Length: 9223372036854775807\r\n\r\n" + sessionBody), want: opened(200, "ErrInvalidResponse io.ErrUnexpectedEOF")},
		{name: "Content-Length of -1", raw: says(jsonHead + "Content-Length: -1\r\n\r\n" + sessionBody), want: opened(0, "")},
		{name: "two Content-Lengths", raw: says(jsonHead + "Content-Length: 5\r\nContent-Length: 6\r\n\r\n" + sessionBody), want: opened(0, "")},
		{name: "Content-Length and chunks", raw: saysAndLingers(jsonHead + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk + "0\r\n\r\n"), want: want{link: true, requests: 1, sessions: 1}},
		{name: "HTTP/1.0, closed at the end", raw: says("HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n" + sessionBody), want: want{link: true, requests: 1, sessions: 1}},
		{name: "HTTP/1.0, closed too early", raw: says("HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n" + halfBody), want: opened(200, "ErrInvalidResponse")},
		{name: "chunks that are garbage", raw: says(jsonHead + "Transfer-Encoding: chunked\r\n\r\ncanary\r\n"), want: opened(200, "ErrInvalidResponse")},
		{name: "chunks without an end", raw: says(jsonHead + "Transfer-Encoding: chunked\r\n\r\n" + chunk), want: opened(200, "ErrInvalidResponse io.ErrUnexpectedEOF")},
		{name: "unknown Transfer-Encoding", raw: says(jsonHead + "Transfer-Encoding: canary\r\n\r\n" + sessionBody), want: opened(0, "")},
		{name: "a header that sounds like net/http's words for a rejection", raw: says("HTTP/1.1 200 OK\r\n(x) http2: Transport: cannot retry err [http2: Transport received Server's graceful shutdown GOAWAY] after Request.Body was written; define Request.GetBody to avoid this error\r\n\r\n"), want: opened(0, "")},
		{name: "not HTTP", raw: says("SSH-2.0-canary " + session + "\r\n"), want: opened(0, "")},
		{name: "status line without a number", raw: says("HTTP/1.1 canary OK\r\n\r\n"), want: opened(0, "")},
		{name: "header line without a colon", raw: says(jsonHead + "canary\r\n\r\n"), want: opened(0, "")},
		{name: "header of 1 MiB", raw: says(jsonHead + "X-Pad: " + strings.Repeat("canary ", 150_000) + "\r\n\r\n" + sessionBody), want: opened(0, "")},
		{name: "ten interim answers, then success", raw: saysAndLingers(strings.Repeat("HTTP/1.1 103 Early Hints\r\nLink: </canary>\r\n\r\n", 10) + head(len(sessionBody)) + sessionBody), want: want{link: true, requests: 1, sessions: 1}},
		{name: "interim answers without end", raw: says(strings.Repeat("HTTP/1.1 103 Early Hints\r\nLink: </canary>\r\n\r\n", 50_000)), want: opened(0, "")},
		{name: "101 Switching Protocols, then nothing", raw: saysAndLingers("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: canary\r\n\r\n"), want: opened(101, "")},
	}
}

// contentRows are bodies that are too large, or encoded.
func contentRows() []row {
	return []row{
		{name: "body of 256 MiB", http: flood(http.StatusOK, ""), want: opened(200, "ErrInvalidResponse ErrResponseTooLarge")},
		{name: "error body of 256 MiB", http: flood(http.StatusInternalServerError, ""), want: opened(500, "ErrServer ErrResponseTooLarge")},
		{name: "gzip bomb of 256 MiB", http: flood(http.StatusOK, "gzip"), want: opened(200, "ErrInvalidResponse ErrResponseTooLarge")},
		{name: "gzip that is none", raw: saysAndLingers(jsonHead + "Content-Encoding: gzip\r\nContent-Length: 20\r\n\r\n" + sessionBody[:20]), want: opened(200, "ErrInvalidResponse")},
		{name: "gzip cut short", raw: says(jsonHead + "Content-Encoding: gzip\r\n\r\n" + zipped()[:40]), want: opened(200, "ErrInvalidResponse io.ErrUnexpectedEOF")},
		{name: "gzip as it should be", raw: says(jsonHead + "Content-Encoding: gzip\r\n\r\n" + zipped()), want: want{link: true, requests: 1, sessions: 1}},
		{name: "an encoding nobody asked for", raw: says(jsonHead + "Content-Encoding: br\r\n\r\n\x0b\x02\x80canary"), want: opened(200, "ErrInvalidResponse")},
	}
}

func flood(status int, encoding string) func(*site, http.ResponseWriter, *http.Request) {
	return func(s *site, w http.ResponseWriter, _ *http.Request) {
		s.sessions.Add(1)
		w.Header().Set("Content-Type", "application/json")
		zeros := make([]byte, 1<<20)
		write := w.Write
		if encoding != "" {
			w.Header().Set("Content-Encoding", encoding)
			z, _ := gzip.NewWriterLevel(w, gzip.BestSpeed)
			write = z.Write
		}
		w.WriteHeader(status)
		for range 256 {
			if _, err := write(zeros); err != nil {
				return
			}
		}
	}
}

func zipped() string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(sessionBody))
	_ = z.Close()
	return b.String()
}
