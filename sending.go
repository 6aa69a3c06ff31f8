package umbrella

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
)

// sender stands right above the base transport, below the token exchange. It tells
// what became of a request that got no answer, and keeps net/http from sending one
// twice: net/http repeats a POST on its own that the server may have processed, on
// HTTP/2 after RST_STREAM, on HTTP/1.1 if an editor has set Idempotency-Key.
type sender struct {
	base  http.RoundTripper
	tells bool        // base is known to report every connection to httptrace
	http1 atomic.Bool // the last answer came over HTTP/1
}

// callKey is the key of the one context value by which sender finds the call.
type callKey struct{}

func (t *sender) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := req.Context().Err(); err != nil {
		closeBody(req)
		return nil, err
	}
	s := &sending{}
	if t.tells {
		s.progress.Store(connecting)
	}
	c, _ := req.Context().Value(callKey{}).(*call)
	c.sending.Store(s)
	out := req.WithContext(s.traced(req.Context()))
	out.GetBody = nil // so that over HTTP/2 net/http gives its reason instead of a repeat
	if get := req.GetBody; get != nil && t.http1.Load() {
		out.GetBody = func() (io.ReadCloser, error) { return s.again(get) }
	}
	if !c.safe() && (req.Body == nil || req.Body == http.NoBody) {
		out.Body = io.NopCloser(strings.NewReader("")) // net/http feels free to repeat what has no body
	}
	resp, err := t.base.RoundTrip(out)
	if err == nil && resp == nil {
		err = &ownError{reason: "the HTTP transport returned neither an answer nor an error"}
	}
	if err != nil {
		if s.progress.Load() == connecting {
			err = named(err)
		}
		s.failed(err)
		return nil, err
	}
	t.http1.Store(resp.ProtoMajor == 1)
	tame(req, resp)
	return resp, nil
}

// CloseIdleConnections passes the call of http.Client on to the base transport.
func (t *sender) CloseIdleConnections() {
	if base, ok := t.base.(interface{ CloseIdleConnections() }); ok {
		base.CloseIdleConnections()
	}
}

// sendingOf finds the request among those of its call, nil if it is not of one.
func sendingOf(req *http.Request) *sending {
	if c, ok := req.Context().Value(callKey{}).(*call); ok {
		return c.sending.Load()
	}
	return nil
}

// tame takes out of an answer what would hold up or mislead its reader.
func tame(req *http.Request, resp *http.Response) {
	if resp.Body == nil || resp.StatusCode == http.StatusSwitchingProtocols {
		// The body of 101 is the connection, which no context ends.
		if resp.Body != nil {
			_ = resp.Body.Close()
		}
		resp.Body = http.NoBody
	}
	if resp.StatusCode/100 == 3 {
		if _, err := req.URL.Parse(resp.Header.Get("Location")); err != nil {
			// http.Client would make an error without a status of this answer.
			resp.Header.Del("Location")
		}
	}
}

// sending is one request on its way through the base transport, whose goroutines
// write to it, even after the request has been given up.
type sending struct {
	trace    httptrace.ClientTrace
	conn     atomic.Pointer[net.Conn] // the last one
	progress atomic.Int32             // on the last connection
	written  atomic.Int32             // how often the whole request was written
	broken   atomic.Bool              // a part of it was written
	fate     atomic.Int32             // once the request has failed
	through  atomic.Pointer[renewed]  // the transport, should it not return
}

// How far a request got.
const (
	handedOver = iota // to a transport that may or may not report more
	connecting
	connected
)

// The fate of a request that got no answer.
const (
	unknown     = iota // the API may have got it
	notSent            // there was no connection to send it on
	unreachable        // likewise, because none could be made
	rejected           // the connection was closing, and surely did not take it
)

