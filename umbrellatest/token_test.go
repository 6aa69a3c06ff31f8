package umbrellatest_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

// clock is a clock that stands still until it is moved.
type clock struct{ offset atomic.Int64 }

func (c *clock) now() time.Time {
	return time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC).Add(time.Duration(c.offset.Load()))
}
func (c *clock) advance(d time.Duration) { c.offset.Add(int64(d)) }

func TestAuth_IssuesAJWTThatExpiresAndHoldsNoSecret(t *testing.T) {
	c := new(clock)
	s := umbrellatest.NewServer(t, umbrellatest.WithClock(c.now), umbrellatest.WithTokenTTL(90*time.Second))
	r := login(t, s)

	require.Equal(t, http.StatusOK, r.status)
	require.Equal(t, "application/json", r.header.Get("Content-Type"))
	var answer map[string]any
	require.NoError(t, json.Unmarshal([]byte(r.body), &answer))
	require.Equal(t, float64(90), answer["expires_in"])
	require.Equal(t, "Bearer", answer["token_type"])
	parts := strings.Split(answer["access_token"].(string), ".")
	require.Len(t, parts, 3)
	var payload map[string]any
	for i, part := range parts {
		data, err := base64.RawURLEncoding.DecodeString(part)
		require.NoError(t, err)
		require.NotContains(t, string(data), s.APIKey)
		require.NotContains(t, string(data), s.CustomerID)
		if i == 1 {
			require.NoError(t, json.Unmarshal(data, &payload))
		}
	}
	require.NotEmpty(t, payload["jti"])
	require.Equal(t, float64(c.now().Add(90*time.Second).Unix()), payload["exp"])
}

func TestAuth_RefusesWhatTheServiceDoesNotKnow(t *testing.T) {
	s := umbrellatest.NewServer(t, umbrellatest.WithCredentials("the-api-key", "the-customer"))
	require.Equal(t, []string{"the-api-key", "the-customer"}, []string{s.APIKey, s.CustomerID})
	for name, tc := range map[string]struct {
		method string
		header []string
		status int
		path   string
	}{
		"no credentials":     {http.MethodPost, []string{"Content-Type", form}, 401, "$header.Api-Key"},
		"wrong API key":      {http.MethodPost, []string{"Api-Key", "another", "Customer-Id", "the-customer", "Content-Type", form}, 401, "$header.Api-Key"},
		"wrong customer id":  {http.MethodPost, []string{"Api-Key", "the-api-key", "Customer-Id", "another", "Content-Type", form}, 401, "$header.Api-Key"},
		"wrong media type":   {http.MethodPost, []string{"Api-Key", "the-api-key", "Customer-Id", "the-customer", "Content-Type", "application/json"}, 415, "$header.Content-Type"},
		"missing media type": {http.MethodPost, []string{"Api-Key", "the-api-key", "Customer-Id", "the-customer"}, 415, "$header.Content-Type"},
		"wrong method":       {http.MethodGet, []string{"Api-Key", "the-api-key", "Customer-Id", "the-customer"}, 405, "$method"},
	} {
		t.Run(name, func(t *testing.T) {
			r := mustSend(t, tc.method, s.URL+"/auth", "ignored", tc.header...)
			require.Equal(t, tc.status, r.status)
			require.NotEmpty(t, r.message(t))
			require.Equal(t, []string{tc.path}, r.violations(t))
			if tc.status == http.StatusMethodNotAllowed {
				require.Equal(t, http.MethodPost, r.header.Get("Allow"))
			}
		})
	}
	require.Equal(t, 5, s.AuthCalls(), "POST only")
	require.Equal(t, http.StatusOK, mustSend(t, http.MethodPost, s.URL+"/auth", "ignored", "Api-Key", "the-api-key", "Customer-Id", "the-customer", "Content-Type", form+"; charset=utf-8").status)
}

