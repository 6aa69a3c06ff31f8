// Package token makes the mock's tokens and knows which of them have ended.
package token

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// Issuer makes tokens, which are JWTs, and recognizes its own. It is safe for
// concurrent use.
type Issuer struct {
	Secret []byte // signs the tokens

	issued, expired, revoked atomic.Uint64 // serials of the last token concerned
}

// claims is the payload of a token. The serial in jti tells which tokens were issued
// before a call of ExpireAll, without a list that grows.
type claims struct {
	Serial   uint64  `json:"jti,string"` // 0 if it is for a document
	Expires  float64 `json:"exp"`        // seconds since 1970, exact to the millisecond
	Document string  `json:"document,omitempty"`
}

const header = `{"alg":"HS256","typ":"JWT"}`

var segment = base64.RawURLEncoding

// Issue makes a token for the URL of a document, or for operations with "".
func (i *Issuer) Issue(document string, expires time.Time) string {
	c := claims{Expires: seconds(expires), Document: document}
	if document == "" {
		c.Serial = i.issued.Add(1)
	}
	payload, _ := json.Marshal(c) // numbers and a text: cannot fail
	signed := segment.EncodeToString([]byte(header)) + "." + segment.EncodeToString(payload)
	return signed + "." + i.sign(signed)
}

// ExpireAll has all tokens for operations that were issued so far behave as expired.
func (i *Issuer) ExpireAll() { i.expired.Store(i.issued.Load()) }

// RevokeAll refuses all tokens for operations that were issued so far.
func (i *Issuer) RevokeAll() { i.revoked.Store(i.issued.Load()) }

// Check says what is wrong with a token, "" if nothing. It must be for the same document
// as it was issued for, or for operations with "".
func (i *Issuer) Check(token, document string, now time.Time) string {
	c, ok := i.read(token)
	switch {
	case !ok || c.Document != document:
		return "must be a token of this server"
	case document == "" && c.Serial <= i.revoked.Load():
		return "must be a token that was not revoked"
	case document == "" && c.Serial <= i.expired.Load(), seconds(now) >= c.Expires:
		return "must be a token that has not expired"
	}
	return ""
}

// CheckBearer checks the token for operations in the header Authorization of r.
func (i *Issuer) CheckBearer(r *http.Request, now time.Time) string {
	token := Bearer(r)
	if token == "" || len(r.Header.Values("Authorization")) > 1 {
		return "must be Bearer and a token"
	}
	return i.Check(token, "", now)
}

// read reports whether Issue made a token.
func (i *Issuer) read(token string) (c claims, ok bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 || !hmac.Equal([]byte(parts[2]), []byte(i.sign(parts[0]+"."+parts[1]))) {
		return c, false
	}
	payload, _ := segment.DecodeString(parts[1])
	return c, json.Unmarshal(payload, &c) == nil
}

func (i *Issuer) sign(signed string) string {
	mac := hmac.New(sha256.New, i.Secret)
	mac.Write([]byte(signed))
	return segment.EncodeToString(mac.Sum(nil))
}

func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

// Bearer returns the token in the header Authorization, "" if there is none.
func Bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimLeft(token, " ")
}

// Redactor replaces secrets: those that are given, and those that r was sent with.
func Redactor(r *http.Request, secrets ...string) *strings.Replacer {
	var pairs []string
	for _, secret := range append(secrets, Bearer(r), r.Header.Get("Api-Key"), r.Header.Get("Customer-Id")) {
		if len(secret) >= 8 { // less is no secret, and would garble the text
			pairs = append(pairs, secret, "[redacted]")
		}
	}
	return strings.NewReplacer(pairs...)
}
