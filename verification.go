package umbrella

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/authprovider"
)

// ErrNotSigned: there is no signed document. The error is a *[NotSignedError].
var ErrNotSigned = errors.New("umbrella: not signed")

// NotSignedError is a session that has ended without a signature, or for
// [Client.DownloadSigned] one without a signed document. errors.Is(err, ErrNotSigned)
// is true for it. No form of it prints personal data.
type NotSignedError struct {
	verification func() *api.Verification // a function, as fmt calls none
}

func notSigned(v *api.Verification) *NotSignedError {
	return &NotSignedError{func() *api.Verification { return v }}
}

// Verification returns the service's answer, nil for an error of your own making. It
// holds personal data: do not log it.
func (e NotSignedError) Verification() *api.Verification {
	if e.verification == nil {
		return nil
	}
	return e.verification()
}

// Error implements error. It names the status if it is one that is known.
func (e NotSignedError) Error() string {
	if v := e.Verification(); v != nil && hasEnded(v) {
		return "umbrella: the session has ended without a signature: its status is " + strings.ToLower(*v.Status)
	}
	return "umbrella: the session has no signed document"
}

// Is reports whether target is ErrNotSigned.
func (e NotSignedError) Is(target error) bool { return target == ErrNotSigned }

// Format implements fmt.Formatter: every verb prints what Error says.
func (e NotSignedError) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, e.Error()) }

// MarshalJSON implements json.Marshaler with the text of Error, as a string.
func (e NotSignedError) MarshalJSON() ([]byte, error) { return json.Marshal(e.Error()) }

// hasEnded reports whether the status says that nobody will sign any more. The
// vendor documents no such status; these are those of the service behind it, in
// capitals there, and their other spellings.
func hasEnded(v *api.Verification) bool {
	if v.Status == nil {
		return false
	}
	switch strings.ToLower(*v.Status) {
	case "failed", "expired", "cancelled", "canceled",
		"user_cancelled", "user_canceled", "operator_cancelled", "operator_canceled":
		return true
	}
	return false
}

// notYet is how long after the start of a wait 404 means that the session is not
// there yet.
const notYet = 30 * time.Second

// WaitOption configures [Client.WaitForVerification].
type WaitOption func(*waiting) error

// WithPollInterval bounds the waits between two questions. They grow from min, each
// drawn between a step and its double, but never above max. The defaults are 2 s
// and 30 s.
func WithPollInterval(min, max time.Duration) WaitOption {
	return func(w *waiting) error {
		if min <= 0 || max < min {
			return errors.New("WithPollInterval: need 0 < min <= max")
		}
		w.min, w.max = min, max
		return nil
	}
}

// WithWake asks at once whenever something can be received from wake, as from a
// webhook that says that the session has changed, and not before a Retry-After of
// the service has passed. A channel with room for one value needs no waiting sender:
//
//	select {
//	case wake <- struct{}{}:
//	default:
//	}
func WithWake(wake <-chan struct{}) WaitOption {
	return func(w *waiting) error {
		w.wake = wake
		return nil
	}
}

// WaitForVerification asks [Client.GetVerification] until the document is signed,
// and returns the answer that says so (isVerified is true). requestID is that of the
// session. It waits as long as ctx lasts, which without a deadline is for ever; a
// session link lives until its ExpiresAfter.
//
// A session that has ended without a signature (a status of failed, expired or
// cancelled, in any spelling that is known) is a *[NotSignedError]. Any other
// status, an answer with "status": false, and 404 in the first 30 s mean "not yet".
// Failures that may pass (the network, 408, 429, 5xx, a token that cannot be had for
// the moment) are waited out; all others, such as refused credentials, are returned
// at once as an *[Error] or *[ValidationError]. When ctx ends, the error wraps
// ctx.Err() and the last failure.
//
// Between two questions a wait has one timer and no goroutine of its own.
func (c *Client) WaitForVerification(ctx context.Context, requestID string, opts ...WaitOption) (*api.Verification, error) {
	w := waiting{min: 2 * time.Second, max: 30 * time.Second}
	for _, opt := range opts {
		if opt == nil {
			return nil, errors.New("umbrella: waiting for the verification: a nil WaitOption")
		}
		if err := opt(&w); err != nil {
			return nil, fmt.Errorf("umbrella: waiting for the verification: %w", err)
		}
	}
	w.step = w.min
	start := time.Now()
	var last error
	for {
		v, err := c.GetVerification(ctx, requestID)
		switch {
		case err == nil && v.IsVerified != nil && *v.IsVerified:
			return v, nil
		case err == nil && hasEnded(v):
			return nil, notSigned(v)
		case err == nil:
			last = nil
		case ctx == nil:
			return nil, err
		case ctx.Err() != nil:
			if last == nil { // else the failure before says more than a question that was cut off
				last = err
			}
		case !mayPass(err, time.Since(start)):
			return nil, err
		default:
			last = err
		}
		if ctx.Err() == nil {
			w.pause(ctx, retryAfter(err))
		}
		if ctx.Err() != nil {
			return nil, waitEnded(ctx.Err(), last)
		}
	}
}

