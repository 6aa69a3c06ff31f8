// Package authprovider gets, caches, renews and injects the bearer token that
// the Umbrella API asks for on every operation.
//
// [APIKeySource] exchanges an API key and a customer id for a token at
// POST /auth and keeps it fresh; [Static] serves a token that came from
// elsewhere. [Intercept] puts the token on the requests of a generated client,
// and [Transport] does the same below an http.Client and replays a request once
// when the API answers 401. Everything here is safe for concurrent use, and no
// type prints a secret.
package authprovider

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

const redacted = "authprovider.Token(redacted)"

// Token is a bearer token. It prints as "authprovider.Token(redacted)": the
// service's tokens are JWTs whose payload can hold the API key. The zero Token
// is no token. A Token is immutable.
type Token struct {
	p *tokenData
}

type tokenData struct {
	// header is a closure because fmt, which skips the methods of unexported
	// fields, follows pointers (for %s) but never functions.
	header func() string
	expiry time.Time
}

const scheme = "Bearer "

// NewToken returns a token for the Authorization header. An expiry that is the
// zero time means unknown: such a token is used until the API refuses it. The
// error says what makes accessToken unusable: it is empty, or it has a space,
// a control character or a character that is not ASCII.
func NewToken(accessToken string, expiry time.Time) (Token, error) {
	if accessToken == "" {
		return Token{}, errors.New("authprovider: the token is empty")
	}
	for i := range len(accessToken) {
		if c := accessToken[i]; c <= ' ' || c > '~' {
			return Token{}, errors.New("authprovider: the token has a space, a control character or a character that is not ASCII")
		}
	}
	header := scheme + accessToken
	return Token{&tokenData{func() string { return header }, expiry}}, nil
}

// AccessToken returns the secret itself, "" for the zero Token.
func (t Token) AccessToken() string {
	if t.p == nil {
		return ""
	}
	return t.p.header()[len(scheme):]
}

// Expiry returns when the token stops working, the zero time if unknown.
func (t Token) Expiry() time.Time {
	if t.p == nil {
		return time.Time{}
	}
	return t.p.expiry
}

// Format implements fmt.Formatter for every verb, without the secret.
func (t Token) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// MarshalText implements encoding.TextMarshaler, and so JSON, without the secret.
func (t Token) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// TokenSource hands out the token to use now. Token is called for every
// request, from many goroutines, so an implementation should cache. It may also
// have a method Invalidate(Token), which [Transport] calls with a token that
// the API refused.
type TokenSource interface {
	Token(ctx context.Context) (Token, error)
}

type static struct{ token Token }

// Static returns a source that always hands out t, or fails when t is the zero
// Token or past its expiry.
func Static(t Token) TokenSource { return static{t} }

func (s static) Token(context.Context) (Token, error) {
	if s.token.p == nil {
		return Token{}, &Error{kind: ErrCredentials, reason: "the static token is empty"}
	}
	if e := s.token.p.expiry; !e.IsZero() && !time.Now().Before(e) {
		return Token{}, &Error{kind: ErrCredentials, reason: "the static token has expired"}
	}
	return s.token, nil
}
