package umbrella

import (
	"errors"
	"strings"

	"github.com/umbrella-api/umbrella-go/authprovider"
	"github.com/umbrella-api/umbrella-go/internal/httpkit"
	"github.com/umbrella-api/umbrella-go/internal/param"
)

// ownError says in words of ours what failed. The cause is the user's, and found
// with errors.Is and errors.As, but not printed: it may say anything.
type ownError struct {
	reason string
	cause  error
}

func (e *ownError) Error() string { return e.reason }

func (e *ownError) Unwrap() error { return e.cause }

// describe puts the cause of a failure into words that are safe to log. An error of
// a transport, such as one of package contract, vouches for its own with a method
// Discreet.
func describe(err error) string {
	var token *authprovider.Error
	var own *ownError
	var discreet interface{ Discreet() string }
	var parameter param.Error
	switch {
	case errors.As(err, &token):
		return token.Error()
	case errors.As(err, &own):
		return own.reason
	case errors.Is(err, authprovider.ErrHost):
		return strings.TrimPrefix(authprovider.ErrHost.Error(), "authprovider: ")
	case errors.As(err, &discreet):
		return discreet.Discreet()
	case errors.As(err, &parameter):
		return parameter.Error()
	case errors.Is(err, ErrResponseTooLarge):
		return "the response body is over the limit of WithMaxResponseBytes"
	case isRejection(err):
		return "the HTTP/2 peer left the request alone"
	}
	return httpkit.Describe(err)
}

// isOwn reports whether err, which came from above the base transport, already says
// what it is.
func isOwn(err error) bool {
	var token *authprovider.Error
	return errors.As(err, &token) || errors.Is(err, authprovider.ErrHost)
}
