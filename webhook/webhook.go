// Package webhook receives the events that the Umbrella API sends about signing sessions.
//
// An event is a hint, and getVerification is the truth. Payload, order and repeats are not documented.
// Take delivery for at least once, unordered, and possibly early: before CreateSessionLink has returned
// the id that the event is about (upstream's documentation: the first are sent at creation). So note
// the event, return nil, and ask getVerification afterwards, as the example does. Ask it now and then
// without an event too: that a lost one is sent again is inference.
//
// A [Receiver] bounds bodies and handlers. The rest is for the http.Server: set ReadHeaderTimeout (5 s),
// IdleTimeout (60 s) and MaxHeaderBytes (16 KiB), and a WriteTimeout above 18 s (30 s) or none. The
// number of connections is for the proxy in front. Middleware needs an Unwrap method (see
// http.ResponseController); behind one without, as http.TimeoutHandler, set ReadTimeout too (10 s).
package webhook

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

const (
	maxBody    = 1 << 20
	readTime   = 10 * time.Second
	handleTime = 8 * time.Second // Umbrella gives the receivers of its other webhooks 10 s
	maxRunning = 256             // bounds what handlers that hang can hold
)

// Receiver is an http.Handler, safe for concurrent use. Its answers have no body:
//
//   - 204 when the handler has returned nil. Nothing is acknowledged that was not handled
//   - 503 when it fails, panics or takes longer than 8 s, and when 256 requests are in work, those
//     of handlers that have not returned included. That the sender then repeats is inference
//   - 405 for another method than POST
//   - 401 if a configured header is not there just once with an accepted value; the body is not read
//   - 415 for a body that is compressed or says that it is neither JSON nor plain text
//   - 413 for a body of more than 1 MiB, 408 for one that takes longer than 10 s, 400 for a cut one
type Receiver struct {
	authentic func(http.Header) bool
	handle    func(context.Context, Event) error
	running   chan struct{}
	log       *slog.Logger
}

// Option configures a [Receiver]. A value that makes no sense is an error of [NewReceiver].
type Option func(*Receiver)

// WithLogger writes a record for each request: at level debug what was handled or comes from
// strangers, else at level warn, and a panic of the handler at level error with its stack. There are
// no headers, no bodies, and neither the handler's errors nor what it panicked with: log those there.
func WithLogger(log *slog.Logger) Option {
	return func(r *Receiver) { r.log = log }
}

// NewReceiver returns a receiver that lets in requests with all of headers and hands their events to
// handle. Give it what configureWebhook got in metadata.authHeader (published in an example only; that
// the headers come back with each event is inference). A header with several values takes each of
// them: to rotate a secret, add the new value, configure it, and drop the old one later. Values are
// compared in constant time. The error says which header is not usable, and shows no value.
//
// handle is called from many goroutines. Its ctx ends after 8 s, or when the sender hangs up; it is
// not waited for then.
func NewReceiver(headers map[string][]string, handle func(ctx context.Context, e Event) error, opts ...Option) (*Receiver, error) {
	authentic, err := comparer(headers)
	r := &Receiver{authentic, handle, make(chan struct{}, maxRunning), slog.New(slog.DiscardHandler)}
	for _, opt := range opts {
		if opt == nil {
			return nil, errors.New("webhook: a nil Option")
		}
		opt(r)
	}
	switch {
	case err != nil:
		return nil, fmt.Errorf("webhook: %w", err)
	case handle == nil:
		return nil, errors.New("webhook: the handler is nil")
	case r.log == nil:
		return nil, errors.New("webhook: WithLogger: the logger is nil")
	}
	return r, nil
}

// ServeHTTP implements http.Handler.
func (r *Receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	// A refused body has the same time, for the server reads some of it when it closes the connection.
	limit := time.Now().Add(readTime)
	if http.NewResponseController(w).SetReadDeadline(limit) != nil {
		defer time.AfterFunc(readTime, func() { _ = req.Body.Close() }).Stop()
	}
	status, reason := r.admit(req), "refused"
	if status == http.StatusOK {
		status, reason = r.receive(w, req, limit)
	} else if req.ProtoMajor == 1 && req.ContentLength != 0 {
		w.Header().Set("Connection", "close") // or the server reads the body before it answers
	}
	if status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", http.MethodPost)
	}
	level := slog.LevelWarn
	if status == http.StatusNoContent || status == http.StatusUnauthorized || status == http.StatusMethodNotAllowed {
		level = slog.LevelDebug
	}
	r.log.LogAttrs(req.Context(), level, "webhook: "+reason, slog.Int("status", status))
	w.WriteHeader(status)
}

// admit returns 200 for a request whose body is to be read, which then counts as running.
func (r *Receiver) admit(req *http.Request) int {
	switch {
	case req.Method != http.MethodPost:
		return http.StatusMethodNotAllowed
	case !r.authentic(req.Header):
		return http.StatusUnauthorized
	case !readable(req.Header):
		return http.StatusUnsupportedMediaType
	case req.ContentLength > maxBody:
		return http.StatusRequestEntityTooLarge
	}
	select {
	case r.running <- struct{}{}:
		return http.StatusOK
	default:
		return http.StatusServiceUnavailable
	}
}

// readable is generous, because the media type of the events is not documented: no type passes, and
// so does what many clients say of a string.
func readable(header http.Header) bool {
	mediaType, _, _ := mime.ParseMediaType(cmp.Or(header.Get("Content-Type"), "application/json"))
	isText := slices.Contains([]string{"application/json", "text/json", "text/plain"}, mediaType)
	return (isText || strings.HasSuffix(mediaType, "+json")) && cmp.Or(header.Get("Content-Encoding"), "identity") == "identity"
}

// receive reads and handles an event, and returns the status to answer and why.
func (r *Receiver) receive(w http.ResponseWriter, req *http.Request, limit time.Time) (int, string) {
	body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, maxBody))
	if err != nil {
		<-r.running
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return http.StatusRequestEntityTooLarge, "the body is too large"
		}
		if !time.Now().Before(limit) {
			return http.StatusRequestTimeout, "the body took too long"
		}
		return http.StatusBadRequest, "the body is cut"
	}
	if !r.run(req.Context(), parse(body)) {
		return http.StatusServiceUnavailable, "not handled"
	}
	return http.StatusNoContent, "handled"
}

// run reports whether the handler has returned nil. It does not wait for one that hangs.
func (r *Receiver) run(ctx context.Context, e Event) bool {
	ctx, cancel := context.WithTimeout(ctx, handleTime)
	defer cancel()
	done := make(chan bool, 1)
	go func() {
		handled := false // unless the handler returns: it can also panic or end its goroutine
		defer func() {
			if recover() != nil {
				r.log.ErrorContext(ctx, "webhook: the handler panicked", "stack", string(debug.Stack()))
			}
			<-r.running
			done <- handled
		}()
		handled = r.handle(ctx, e) == nil
	}()
	select {
	case handled := <-done:
		return handled
	case <-ctx.Done():
		return false
	}
}
