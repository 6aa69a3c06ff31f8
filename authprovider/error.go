package authprovider

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/umbrella-api/umbrella-go/internal/httpkit"
)

// The classes of token failure, for errors.Is.
var (
	// ErrCredentials is 400, 401, 403, or a static token that is unusable: repeating does not help.
	ErrCredentials = errors.New("authprovider: credentials refused")
	// ErrThrottled is 429: see Error.RetryAfter.
	ErrThrottled = errors.New("authprovider: throttled")
	// ErrTransient is 408, 5xx, not reached, or not within 10 s: a later call may succeed.
	ErrTransient = errors.New("authprovider: temporarily unavailable")
	// ErrMalformed is another status, a redirect, or no usable token in at most 64 KiB of JSON.
	ErrMalformed = errors.New("authprovider: malformed answer")
	// ErrClosed means that Close was called.
	ErrClosed = errors.New("authprovider: source closed")
)

// ErrHost is the error of a Transport for a request to another scheme, host or port than its server's.
var ErrHost = errors.New("authprovider: refusing to send the token to another server")

// Error is every failure to get a token. errors.Is finds its class and its cause, errors.As its
// cause. However it is printed, it shows the status and words of this package only. Many callers
// may share one Error, so do not change it.
type Error struct {
	StatusCode int           // of POST /auth, 0 when there was no answer
	RetryAfter time.Duration // how long the server asked to wait, 0 when it did not say

	kind   error
	reason string
	cause  func() error // fmt prints no functions
}

// Error implements error.
func (e *Error) Error() string {
	text := "authprovider: no token"
	if e.StatusCode != 0 {
		status := fmt.Sprintf("%d %s", e.StatusCode, http.StatusText(e.StatusCode))
		text += ": POST /auth answered " + strings.TrimSpace(status)
	}
	if e.reason != "" {
		text += ": " + e.reason
	}
	if e.cause != nil {
		text += ": " + httpkit.Describe(e.cause())
	}
	if e.RetryAfter > 0 {
		text += fmt.Sprintf(": retry after %s", e.RetryAfter)
	}
	return text
}

// Format implements fmt.Formatter: every verb prints what Error says.
func (e *Error) Format(f fmt.State, verb rune) {
	if verb != 'q' {
		verb = 's'
	}
	_, _ = fmt.Fprintf(f, "%"+string(verb), e.Error())
}

// Is reports whether target is the class of e or is found in its cause. There is no Unwrap: whoever
// logs a chain would print the cause, and a RoundTripper may have put the headers into its text.
func (e *Error) Is(target error) bool {
	return target == e.kind || e.cause != nil && errors.Is(e.cause(), target)
}

// As finds target in the cause of e.
func (e *Error) As(target any) bool { return e.cause != nil && errors.As(e.cause(), target) }

func because(err error) func() error { return func() error { return err } }

// named says what err is about, if there is one.
func named(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("authprovider: %s: %w", what, err)
}
