package umbrellatest_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

func TestCORS_IsForTheOriginsThatWereGiven(t *testing.T) {
	const page, other = "http://localhost:5173", "https://evil.example"
	preflight := []string{"Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "api-key,customer-id"}
	s := umbrellatest.NewServer(t, umbrellatest.WithCORSOrigins(page, "https://app.example"))
	require.NoError(t, s.Inject(umbrellatest.Fault{Status: http.StatusServiceUnavailable, RetryAfter: "1"}))

	r := mustSend(t, http.MethodOptions, s.URL+"/auth", "", append(preflight, "Origin", page)...)
	require.Equal(t, http.StatusNoContent, r.status, "a fault is not for preflights")
	require.Equal(t, page, r.header.Get("Access-Control-Allow-Origin"))
	require.Equal(t, "api-key,customer-id", r.header.Get("Access-Control-Allow-Headers"))
	require.Equal(t, "GET, POST", r.header.Get("Access-Control-Allow-Methods"))
	r = login(t, s, "Origin", page)
	require.Equal(t, http.StatusServiceUnavailable, r.status)
	require.Equal(t, page, r.header.Get("Access-Control-Allow-Origin"), "a page can read failures, too")
	require.Contains(t, r.header.Get("Access-Control-Expose-Headers"), "Retry-After")
	require.Equal(t, "Origin", r.header.Get("Vary"))
	require.Empty(t, login(t, s, "Origin", other).header.Get("Access-Control-Allow-Origin"))
	require.Equal(t, http.StatusMethodNotAllowed, mustSend(t, http.MethodOptions, s.URL+"/auth", "", append(preflight, "Origin", other)...).status)
	require.Len(t, s.Requests(), 4, "preflights are in the journal")

	closed := umbrellatest.NewServer(t)
	require.Equal(t, http.StatusMethodNotAllowed, mustSend(t, http.MethodOptions, closed.URL+"/auth", "", append(preflight, "Origin", page)...).status)
	for _, origin := range []string{
		"*", "null", "localhost:5173", page + "/", "http://*", "https://*.example", "http://Localhost:5173", "HTTP://localhost:5173",
		"http://localhost:80", "https://app.example:443", "http://localhost:65536", "http://localhost:080", "http://localhost:", "http://:5173", "https://bücher.example",
	} {
		_, err := umbrellatest.New(umbrellatest.WithCORSOrigins(origin))
		require.Error(t, err, origin)
	}
	for _, origin := range []string{"http://[::1]:5173", "http://localhost:443", "https://app.example:80", "https://app.example", "chrome-extension://abc"} {
		_, err := umbrellatest.New(umbrellatest.WithCORSOrigins(origin))
		require.NoError(t, err, origin)
	}
}

func TestControl_TakesNoCrossSiteRequest(t *testing.T) {
	mock, err := umbrellatest.New(umbrellatest.WithAllowedHosts("mock.test"), umbrellatest.WithCORSOrigins("http://localhost:5173"))
	require.NoError(t, err)
	for _, tc := range []struct {
		host, origin string
		status       int
	}{
		{"localhost:8080", "", 200},
		{"127.0.0.1:8080", "", 200},
		{"[::1]:8080", "http://[::1]:8080", 200},
		{"Mock.test", "", 200},
		{"mock.test:80", "http://mock.test:80", 200},
		{"localhost:8080", "http://localhost:8080", 200},
		{"localhost:8080", "http://localhost:5173", 403},
		{"localhost:8080", "null", 403},
		{"localhost:8080", "https://evil.example", 403},
		{"evil.example", "http://evil.example", 403},
		{"evil.example", "", 403},
		{"localhost.evil.example:8080", "", 403},
	} {
		t.Run(tc.host+" "+tc.origin, func(t *testing.T) {
			for _, path := range []string{"/__mock/", "/__mock/stats"} {
				r := httptest.NewRequest(http.MethodGet, path, http.NoBody)
				r.Host = tc.host
				if tc.origin != "" {
					r.Header.Set("Origin", tc.origin)
				}
				w := httptest.NewRecorder()
				mock.ServeHTTP(w, r)
				require.Equal(t, tc.status, w.Code, w.Body.String())
				require.Empty(t, w.Header().Get("Access-Control-Allow-Origin"))
			}
		})
	}
	r := httptest.NewRequest(http.MethodGet, "http://10.0.0.7/healthz", http.NoBody)
	w := httptest.NewRecorder()
	mock.ServeHTTP(w, r)
	require.Equal(t, http.StatusOK, w.Code, "a probe names any host")
	for _, host := range []string{"", "*", "host:80", "http://host"} {
		_, err := umbrellatest.New(umbrellatest.WithAllowedHosts(host))
		require.Error(t, err, host)
	}
}

func TestAuth_TakesAnEmptyBodyAsCurlSendsIt(t *testing.T) {
	s := umbrellatest.NewServer(t)
	for _, header := range [][]string{nil, {"Content-Type", form}} {
		r := mustSend(t, http.MethodPost, s.URL+"/auth", "", append(header, "Api-Key", s.APIKey, "Customer-Id", s.CustomerID)...)
		require.Equal(t, http.StatusOK, r.status, r.body)
		require.True(t, strings.Contains(r.body, "access_token"))
	}
	require.Equal(t, http.StatusUnsupportedMediaType, mustSend(t, http.MethodPost, s.URL+"/auth", "", "Content-Type", "application/json", "Api-Key", s.APIKey, "Customer-Id", s.CustomerID).status)
}
