package umbrella

import (
	"errors"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"github.com/umbrella-api/umbrella-go/authprovider"
)

// call is what the links learn about one call, for its Error and its log.
type call struct {
	operation string
	method    string
	path      string
	attempt   int
	wait      time.Duration // before this attempt
	progress  atomic.Int32  // of this attempt; the transport's goroutines write it
}

type callKey struct{}

// How far an attempt got.
const (
	notSent    = iota
	handedOver // to a transport that may or may not tell more
	connecting
	connected // from here on the server may have the request
)

// sent reports whether the server may have received the last attempt, given the
// error that ended it.
func (c *call) sent(err error) bool {
	var token *authprovider.Error
	switch {
	case errors.As(err, &token):
		return false
	case c.progress.Load() == handedOver:
		return !isDialError(err)
	}
	return c.progress.Load() == connected
}

// tracker stands right above the base transport, below the token exchange, and
// notes how far an attempt gets.
type tracker struct{ base http.RoundTripper }

func (t tracker) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	if err := ctx.Err(); err != nil {
		if req.Body != nil {
			_ = req.Body.Close()
		}
		return nil, err
	}
	c, _ := ctx.Value(callKey{}).(*call)
	if c == nil {
		c = &call{}
	}
	c.progress.Store(handedOver)
	req = req.WithContext(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { c.progress.Store(connecting) },
		GotConn: func(httptrace.GotConnInfo) { c.progress.Store(connected) },
	}))
	if req.Header["Idempotency-Key"] != nil || req.Header["X-Idempotency-Key"] != nil {
		// net/http would take these as leave to repeat a POST on its own, but the
		// API is not known to honour them.
		req.GetBody = nil
	}
	return t.base.RoundTrip(req)
}

// CloseIdleConnections passes the call of http.Client on to the base transport.
func (t tracker) CloseIdleConnections() {
	if c, ok := t.base.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}
