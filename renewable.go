package umbrella

import (
	"net/http"
	"strings"
	"sync"

	"github.com/umbrella-api/umbrella-go/internal/bounded"
)

// renewable is an http.Transport that is replaced by a copy of itself when it hangs:
// an HTTP/2 peer that overflows a window makes that of Go 1.26 wait for its own lock
// for ever, in this request and in all that follow.
type renewable struct {
	mu      sync.Mutex
	current *http.Transport
}

// speaksHTTP2 reports whether t may come to speak HTTP/2 with server.
func speaksHTTP2(t *http.Transport, server string) bool {
	if t.Protocols == nil {
		return strings.HasPrefix(server, "https:")
	}
	return t.Protocols.HTTP2() || t.Protocols.UnencryptedHTTP2()
}

// use returns the present transport, nil of a nil r.
func (r *renewable) use() *http.Transport {
	if r == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.current
}

// leave replaces a transport that hangs, unless it has been replaced already.
func (r *renewable) leave(t *http.Transport) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.current == t {
		r.current = t.Clone()
	}
}

// RoundTrip is for requests that are not of a call, which is given up as a whole. It
// returns a moment after the end of their context at the latest, and before a download
// is given up, so that what follows has another transport.
func (r *renewable) RoundTrip(req *http.Request) (*http.Response, error) {
	var resp *http.Response
	var err error
	var panicked any
	used := r.use()
	if !bounded.Run(req.Context(), overdue/5, &panicked, func() { resp, err = used.RoundTrip(req) }) {
		r.leave(used)
		return nil, req.Context().Err()
	}
	if panicked != nil {
		panic(panicked) // of the caller's own code, who cannot recover from it in another goroutine
	}
	return resp, err
}

func (r *renewable) CloseIdleConnections() { r.use().CloseIdleConnections() }
