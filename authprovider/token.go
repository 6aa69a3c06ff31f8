// Package authprovider gets, caches, renews and injects the bearer token that the Umbrella API asks
// for on every operation. [APIKeySource] exchanges an API key and a customer id for a token at POST
// /auth and keeps it fresh; [Static] serves a token that came from elsewhere. [Intercept] puts the
// token on the requests of a generated client; [Transport] does so below an http.Client and repeats
// a request once after a 401. All is safe for concurrent use, and no type prints a secret.
package authprovider

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/umbrella-api/umbrella-go/internal/httpkit"
	"github.com/umbrella-api/umbrella-go/internal/renewal"
)

const scheme = "Bearer "

// Token is a bearer token. It prints as "authprovider.Token(redacted)": the service's tokens are
// JWTs whose payload can hold the API key. The zero Token is no token. A Token is immutable.
type Token struct{ p *renewal.Lease } // its Secret is the value of the Authorization header

// NewToken returns a token for the Authorization header. An expiry that is the zero time means
// unknown: such a token is used until the API refuses it. The error says that accessToken is empty,
// or which character at which place no header takes, such as the line feed at the end of a file.
func NewToken(accessToken string, expiry time.Time) (Token, error) {
	if err := httpkit.CheckSecret(accessToken); err != nil {
		return Token{}, named("token", err)
	}
	return newToken(accessToken, expiry), nil
}

func newToken(accessToken string, expiry time.Time) Token {
	header := scheme + accessToken
	return Token{&renewal.Lease{Secret: func() string { return header }, Expiry: expiry}}
}

// AccessToken returns the secret itself, "" for the zero Token.
func (t Token) AccessToken() string {
	if t.p == nil {
		return ""
	}
	return t.p.Secret()[len(scheme):]
}

// Expiry returns when the token stops working, the zero time if unknown.
func (t Token) Expiry() time.Time {
	if t.p == nil {
		return time.Time{}
	}
	return t.p.Expiry
}

const redacted = "authprovider.Token(redacted)"

// Format implements fmt.Formatter for every verb, without the secret.
func (t Token) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// MarshalText implements encoding.TextMarshaler, and so JSON, with the text that fmt prints.
func (t Token) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// TokenSource hands out the token to use now. Token is called for every request, from many
// goroutines, so an implementation should cache. It may also have a method Invalidate(Token), which
// [Transport] calls with a token that the API refused.
type TokenSource interface {
	Token(ctx context.Context) (Token, error)
}

type static struct{ token Token }

// Static returns a source that always hands out t, or fails with ErrCredentials when t is the zero
// Token or past its expiry.
func Static(t Token) TokenSource { return static{t} }

func (s static) Token(context.Context) (Token, error) {
	switch expiry := s.token.Expiry(); {
	case s.token.p == nil:
		return Token{}, &Error{kind: ErrCredentials, reason: "the static token is empty"}
	case !expiry.IsZero() && !time.Now().Before(expiry):
		return Token{}, &Error{kind: ErrCredentials, reason: "the static token has expired"}
	}
	return s.token, nil
}
