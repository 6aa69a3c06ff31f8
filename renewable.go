package umbrella

import (
	"net/http"
	"sync/atomic"

	"github.com/umbrella-api/umbrella-go/internal/bounded"
)

// renewable is an http.Transport that is replaced by a copy of itself when it hangs:
// an HTTP/2 peer that overflows a window makes that of Go 1.26 wait for its own lock
// for ever, in this request and in all that follow.
type renewable struct {
	current atomic.Pointer[version]
}

// version is the transport or one of its copies.
type version struct{ it *http.Transport }

func newRenewable(t *http.Transport) *renewable {
	r := &renewable{}
	r.current.Store(&version{t})
	return r
}

// use returns the present transport, nil of a nil r.
func (r *renewable) use() *version {
	if r == nil {
		return nil
	}
	return r.current.Load()
}

// leave replaces a transport that hangs, unless it has been replaced already.
func (r *renewable) leave(t *version) {
	if r != nil {
		r.current.CompareAndSwap(t, &version{t.it.Clone()})
	}
}

// RoundTrip is for requests that are not of a call, which is given up as a whole. It
// returns a moment after the end of their context at the latest.
func (r *renewable) RoundTrip(req *http.Request) (*http.Response, error) {
	var resp *http.Response
	var err error
	var panicked any
	used := r.use()
	if !bounded.Run(req.Context(), overdue, &panicked, func() { resp, err = used.it.RoundTrip(req) }) {
		r.leave(used)
		return nil, req.Context().Err()
	}
	if panicked != nil {
		panic(panicked) // of the caller's own code, who cannot recover from it in another goroutine
	}
	return resp, err
}

func (r *renewable) CloseIdleConnections() { r.use().it.CloseIdleConnections() }