func TestWithCredentials_RefusesWhatNoClientCanSend(t *testing.T) {
	for _, wrong := range []string{"key\r", "a key", "clé"} {
		for _, pair := range [][2]string{{wrong, "the-customer"}, {"the-api-key", wrong}} {
			_, err := umbrellatest.New(umbrellatest.WithCredentials(pair[0], pair[1]))
			require.ErrorContains(t, err, "WithCredentials")
			require.NotContains(t, err.Error(), wrong)
		}
	}
}

func TestToken_EndsWhenItShould(t *testing.T) {
	c := new(clock)
	for name, tc := range map[string]struct {
		end    func(s *umbrellatest.Server)
		reason string // "" when the token stays good
	}{
		"just before its lifetime ends": {func(*umbrellatest.Server) { c.advance(time.Hour - time.Second) }, ""},
		"when its lifetime ends":        {func(*umbrellatest.Server) { c.advance(time.Hour) }, "must be a token that has not expired"},
		"when all expire":               {func(s *umbrellatest.Server) { s.ExpireTokens() }, "must be a token that has not expired"},
		"when all are revoked":          {func(s *umbrellatest.Server) { s.RevokeTokens() }, "must be a token that was not revoked"},
		"not with the credentials":      {func(s *umbrellatest.Server) { s.RotateCredentials() }, ""},
		"not with a reset":              {func(s *umbrellatest.Server) { s.Reset() }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := umbrellatest.NewServer(t, umbrellatest.WithClock(c.now))
			old := token(t, s)
			require.Equal(t, http.StatusOK, open(t, s, old).status)
			tc.end(s)
			r := open(t, s, old)
			if tc.reason == "" {
				require.Equal(t, http.StatusOK, r.status)
				return
			}
			require.Equal(t, http.StatusUnauthorized, r.status)
			require.Equal(t, "Unauthorized request", r.message(t))
			require.Contains(t, r.header.Get("Umbrella-Mock-Violations"), tc.reason)
			require.Equal(t, http.StatusOK, open(t, s, token(t, s)).status, "a new token is good")
		})
	}
}

func TestToken_OfAnotherMakeIsRefused(t *testing.T) {
	s, other := umbrellatest.NewServer(t), umbrellatest.NewServer(t)
	good := token(t, s)
	encoded := base64.RawURLEncoding.EncodeToString
	for name, authorization := range map[string]string{
		"another mock's":   token(t, other),
		"cut":              good[:len(good)-1],
		"lengthened":       good + "A",
		"another payload":  "Bearer " + strings.Split(good, ".")[0][len("Bearer "):] + "." + encoded([]byte(`{"jti":"1","exp":9e9}`)) + "." + strings.Split(good, ".")[2],
		"no JWT":           "Bearer token",
		"only dots":        "Bearer ..",
		"without a scheme": strings.TrimPrefix(good, "Bearer "),
		"another scheme":   "Basic " + strings.TrimPrefix(good, "Bearer "),
		"empty":            "",
	} {
		t.Run(name, func(t *testing.T) {
			r := open(t, s, authorization)
			require.Equal(t, http.StatusUnauthorized, r.status)
			require.Equal(t, []string{"$header.Authorization"}, r.violations(t))
		})
	}
	require.Equal(t, http.StatusUnauthorized, open(t, s, good, "Authorization", good).status, "two are none")
	require.Empty(t, s.Sessions())
	require.Equal(t, http.StatusOK, open(t, s, good).status)
}

func TestRotateCredentials_ReplacesTheKeyForTheNextExchange(t *testing.T) {
	s := umbrellatest.NewServer(t)
	fresh := s.RotateCredentials()
	require.NotEqual(t, s.APIKey, fresh)
	require.Equal(t, http.StatusUnauthorized, mustSend(t, http.MethodPost, s.URL+"/auth", "", "Api-Key", s.APIKey, "Customer-Id", s.CustomerID, "Content-Type", form).status)
	require.Equal(t, http.StatusOK, mustSend(t, http.MethodPost, s.URL+"/auth", "", "Api-Key", fresh, "Customer-Id", s.CustomerID, "Content-Type", form).status)
}