func waitEnded(ended, last error) error {
	if last == nil {
		return fmt.Errorf("umbrella: waiting for the verification: %w: not signed yet", ended)
	}
	return fmt.Errorf("umbrella: waiting for the verification: %w; the last question failed: %w", ended, last)
}

// DownloadSigned downloads the signed document of a session: it asks GetVerification
// for it, and once more if the URL in the answer has expired. If nobody has signed
// (yet), the error is a *[NotSignedError]. A session with several signed documents is
// an error: choose one in GetVerification's answer, and call Download. See Download for
// all else.
func (c *Client) DownloadSigned(ctx context.Context, requestID string, w io.Writer, opts ...DownloadOption) (Document, error) {
	for last := false; ; last = true {
		v, err := c.GetVerification(ctx, requestID)
		if err != nil {
			return Document{}, err
		}
		resources := signedResources(v)
		switch len(resources) {
		case 0:
			return Document{}, notSigned(v)
		case 1:
		default:
			return Document{}, errors.New("umbrella: download: the session has several signed documents: choose one in GetVerification's answer and call Download")
		}
		document, err := c.Download(ctx, resources[0], w, opts...)
		if last || !errors.Is(err, ErrURLExpired) {
			return document, err
		}
	}
}

// signedResources are the signed documents in an answer, each once.
func signedResources(v *api.Verification) (all []*api.Resource) {
	if v.Signature == nil {
		return nil
	}
	seen := map[string]bool{}
	for _, s := range v.Signature.Content {
		r := s.SignedResource
		if r == nil || r.ResourceURL == nil {
			continue
		}
		id := *r.ResourceURL
		if r.ID != nil {
			id = *r.ID
		}
		if !seen[id] {
			all = append(all, r)
		}
		seen[id] = true
	}
	return all
}

// mayPass reports whether GetVerification may succeed after err, a wait having
// begun so long ago.
func mayPass(err error, waited time.Duration) bool {
	var e *Error
	var token *authprovider.Error
	switch {
	case !errors.As(err, &e) || e.Attempts == 0:
		return false
	case errors.As(err, &token):
		return errors.Is(err, authprovider.ErrTransient) || errors.Is(err, authprovider.ErrThrottled)
	case e.StatusCode == 0:
		return !errors.Is(err, authprovider.ErrCredentials)
	case e.StatusCode < 300: // says "status": false, or was cut short
		return errors.Is(err, ErrUnsuccessful) || e.Unwrap() != nil && !errors.Is(err, ErrResponseTooLarge)
	case e.StatusCode == http.StatusNotFound:
		return waited < notYet
	}
	return e.StatusCode == http.StatusRequestTimeout || e.StatusCode == http.StatusTooManyRequests || e.StatusCode >= 500
}

// retryAfter is how long the service asked to wait, 0 if it did not say.
func retryAfter(err error) time.Duration {
	var e *Error
	var token *authprovider.Error
	switch {
	case errors.As(err, &token):
		return token.RetryAfter
	case errors.As(err, &e):
		return e.RetryAfter
	}
	return 0
}

// waiting is what one WaitForVerification knows.
type waiting struct {
	min, max time.Duration
	step     time.Duration // the least that the next pause lasts
	wake     <-chan struct{}
}

// pause waits for the time of the next question, for a wake-up or for the end of
// ctx, but no less than least.
func (w *waiting) pause(ctx context.Context, least time.Duration) {
	spread := min(w.step, w.max-w.step)
	length := w.step + rand.N(spread+1)
	w.step = min(w.step+spread, max(w.max/2, w.min))
	wake := w.wake
	if least > 0 {
		length, wake = max(length, least), nil
	}
	timer := time.NewTimer(length)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
			return
		case <-ctx.Done():
			return
		case _, open := <-wake:
			if open {
				w.step = w.min // what it tells of may follow soon
				return
			}
			wake, w.wake = nil, nil
		}
	}
}
