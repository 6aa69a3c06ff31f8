package umbrellatest

import (
	"io"
	"mime"
	"net/http"
	"time"

	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/reply"
)

// auth answers POST /auth as the vendor's documentation describes it.
func (m *Mock) auth(a *answer, r *http.Request) {
	if !a.Allow(r, http.MethodPost) {
		return
	}
	apiKey, customerID := m.Credentials()
	if r.Header.Get("Api-Key") != apiKey || r.Header.Get("Customer-Id") != customerID {
		a.Breach("$header.Api-Key", "security", "must be, with Customer-Id, a pair that this server knows")
		return
	}
	const form = "application/x-www-form-urlencoded"
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	body, _ := io.ReadAll(r.Body) // from memory
	if (err != nil || media != form) && (r.Header.Get("Content-Type") != "" || len(body) > 0) {
		a.Breach("$header.Content-Type", "mediaType", "must be "+form)
		return
	}
	reply.JSON(a, http.StatusOK, map[string]any{
		"access_token": m.issue(), "expires_in": int(m.tokenTTL / time.Second), "token_type": "Bearer",
	})
}

func (m *Mock) issue() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.stats.Tokens++
	return m.tokens.Issue("", m.now().Add(m.tokenTTL))
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
	m.change(m.tokens.ExpireAll)
}

// RevokeTokens refuses all tokens issued so far, as if the service had withdrawn
// them before their time.
func (m *Mock) RevokeTokens() {
	m.change(m.tokens.RevokeAll)
}

// AuthCalls returns how many POST requests /auth got since the start or the last
// Reset, refused and failed ones included.
func (m *Mock) AuthCalls() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.authCalls
}
