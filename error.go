package umbrella

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/umbrella-api/umbrella-go/authprovider"
	"github.com/umbrella-api/umbrella-go/internal/neterr"
)

// What an [Error] answers to in errors.Is. A failure to get a token is an
// *authprovider.Error, which errors.As finds inside.
var (
	// ErrInvalidRequest: the request was refused, by the API (400) or by Validate.
	ErrInvalidRequest = errors.New("umbrella: invalid request")
	// ErrUnauthorized: 401, also with a token fetched anew.
	ErrUnauthorized = errors.New("umbrella: unauthorized")
	// ErrForbidden: 403.
	ErrForbidden = errors.New("umbrella: forbidden")
	// ErrNotFound: 404, which points to a wrong server URL.
	ErrNotFound = errors.New("umbrella: not found")
	// ErrRateLimited: 429, after all attempts; see Error.RetryAfter.
	ErrRateLimited = errors.New("umbrella: rate limited")
	// ErrServer: any 5xx.
	ErrServer = errors.New("umbrella: server error")
	// ErrInvalidResponse: a 2xx that is not what openapi.yaml promises. A session
	// may exist; the raw answer is in Error.Body.
	ErrInvalidResponse = errors.New("umbrella: invalid response")
	// ErrUnsuccessful: a 2xx whose body says "status": false.
	ErrUnsuccessful = errors.New("umbrella: unsuccessful")
	// ErrResponseTooLarge: the body is longer than WithMaxResponseBytes allows.
	ErrResponseTooLarge = errors.New("umbrella: response too large")
)

// Error is every failed call but one that [Validate] refused. Its text in all forms
// (Error, every fmt verb, JSON, slog) leaves out tokens, credentials, bodies,
// headers and what the request held. The cause of a transport failure is found
// with errors.Is and errors.As; its own text is the network's and may say more.
type Error struct {
	// StatusCode is the HTTP status that answered the last attempt, 0 if none did.
	StatusCode int
	// Message is the server's explanation, at most 512 bytes. It is "" if there
	// was none, or if it holds a URL, a credential or anything from the request.
	Message string
	// RetryAfter is how long the server asked to wait, 0 if it did not say.
	RetryAfter time.Duration
	// Header and Body are the last answer's, raw. They may hold personal data or
	// a session URL: do not log them. Body is capped (WithMaxResponseBytes).
	Header http.Header
	Body   []byte
	// Attempts is how many requests were tried, those that could not be sent
	// included. It is 0 if the call did not get that far: a request editor failed,
	// the context is nil, or the Client was not made with New.
	Attempts int
	// Method and Path are the request's, for example POST and
	// "/api/services/onboarding/createSessionLink".
	Method, Path string
	// MaybeProcessed is true when the API may have processed the request, and so
	// may have opened and billed a session, although this call failed.
	MaybeProcessed bool

	operation string
	kind      error  // ErrInvalidResponse, ErrUnsuccessful or nil
	reason    string // what is wrong with the answer
	cause     error
}

// unsent makes the Error of a call that never got as far as a request.
func unsent(reason string, cause error) *Error {
	return &Error{operation: "createSessionLink", reason: reason, cause: cause}
}

// kindOf is the sentinel of a status that has one of its own.
func kindOf(status int) error {
	switch status {
	case http.StatusBadRequest:
		return ErrInvalidRequest
	case http.StatusUnauthorized:
		return ErrUnauthorized
	case http.StatusForbidden:
		return ErrForbidden
	case http.StatusNotFound:
		return ErrNotFound
	case http.StatusTooManyRequests:
		return ErrRateLimited
	}
	return nil
}

// Is reports whether target is one of the sentinels that e answers to.
func (e *Error) Is(target error) bool {
	if target == ErrServer {
		return e.StatusCode >= 500
	}
	return target != nil && (target == e.kind || target == kindOf(e.StatusCode))
}

// Unwrap returns the transport, token or context error behind e, if any.
func (e *Error) Unwrap() error { return e.cause }

