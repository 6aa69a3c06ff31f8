package umbrella

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/umbrella-api/umbrella-go/api"
)

// call is what the links of the chain know of one call. One goroutine works on it;
// what is atomic is also read by one that gives the call up.
type call struct {
	*endpoint
	editors []api.RequestEditorFn
	ctx     context.Context // of the whole call; an editor may have given the request another

	attempts atomic.Int32            // begun so far
	sending  atomic.Pointer[sending] // the last request that got as far as the base transport

	wait       time.Duration // before the present attempt
	rejections int           // attempts whose fate is rejected
	ended      error         // why a wait for the next attempt ended early

	// How it ended. They are not to be read of a call that was given up.
	answer   *answer
	err      error
	panicked any
}

// answer is an HTTP answer whose body has been read.
type answer struct {
	status int
	header http.Header
	body   []byte
	err    error // why the body ended early, nil if it is whole
	resent bool  // the transport sent the request more than once
	http   *http.Response
}

// handler sends the request of a call, and is what the links of the chain are made of.
type handler func(*call, *http.Request) (*answer, error)

// maybeProcessed reports whether the API may have acted on the last attempt. A 4xx says
// that it did not, and so do 307 and 308 (RFC 9110), but for two that are said too when
// a server was late. Anything else leaves it open.
func (c *call) maybeProcessed(a *answer) bool {
	switch {
	case c.safe():
		return false
	case a == nil:
		s := c.sending.Load()
		return s != nil && s.fate.Load() == unknown
	case a.resent:
		return true // one of them was answered like this
	}
	switch a.status {
	case http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return false // the other server is to do it
	case http.StatusRequestTimeout, 499: // also said when the server behind a proxy is late
		return true
	}
	return a.status < 400 || a.status >= 500
}
