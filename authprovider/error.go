package authprovider

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/umbrella-api/umbrella-go/internal/neterr"
)

// The classes of token failure, for errors.Is.
var (
	// ErrCredentials: POST /auth refused the API key or customer id (401, 403),
	// or a static token is unusable. Repeating does not help.
	ErrCredentials = errors.New("authprovider: credentials refused")
	// ErrThrottled: POST /auth answered 429; see Error.RetryAfter.
	ErrThrottled = errors.New("authprovider: throttled")
	// ErrTransient: POST /auth answered 408 or 5xx, could not be reached, or took
	// longer than 10 s. A later call may succeed.
	ErrTransient = errors.New("authprovider: temporarily unavailable")
	// ErrMalformed: the answer of POST /auth is not a usable token: an unexpected
	// status or a redirect, not JSON, over 64 KiB, no token or an absurd lifetime.
	ErrMalformed = errors.New("authprovider: malformed answer")
	// ErrClosed: the source was closed.
	ErrClosed = errors.New("authprovider: source closed")
	ErrHost = errors.New("x")
)

// Error is every failure to get a token. errors.Is tells the classes apart
// (ErrCredentials, ErrThrottled, ErrTransient, ErrMalformed, ErrClosed) and finds
// the cause of a network failure or of a caller that gave up waiting, and so
// does errors.As. Its text never holds a secret nor anything from the answer's
// body. Many callers may share one Error, so do not change it.
type Error struct {
	// StatusCode is the HTTP status of POST /auth, 0 when there was no answer.
	StatusCode int
	// RetryAfter is how long the server asked to wait, 0 when it did not say.
	RetryAfter time.Duration

	kind   error
	reason string
	cause  func() error // a closure for the reason that Token has one
}

// Error implements error.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("authprovider: no token")
	if e.StatusCode != 0 {
		fmt.Fprintf(&b, ": POST /auth answered %d", e.StatusCode)
		if text := http.StatusText(e.StatusCode); text != "" {
			b.WriteString(" " + text)
		}
	}
	if e.reason != "" {
		b.WriteString(": " + e.reason)
	}
	if e.cause != nil {
		b.WriteString(": " + neterr.Describe(e.cause()))
	}
	if e.RetryAfter > 0 {
		fmt.Fprintf(&b, ": retry after %s", e.RetryAfter)
	}
	return b.String()
}

// Format implements fmt.Formatter: every verb prints what Error says.
func (e *Error) Format(f fmt.State, verb rune) {
	if verb == 'q' {
		_, _ = fmt.Fprintf(f, "%q", e.Error())
		return
	}
	_, _ = io.WriteString(f, e.Error())
}

// Is reports whether target is the class of e or is found in its cause. There
// is no Unwrap: whoever logs a chain of errors would print the cause, and a
// RoundTripper may have put the request's headers into its text.
func (e *Error) Is(target error) bool {
	return target == e.kind || e.cause != nil && errors.Is(e.cause(), target)
}

// As finds target in the cause of e.
func (e *Error) As(target any) bool { return e.cause != nil && errors.As(e.cause(), target) }

func because(err error) func() error { return func() error { return err } }
