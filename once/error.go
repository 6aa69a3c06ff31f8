package once

import (
	"errors"

	"github.com/umbrella-api/umbrella-go/api"
)

var (
	// ErrKeyReused: the key was used with another request. See [WithoutFields].
	ErrKeyReused = errors.New("once: the key was used with another request: use another key, or the same request")
	// ErrLinkExpired: see [LinkExpiredError].
	ErrLinkExpired = errors.New("once: the link has expired")
	// ErrUnknown: see [UnknownError].
	ErrUnknown = errors.New("once: unknown whether a session was opened")
	// ErrNotUnknown: Resolve was called for a key that is not unknown (any more).
	ErrNotUnknown = errors.New("once: the key is not unknown: there is nothing to resolve")
)

// LinkExpiredError says that the key's session was opened and its link has expired,
// or that [Opened] gave none. [Ledger.Renew] opens another session.
type LinkExpiredError struct {
	RequestID string // of the session
}

// Error implements error.
func (e *LinkExpiredError) Error() string {
	return ErrLinkExpired.Error() + ": Renew opens another one"
}

// Is reports whether target is [ErrLinkExpired].
func (e *LinkExpiredError) Is(target error) bool { return target == ErrLinkExpired }

// UnknownError says that the API may have opened a session for the key, and nobody
// knows: the answer was lost, or the process that sent the request was. The key is
// never sent again by itself. Find out, and tell [Ledger.Resolve].
type UnknownError struct {
	Err error // of the call, if it was this one; its text holds no personal data
}

// Error implements error.
func (e *UnknownError) Error() string {
	if e.Err != nil {
		return ErrUnknown.Error() + ": find out and call Resolve: " + e.Err.Error()
	}
	return ErrUnknown.Error() + ": find out and call Resolve"
}

// Is reports whether target is [ErrUnknown].
func (e *UnknownError) Is(target error) bool { return target == ErrUnknown }

// Unwrap returns the error of the call.
func (e *UnknownError) Unwrap() error { return e.Err }

// UnrecordedError says that a session was opened and the ledger could not be told.
// The link is good. Keep its request id: once the lease is over, the key is unknown,
// and [Ledger.Resolve] with [Opened] puts that right.
//
// If the call returned no link beside it, a person resolved the key while the
// request was on its way, and the session is one too many: do not hand it out.
type UnrecordedError struct {
	Link *api.SessionLink `json:"-"` // whose URL is a secret
	Err  error            // why it could not be recorded
}

// Error implements error, without the link.
func (e *UnrecordedError) Error() string {
	return "once: a session was opened, but not recorded: " + e.Err.Error()
}

// Unwrap returns what kept the ledger from recording the session.
func (e *UnrecordedError) Unwrap() error { return e.Err }
