package umbrella

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

// call is what the links learn about one call, for its Error and its log. It is
// the context of the call's requests too: that is how the links find it.
type call struct {
	context.Context

	operation    string // the last segment of path
	method, path string
	attempt      int
	wait         time.Duration // before this attempt
	sent         bool          // the API may have got the last attempt, which failed
	header       http.Header   // of the last attempt, with the token
	ended        error         // why a wait for the next attempt ended early
	body         body          // of the last answer
}

type callKey struct{}

func (c *call) Value(key any) any {
	if key == (callKey{}) {
		return c
	}
	return c.Context.Value(key)
}

// callOf returns the call that req belongs to. Below the link deadline there
// always is one.
func callOf(req *http.Request) *call {
	c, _ := req.Context().Value(callKey{}).(*call)
	return c
}

// tracker stands right above the base transport, below the token exchange. It
// tells whether the API may have got a request, by httptrace and not by a wrapped
// body, for which net/http would send the header in a packet of its own.
type tracker struct {
	base  http.RoundTripper
	tells bool // base is known to report every connection
}

func (t tracker) RoundTrip(req *http.Request) (*http.Response, error) {
	c := callOf(req)
	c.header = req.Header
	if err := c.Err(); err != nil {
		if req.Body != nil {
			_ = req.Body.Close()
		}
		return nil, err
	}
	up := &upload{}
	if t.tells {
		up.progress.Store(connecting)
	}
	up.trace.GetConn = func(string) { up.progress.Store(connecting) }
	up.trace.GotConn = func(httptrace.GotConnInfo) { up.progress.Store(connected) }
	up.trace.WroteRequest = func(info httptrace.WroteRequestInfo) { up.written.Store(up.written.Load() || info.Err == nil) }
	req = req.WithContext(httptrace.WithClientTrace(req.Context(), &up.trace))
	if get := req.GetBody; get != nil {
		req.GetBody = func() (io.ReadCloser, error) { return up.again(get) }
	}
	resp, err := t.base.RoundTrip(req)
	if err == nil && resp == nil {
		err = errors.New("the http.RoundTripper returned neither an answer nor an error")
	}
	if err != nil {
		c.sent = up.sent(err)
		return nil, err
	}
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
	return resp, nil
}

// errRepeat ends a request that net/http wanted to send a second time.
var errRepeat = errors.New("the connection failed after the request was sent")

// upload is one request on its way. The transport's goroutines write to it.
type upload struct {
	trace    httptrace.ClientTrace
	progress atomic.Int32 // on the last connection
	written  atomic.Bool  // on any connection
}

const (
	handedOver = iota // to a transport that may or may not report more
	connecting
	connected
)

// sent reports whether the API may have got the request, given the error of the
// transport.
func (u *upload) sent(err error) bool {
	progress := u.progress.Load()
	return u.written.Load() || progress == connected || progress == handedOver && !isDialError(err)
}

// again is the GetBody of net/http, which would repeat a POST on its own that the
// server may have processed: on HTTP/2 after RST_STREAM, on HTTP/1.1 if an editor
// has set Idempotency-Key, which the API is not known to honour.
func (u *upload) again(get func() (io.ReadCloser, error)) (io.ReadCloser, error) {
	if u.written.Load() || u.progress.Load() == handedOver {
		return nil, errRepeat
	}
	return get()
}
