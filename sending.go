package umbrella

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"

	"github.com/umbrella-api/umbrella-go/internal/httpkit"
)

// sender stands right above the base transport, below the token exchange. It tells
// what became of a request that got no answer, and keeps net/http from sending one
// twice: net/http repeats a POST on its own that the server may have processed, on
// HTTP/2 after RST_STREAM, on HTTP/1.1 if an editor has set Idempotency-Key.
type sender struct {
	base    http.RoundTripper
	renewed *renewable  // nil if it is not base
	tells   bool        // base is known to report every connection to httptrace
	plain   bool        // base is net/http's own, which repeats only what it could not write
	http1   atomic.Bool // the last answer came over HTTP/1
}

// callKey is the key of the one context value by which sender finds the call.
type callKey struct{}

func (t *sender) RoundTrip(req *http.Request) (*http.Response, error) {
	s := &sending{}
	c, _ := req.Context().Value(callKey{}).(*call)
	if before := c.sending.Load(); before != nil && before.resent.Load() && !c.safe() { // so not once more after 401
		closeBody(req)
		return nil, errResent
	}
	c.sending.Store(s)
	err := c.ctx.Err() // nothing leaves once a call may have returned
	if err == nil {
		err = req.Context().Err() // which may be an editor's
	}
	if err != nil {
		s.fate.Store(notSent)
		closeBody(req)
		return nil, err
	}
	if t.tells {
		s.progress.Store(connecting)
	}
	out := req.WithContext(s.traced(req.Context(), t.plain))
	out.GetBody = t.bodyAgain(req, s)
	if !c.safe() && (req.Body == nil || req.Body == http.NoBody) {
		out.Body = io.NopCloser(strings.NewReader("")) // net/http feels free to repeat what has no body
	}
	base := t.base
	if t.renewed != nil {
		base = t.renewed.use() // the call is given up as a whole
	}
	resp, err := base.RoundTrip(out)
	if err == nil && resp == nil {
		err = &ownError{reason: "the transport returned neither answer nor error"}
	}
	if err != nil {
		if s.progress.Load() == connecting {
			err = asProxyRefusal(err)
		}
		s.failed(err)
		return nil, err
	}
	t.http1.Store(resp.ProtoMajor == 1)
	tame(req, resp)
	return resp, nil
}

var errResent = &ownError{reason: "the transport repeats by itself: switch its retries off"}

// CloseIdleConnections passes the call of http.Client on to the base transport.
func (t *sender) CloseIdleConnections() {
	if base, ok := t.base.(interface{ CloseIdleConnections() }); ok {
		base.CloseIdleConnections()
	}
}

// bodyAgain is the GetBody by which net/http may send req again:
//
//	an idempotency key   none, or it would send again what the server may have processed
//	last answer HTTP/2   none, so that it gives its reason instead
//	last answer HTTP/1   again, for a kept connection that took nothing
func (t *sender) bodyAgain(req *http.Request, s *sending) func() (io.ReadCloser, error) {
	get, replayable := req.GetBody, req.Header["Idempotency-Key"] != nil || req.Header["X-Idempotency-Key"] != nil
	if get == nil || replayable || !t.http1.Load() {
		return nil
	}
	return func() (io.ReadCloser, error) { return s.again(get, t.plain) }
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
	written  atomic.Bool              // the whole request was written
	begun    atomic.Bool              // so was a part of it, or an answer has begun to come
	resent   atomic.Bool              // it got a connection again after it had begun
	fate     atomic.Int32             // once the request has failed
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

// traced has the request reported to s. Over HTTP/2 an answer may come before the report
// that its request was written, so a transport that repeats after answers is known by them.
func (s *sending) traced(ctx context.Context, plain bool) context.Context {
	s.trace.GetConn = func(string) { s.progress.Store(connecting) }
	s.trace.GotConn = func(info httptrace.GotConnInfo) {
		if s.begun.Load() {
			s.resent.Store(true)
		}
		s.conn.Store(&info.Conn)
		s.progress.Store(connected)
	}
	s.trace.WroteRequest = func(info httptrace.WroteRequestInfo) {
		s.begun.Store(true)
		if info.Err == nil && s.written.Swap(true) {
			s.resent.Store(true)
		}
	}
	if !plain {
		s.trace.GotFirstResponseByte = func() { s.begun.Store(true) }
	}
	return httptrace.WithClientTrace(ctx, &s.trace)
}

var errRepeat = &ownError{reason: "the connection failed after the request was sent"}

// again is the GetBody of a request on a connection that net/http finds dead before it
// took a byte. It refuses over HTTP/2, where net/http asks for other reasons too, and
// to other transports once the request was written, which net/http reports when it has
// only been buffered.
func (s *sending) again(get func() (io.ReadCloser, error), plain bool) (io.ReadCloser, error) {
	conn := s.conn.Load()
	if conn == nil || s.written.Load() && !plain {
		return nil, errRepeat
	}
	if secure, ok := (*conn).(*tls.Conn); ok && secure.ConnectionState().NegotiatedProtocol == "h2" {
		return nil, errRepeat
	}
	s.written.Store(false)
	s.begun.Store(false)
	return get()
}

// failed sets the fate, given the error of the transport.
func (s *sending) failed(err error) {
	progress, fate := s.progress.Load(), unknown
	switch {
	case s.resent.Load():
	case isRejection(err):
		fate = rejected
	case s.begun.Load() || progress == connected:
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

// isRejection reports whether err is net/http's for a request that an HTTP/2 peer has
// declared unprocessed, with a GOAWAY whose last stream came before it or with the code
// REFUSED_STREAM (RFC 9113, section 8.7), or that waited for its turn on a connection
// which closed before. There are no types for that. The text has to begin as net/http's
// do, since others of its texts quote the peer; tests hold it against real servers.
func isRejection(err error) bool {
	text := err.Error()
	reason, unsent := strings.CutPrefix(text, "http2: Transport: cannot retry err [")
	return text == "net/http: cannot rewind body after connection loss" || unsent &&
		(strings.HasPrefix(reason, "http2: Transport received Server's graceful shutdown GOAWAY") ||
			strings.HasPrefix(reason, "stream error: stream ID ") && strings.Contains(reason, "; REFUSED_STREAM; received from peer]"))
}

// refusedTunnel is the hook of our own transport for the answer to CONNECT.
func refusedTunnel(_ context.Context, _ *url.URL, _ *http.Request, resp *http.Response) error {
	if resp.StatusCode == http.StatusOK {
		return nil
	}
	return &net.OpError{Op: "proxyconnect", Net: "tcp", Err: &httpkit.ProxyError{Status: resp.StatusCode}}
}

// asProxyRefusal gives the refusal of a tunnel a type on a transport without the hook, where
// net/http has only the proxy's words for its status. To repeat it is as safe as to
// repeat a failed dial.
func asProxyRefusal(err error) error {
	for status := 300; status < 600; status++ {
		if text := http.StatusText(status); text != "" && text == err.Error() {
			return &net.OpError{Op: "proxyconnect", Net: "tcp", Err: &httpkit.ProxyError{Status: status}}
		}
	}
	return err
}

func closeBody(req *http.Request) {
	if req.Body != nil {
		_ = req.Body.Close()
	}
}
