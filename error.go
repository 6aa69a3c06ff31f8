package umbrella

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/umbrella-api/umbrella-go/internal/httpkit"
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
	// ErrNotFound: 404: no such thing, or a wrong server URL.
	ErrNotFound = errors.New("umbrella: not found")
	// ErrConflict: 409.
	ErrConflict = errors.New("umbrella: conflict")
	// ErrGone: 410.
	ErrGone = errors.New("umbrella: gone")
	// ErrRequestTooLarge: 413, the request is longer than the API takes.
	ErrRequestTooLarge = errors.New("umbrella: request too large")
	// ErrUnsupportedMediaType: 415.
	ErrUnsupportedMediaType = errors.New("umbrella: unsupported media type")
	// ErrUnprocessable: 422.
	ErrUnprocessable = errors.New("umbrella: unprocessable request")
	// ErrRateLimited: 429, after all attempts; see Error.RetryAfter.
	ErrRateLimited = errors.New("umbrella: rate limited")
	// ErrServer: any 5xx.
	ErrServer = errors.New("umbrella: server error")
	// ErrInvalidResponse: a 2xx that is not what openapi.yaml promises. What was
	// asked for may have been done; the raw answer is Error.Body.
	ErrInvalidResponse = errors.New("umbrella: invalid response")
	// ErrUnsuccessful: a 2xx whose body says "status": false.
	ErrUnsuccessful = errors.New("umbrella: unsuccessful")
	// ErrResponseTooLarge: the body is longer than WithMaxResponseBytes allows, or the
	// document than WithMaxDocumentBytes.
	ErrResponseTooLarge = errors.New("umbrella: response too large")
)

// sentinel is the error that a status stands for, nil if there is none.
func sentinel(status int) error {
	switch status {
	case http.StatusBadRequest:
		return ErrInvalidRequest
	case http.StatusUnauthorized:
		return ErrUnauthorized
	case http.StatusForbidden:
		return ErrForbidden
	case http.StatusNotFound:
		return ErrNotFound
	case http.StatusConflict:
		return ErrConflict
	case http.StatusGone:
		return ErrGone
	case http.StatusRequestEntityTooLarge:
		return ErrRequestTooLarge
	case http.StatusUnsupportedMediaType:
		return ErrUnsupportedMediaType
	case http.StatusUnprocessableEntity:
		return ErrUnprocessable
	case http.StatusTooManyRequests:
		return ErrRateLimited
	}
	return nil
}

// Error is every failed call of an operation but one that [Validate] refused. Its text in all forms
// (Error, every fmt verb, JSON, slog) holds our own words, the operation and the
// status, and a message of the server only where openapi.yaml gives that very text
// as an example of an error; see [Error.Message] for any other. The cause of a
// failure is found with errors.Is and errors.As; its own text may say more.
type Error struct {
	// Operation is the document's name for what was called, for example
	// "createSessionLink".
	Operation string
	// Method and Path are the operation's: "POST" and "/onboarding/createSessionLink",
	// with parameters by name ("/sessions/{sessionId}") and without the server's path.
	Method, Path string
	// StatusCode is the HTTP status that answered the last attempt, 0 if none did.
	StatusCode int
	// RetryAfter is how long the server asked to wait, 0 if it did not say.
	RetryAfter time.Duration
	// Attempts is how many requests were tried, those that could not be sent
	// included. It is 0 if the call did not get that far: a request editor failed,
	// the context is nil, or the Client was not made with New.
	Attempts int
	// MaybeProcessed is true when the API may have done what it was asked for, and so
	// may have opened and billed a session, although this call failed. It is false
	// for GET and HEAD, which change nothing.
	MaybeProcessed bool

	// detail is a function because fmt, which skips the methods of unexported
	// fields, follows pointers but calls nothing.
	detail func() *detail
}

// detail is what an Error knows and does not print as it is.
type detail struct {
	kind   error  // ErrInvalidResponse, ErrUnsuccessful or nil
	reason string // what happened, in our own words
	cause  error
	header http.Header
	body   []byte
}

func (e *Error) details() *detail {
	if e.detail == nil {
		return &detail{}
	}
	return e.detail()
}