func (s *sending) traced(ctx context.Context) context.Context {
	s.trace.GetConn = func(string) { s.progress.Store(connecting) }
	s.trace.GotConn = func(info httptrace.GotConnInfo) {
		s.conn.Store(&info.Conn)
		s.progress.Store(connected)
	}
	s.trace.WroteRequest = func(info httptrace.WroteRequestInfo) {
		if info.Err != nil {
			s.broken.Store(true)
			return
		}
		s.written.Add(1)
	}
	return httptrace.WithClientTrace(ctx, &s.trace)
}

var errRepeat = errors.New("the connection failed after the request was sent")

// again is the GetBody of a request on a connection that net/http finds dead. It
// refuses if the request was written, or if it is not on HTTP/1, where net/http
// has said that nothing was.
func (s *sending) again(get func() (io.ReadCloser, error)) (io.ReadCloser, error) {
	conn := s.conn.Load()
	if conn == nil || s.written.Load() > 0 {
		return nil, errRepeat
	}
	if secure, ok := (*conn).(*tls.Conn); ok && secure.ConnectionState().NegotiatedProtocol == "h2" {
		return nil, errRepeat
	}
	return get()
}

// failed sets the fate, given the error of the transport.
func (s *sending) failed(err error) {
	progress, written := s.progress.Load(), s.written.Load()
	fate := unknown
	switch {
	case written > 1:
	case isRejection(err), written == 0 && !s.broken.Load() && isUnwritten(err):
		fate = rejected
	case written == 1 || progress == connected:
	case isDialError(err):
		fate = unreachable
	case progress == connecting:
		fate = notSent
	}
	s.fate.Store(int32(fate))
}

// isDialError reports whether err says that no connection could be made.
func isDialError(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && (op.Op == "dial" || op.Op == "proxyconnect")
}

// isRejection reports whether err is net/http's for a request that an HTTP/2 peer
// has declared unprocessed: a GOAWAY whose last stream came before it, or the code
// REFUSED_STREAM (RFC 9113, section 8.7). There are no types for that. Nothing in
// these texts comes from the peer, and a test holds them against a real server.
func isRejection(err error) bool {
	_, reason, ok := strings.Cut(err.Error(), "http2: Transport: cannot retry err [")
	reason, _, closed := strings.Cut(reason, "] after Request.Body was written;")
	return ok && closed && (reason == "http2: Transport received Server's graceful shutdown GOAWAY" ||
		strings.HasPrefix(reason, "stream error: stream ID ") && strings.HasSuffix(reason, "; REFUSED_STREAM; received from peer"))
}

// isUnwritten reports whether err is net/http's for a request that waited for its turn on
// an HTTP/2 connection which closed before. net/http would send it on another one but
// for its body, which it has closed. Over HTTP/1 it needs GetBody before it says so.
func isUnwritten(err error) bool {
	return err.Error() == "net/http: cannot rewind body after connection loss"
}

// proxyAnswer is the error of a connection for which a proxy refused a tunnel.
type proxyAnswer int

func (status proxyAnswer) Error() string {
	return strings.TrimSpace(fmt.Sprintf("the proxy answered CONNECT with %d %s", int(status), http.StatusText(int(status))))
}

// refusedTunnel is the hook of our own transport for the answer to CONNECT.
func refusedTunnel(_ context.Context, _ *url.URL, _ *http.Request, resp *http.Response) error {
	if resp.StatusCode == http.StatusOK {
		return nil
	}
	return &net.OpError{Op: "proxyconnect", Net: "tcp", Err: proxyAnswer(resp.StatusCode)}
}

// named gives the refusal of a tunnel a type on a transport without the hook, where
// net/http has only the proxy's words for its status. To repeat it is as safe as to
// repeat a failed dial.
func named(err error) error {
	for status := 300; status < 600; status++ {
		if text := http.StatusText(status); text != "" && text == err.Error() {
			return &net.OpError{Op: "proxyconnect", Net: "tcp", Err: proxyAnswer(status)}
		}
	}
	return err
}

func closeBody(req *http.Request) {
	if req.Body != nil {
		_ = req.Body.Close()
	}
}
