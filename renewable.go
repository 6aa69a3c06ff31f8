package umbrella

import (
	"net/http"
	"sync/atomic"
)

// renewable is an http.Transport that is replaced by a copy of itself when it hangs:
// an HTTP/2 peer that overflows a window makes that of Go 1.26 wait for its own lock
// for ever, in this call and in all that follow.
type renewable struct {
	current atomic.Pointer[renewed]
}

// renewed is the transport that is, or was, in a place.
type renewed struct {
	place *renewable
	it    *http.Transport
}

// newRenewable returns base as it is if it is no http.Transport.
func newRenewable(base http.RoundTripper) http.RoundTripper {
	t, ok := base.(*http.Transport)
	if !ok {
		return base
	}
	r := &renewable{}
	r.current.Store(&renewed{r, t})
	return r
}

func (r *renewable) RoundTrip(req *http.Request) (*http.Response, error) {
	now := r.current.Load()
	if s := sendingOf(req); s != nil {
		s.through.Store(now)
	}
	return now.it.RoundTrip(req)
}

func (r *renewable) CloseIdleConnections() { r.current.Load().it.CloseIdleConnections() }

// replace leaves the transport behind, unless another call has done so.
func (t *renewed) replace() { t.place.current.CompareAndSwap(t, &renewed{t.place, t.it.Clone()}) }
