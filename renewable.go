package umbrella

import (
	"net/http"
	"sync/atomic"
)

// renewable is an http.Transport that is replaced by a copy of itself when it hangs:
// an HTTP/2 peer that overflows a window makes that of Go 1.26 wait for its own lock
// for ever, in this call and in all that follow.
type renewable struct {
	current atomic.Pointer[http.Transport]
}

// newRenewable returns base as it is if it is no http.Transport.
func newRenewable(base http.RoundTripper) http.RoundTripper {
	t, ok := base.(*http.Transport)
	if !ok {
		return base
	}
	r := &renewable{}
	r.current.Store(t)
	return r
}

func (r *renewable) RoundTrip(req *http.Request) (*http.Response, error) {
	t := r.current.Load()
	if s := sendingOf(req); s != nil {
		s.hung.Store(&hung{r, t})
	}
	return t.RoundTrip(req)
}

func (r *renewable) CloseIdleConnections() { r.current.Load().CloseIdleConnections() }

// hung is a transport that a call still waits for, and whose place it is in.
type hung struct {
	place *renewable
	it    *http.Transport
}

// replace leaves the transport behind, unless another call has done so.
func (h *hung) replace() { h.place.current.CompareAndSwap(h.it, h.it.Clone()) }