// newError makes the Error of a call that got no answer.
func (c *call) newError(reason string, cause error) *Error {
	d := &detail{reason: reason, cause: cause}
	return &Error{Operation: c.id, Method: c.method, Path: c.path, detail: func() *detail { return d }}
}

// unanswered makes the Error of a call whose last attempt got no answer.
func (c *call) unanswered(err error) *Error {
	if outer, ok := err.(*url.Error); ok {
		err = outer.Err // without the URL, which may hold personal data
	}
	e := c.newError("", err)
	e.Attempts, e.MaybeProcessed = int(c.attempts.Load()), c.maybeProcessed(nil)
	return e
}

// refused makes the Error of an answer that is no success, or not a valid one.
func (c *call) refused(a *answer, kind error, reason string) *Error {
	d := &detail{kind: kind, reason: reason, cause: c.ended, header: a.header, body: a.body}
	if a.err != nil {
		d.cause = a.err
	}
	after, _ := httpkit.RetryAfter(a.header, time.Now())
	return &Error{
		Operation: c.id, Method: c.method, Path: c.path, StatusCode: a.status, RetryAfter: after,
		Attempts: int(c.attempts.Load()), MaybeProcessed: c.maybeProcessed(a), detail: func() *detail { return d },
	}
}

// Is reports whether target is one of the sentinels that e answers to.
func (e *Error) Is(target error) bool {
	if target == ErrServer {
		return e.StatusCode >= 500
	}
	return target != nil && (target == e.details().kind || target == sentinel(e.StatusCode))
}

// Unwrap returns the error behind e, if any: of the transport, the token source, a
// request editor or the context. Its text may hold personal data.
func (e *Error) Unwrap() error { return e.details().cause }

// Message returns the server's explanation in one line of at most 512 bytes, "" if
// there was none. It may hold personal data: do not log it. Only "message" is in
// openapi.yaml; the other members in which it is looked for are those of the
// vendor's own client.
func (e *Error) Message() string { return message(e.details().body) }

// Header returns the header of the last answer, nil if there was none. It may hold
// personal data. It is not a copy.
func (e *Error) Header() http.Header { return e.details().header }

// Body returns the body of the last answer, raw and up to the limit of
// [WithMaxResponseBytes]. It may hold personal data or the URL of a session, which
// is a secret: do not log it. It is not a copy.
func (e *Error) Body() []byte { return e.details().body }

// Error implements error. It names the operation, what happened, and what to do.
func (e *Error) Error() string {
	d := e.details()
	text := "umbrella: " + e.Operation + ": " + e.outcome()
	if said := message(d.body); slices.Contains(documentedMessages, said) {
		text += `: "` + said + `"`
	}
	if d.reason != "" {
		text += ": " + d.reason
	}
	if d.cause != nil {
		text += ": " + describe(d.cause)
	}
	if e.Attempts > 1 {
		text += " (" + strconv.Itoa(e.Attempts) + " attempts)"
	}
	if hint := e.hint(); hint != "" {
		text += "; " + hint
	}
	if e.MaybeProcessed {
		text += "; it may have been processed all the same: check before you call again"
	}
	return text
}

func (e *Error) outcome() string {
	switch {
	case e.StatusCode != 0:
		return strings.TrimSpace(strconv.Itoa(e.StatusCode) + " " + http.StatusText(e.StatusCode))
	case e.Attempts == 0:
		return "not sent"
	}
	return "no answer"
}

func (e *Error) hint() string {
	switch {
	case e.RetryAfter > 0:
		return "retry after " + e.RetryAfter.String()
	case e.Path == "": // what answered is not the API
		return ""
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
		if strings.Contains(e.Path, "{") {
			return "check the id that was asked for, and the server URL"
		}
		return "check the server URL"
	case http.StatusTooManyRequests:
		return "retry later, and slower"
	}
	return ""
}

// Format implements fmt.Formatter: every verb prints what Error says. It and the
// next one are for values too, so that not even a copy gives its fields away.
func (e Error) Format(f fmt.State, verb rune) {
	if verb == 'q' {
		_, _ = fmt.Fprintf(f, "%q", e.Error())
		return
	}
	_, _ = io.WriteString(f, e.Error())
}

// MarshalJSON implements json.Marshaler with the text of Error, as a string.
func (e Error) MarshalJSON() ([]byte, error) { return json.Marshal(e.Error()) }