// Error implements error. It names the operation, what happened, and what to do.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "umbrella: %s: ", e.operation)
	switch {
	case e.StatusCode != 0:
		b.WriteString(strings.TrimSpace(fmt.Sprintf("%d %s", e.StatusCode, http.StatusText(e.StatusCode))))
	case e.Attempts == 0:
		b.WriteString("not sent")
	default:
		b.WriteString("no answer")
	}
	if e.Message != "" {
		fmt.Fprintf(&b, ": %q", e.Message)
	}
	if e.reason != "" {
		b.WriteString(": " + e.reason)
	}
	if e.cause != nil {
		b.WriteString(": " + describe(e.cause))
	}
	if e.Attempts > 1 {
		fmt.Fprintf(&b, " (%d attempts)", e.Attempts)
	}
	if hint := e.hint(); hint != "" {
		b.WriteString("; " + hint)
	}
	if e.MaybeProcessed {
		b.WriteString("; a session may have been opened: check before you call again")
	}
	return b.String()
}

func (e *Error) hint() string {
	switch {
	case e.RetryAfter > 0:
		return fmt.Sprintf("retry after %s", e.RetryAfter)
	case e.StatusCode >= 300 && e.StatusCode < 400:
		return "redirects are not followed: check the server URL"
	}
	switch e.StatusCode {
	case http.StatusBadRequest:
		return "the API gives no reason: check each field against openapi.yaml"
	case http.StatusUnauthorized:
		return "check the credentials and that they belong to this server"
	case http.StatusForbidden:
		return "these credentials may not use this service"
	case http.StatusNotFound:
		return "check the server URL"
	case http.StatusTooManyRequests:
		return "retry later, and slower"
	}
	return ""
}

// Format implements fmt.Formatter: every verb prints what Error says. It and the
// next two are for values too, so that not even a copy gives its fields away.
func (e Error) Format(f fmt.State, verb rune) {
	if verb == 'q' {
		_, _ = fmt.Fprintf(f, "%q", e.Error())
		return
	}
	_, _ = io.WriteString(f, e.Error())
}

// MarshalJSON implements json.Marshaler with the text of Error, as a string.
func (e Error) MarshalJSON() ([]byte, error) { return json.Marshal(e.Error()) }

// describe puts an error into words that are safe to log. An error from below,
// such as one of package contract, vouches for its own with a method Discreet.
func describe(err error) string {
	var token *authprovider.Error
	var discreet interface{ Discreet() string }
	switch {
	case errors.As(err, &token):
		return token.Error()
	case errors.As(err, &discreet):
		return discreet.Discreet()
	case errors.Is(err, ErrResponseTooLarge):
		return "the response body is over the limit of WithMaxResponseBytes"
	case errors.Is(err, errRepeat):
		return errRepeat.Error()
	}
	return neterr.Describe(err)
}

// failed makes the Error of a call whose last attempt got no answer.
func (c *call) failed(err error) *Error {
	if outer, ok := err.(*url.Error); ok {
		err = outer.Err // without the URL, which could have a query
	}
	if ended := c.Err(); ended != nil && !errors.Is(err, ended) {
		// net/http answers with context.Cause, which may be anything.
		err = fmt.Errorf("%w: %w", ended, err)
	}
	return &Error{
		operation: c.operation, Method: c.method, Path: c.path, Attempts: c.attempt,
		MaybeProcessed: c.sent, cause: err,
	}
}

// processed reports whether a request that was answered like this may have been
// processed. openapi.yaml knows 200, 400 and 401; the rest is RFC 9110, and
// where that leaves it open, or servers are known to differ: yes.
func processed(resp *http.Response) bool {
	switch code := resp.StatusCode; {
	case code == http.StatusTemporaryRedirect || code == http.StatusPermanentRedirect:
		return false // the other server is to do it
	case code == http.StatusRequestTimeout || code == 499: // also said when the server behind a proxy is late
		return true
	case code == http.StatusServiceUnavailable:
		_, refused := refusal(resp)
		return !refused
	default:
		return code < 400 || code >= 500
	}
}
