package umbrellatest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/server"
)

// claims is the payload of a token, or of the URL of a document. The serial in jti
// tells which tokens were issued before a call of ExpireTokens, without a list that
// grows.
type claims struct {
	Serial   uint64  `json:"jti,string"` // 0 if it is no token for operations
	Expires  float64 `json:"exp"`        // seconds since 1970, exact to the millisecond
	Document string  `json:"document,omitempty"`
}

func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

const jwtHeader = `{"alg":"HS256","typ":"JWT"}`

var segment = base64.RawURLEncoding

// auth answers POST /auth as the vendor's documentation describes it.
func (m *Mock) auth(a *answer, r *http.Request) {
	if !a.allow(r, http.MethodPost) {
		return
	}
	apiKey, customerID := m.Credentials()
	if r.Header.Get("Api-Key") != apiKey || r.Header.Get("Customer-Id") != customerID {
		a.refuse(breach("$header.Api-Key", "security", "must be, with Customer-Id, a pair that this server knows"), server.OperationInfo{})
		return
	}
	const form = "application/x-www-form-urlencoded"
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	body, _ := io.ReadAll(r.Body) // from memory
	if (err != nil || media != form) && (r.Header.Get("Content-Type") != "" || len(body) > 0) {
		a.refuse(breach("$header.Content-Type", "mediaType", "must be "+form), server.OperationInfo{})
		return
	}
	writeJSON(a, http.StatusOK, map[string]any{
		"access_token": m.issue(), "expires_in": int(m.tokenTTL / time.Second), "token_type": "Bearer",
	})
}

func (m *Mock) issue() string {
	m.mu.Lock()
	m.issued++
	m.stats.Tokens++
	c := claims{Serial: m.issued, Expires: seconds(m.now().Add(m.tokenTTL))}
	m.mu.Unlock()
	return m.seal(c)
}

// seal makes a JWT.
func (m *Mock) seal(c claims) string {
	payload, _ := json.Marshal(c) // numbers and a text: cannot fail
	signed := segment.EncodeToString([]byte(jwtHeader)) + "." + segment.EncodeToString(payload)
	return signed + "." + m.sign(signed)
}

func (m *Mock) sign(signed string) string {
	mac := hmac.New(sha256.New, m.secret)
	mac.Write([]byte(signed))
	return segment.EncodeToString(mac.Sum(nil))
}

// unseal reads a JWT and reports whether it was made by seal.
func (m *Mock) unseal(token string) (c claims, ok bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 || !hmac.Equal([]byte(parts[2]), []byte(m.sign(parts[0]+"."+parts[1]))) {
		return c, false
	}
	payload, _ := segment.DecodeString(parts[1])
	return c, json.Unmarshal(payload, &c) == nil
}

// verify says what is wrong with the bearer token of r, "" if nothing.
func (m *Mock) verify(r *http.Request) string {
	token := bearer(r)
	if token == "" || len(r.Header.Values("Authorization")) > 1 {
		return "must be Bearer and a token"
	}
	c, ok := m.unseal(token)
	if !ok || c.Serial == 0 {
		return "must be a token of this server"
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case c.Serial <= m.revoked:
		return "must be a token that was not revoked"
	case c.Serial <= m.expired, seconds(m.now()) >= c.Expires:
		return "must be a token that has not expired"
	}
	return ""
}

func bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimLeft(token, " ")
}

// Credentials returns the pair that POST /auth accepts now.
func (m *Mock) Credentials() (apiKey, customerID string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.apiKey, m.customerID
}

// RotateCredentials makes up a new API key, which it returns, and refuses the old
// one from now on. The customer id stays, and so do tokens issued before.
func (m *Mock) RotateCredentials() (apiKey string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.apiKey = m.uuid()
	return m.apiKey
}

// ExpireTokens makes all tokens issued so far behave as expired.
func (m *Mock) ExpireTokens() {
	m.change(func() { m.expired = m.issued })
}

// RevokeTokens refuses all tokens issued so far, as if the service had withdrawn
// them before their time.
func (m *Mock) RevokeTokens() {
	m.change(func() { m.revoked = m.issued })
}

// AuthCalls returns how many requests POST /auth got since the start or the last
// Reset, refused and failed ones included.
func (m *Mock) AuthCalls() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.authCalls
}
