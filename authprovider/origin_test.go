package authprovider_test

import (
	"errors"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/authprovider"
)

func TestTransport_SendsTheTokenToItsServerOnly(t *testing.T) {
	for _, tc := range []struct {
		server, to string
		ok         bool
	}{
		{"https://api.example/base", "https://api.example/base/op", true},
		{"https://api.example/base/", "https://api.example/elsewhere", true},
		{"https://api.example", "https://API.Example:443/op", true},
		{"HTTPS://api.example:443", "https://api.example/op", true},
		{"https://api.example", "http://api.example/op", false},
		{"https://api.example", "http://api.example:443/op", false},
		{"https://api.example", "https://api.example:8443/op", false},
		{"https://api.example:8443", "https://api.example/op", false},
		{"https://api.example", "https://sub.api.example/op", false},
		{"https://api.example", "https://example/op", false},
		{"https://api.example", "https://api.example.evil.example/op", false},
		{"https://api.example", "https://api.example@evil.example/op", false},
		{"https://api.example", "https://evil.example/op", false},
		{"http://[::1]:8080", "http://[::1]:8080/op", true},
		{"http://[::1]", "http://[::1]:80/op", true},
		{"http://[::1]:8080", "http://[::1]:8081/op", false},
		{"http://127.0.0.1", "http://localhost/op", false},
	} {
		t.Run(tc.server+" to "+tc.to, func(t *testing.T) {
			var sent []string
			base := roundTrip(func(req *http.Request) (*http.Response, error) {
				sent = append(sent, req.Header.Get("Authorization"))
				return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}, nil
			})
			asked := 0
			source := sourceFunc(func() (authprovider.Token, error) { asked++; return bearer(t, "t"), nil })
			transport, err := authprovider.NewTransport(tc.server, source, base)
			require.NoError(t, err)
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, tc.to, nil)
			require.NoError(t, err)
			_, err = transport.RoundTrip(req)
			if tc.ok {
				require.NoError(t, err)
				require.Equal(t, []string{"Bearer t"}, sent)
				return
			}
			require.ErrorContains(t, err, "refusing to send the token")
			require.Empty(t, sent)
			require.Zero(t, asked)
		})
	}
}

// An http.Client that follows redirects calls the Transport for each hop.
func TestTransport_RedirectNeverTakesTheTokenAlong(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			var leaked, home atomic.Int64
			other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { leaked.Add(1) }))
			defer other.Close()
			api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Authorization") != "Bearer t" {
					t.Error("no token on the way home")
				}
				home.Add(1)
				if r.URL.Path == "/out" {
					http.Redirect(w, r, other.URL, status)
				} else {
					http.Redirect(w, r, "/out", status)
				}
			}))
			defer api.Close()
			transport, err := authprovider.NewTransport(api.URL, staticSource(t, "t"), nil)
			require.NoError(t, err)
			jar, err := cookiejar.New(nil)
			require.NoError(t, err)
			client := &http.Client{Transport: transport, Jar: jar, Timeout: time.Minute}
			_, err = client.Post(api.URL+"/in", "text/plain", strings.NewReader("x"))
			require.ErrorContains(t, err, "refusing to send the token")
			require.EqualValues(t, 2, home.Load(), "a redirect to the same server is followed")
			require.Zero(t, leaked.Load())
		})
	}
}

// net/http would send Api-Key and Customer-Id along, since it does not know
// that they are secrets.
func TestTokenSource_NeverFollowsARedirect(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			var leaked atomic.Int64
			other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { leaked.Add(1) }))
			defer other.Close()
			auth := httptest.NewServer(http.RedirectHandler(other.URL, status))
			defer auth.Close()
			client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return nil }}
			source, err := authprovider.NewAPIKeySource(auth.URL, canaryKey, canaryCustomer, authprovider.WithHTTPClient(client))
			require.NoError(t, err)
			_, err = source.Token(t.Context())
			require.ErrorIs(t, err, authprovider.ErrMalformed)
			var own *authprovider.Error
			require.ErrorAs(t, err, &own)
			require.Equal(t, status, own.StatusCode)
			require.Zero(t, leaked.Load())
			require.NoError(t, client.CheckRedirect(nil, nil), "the caller's client is not changed")
		})
	}
}

// One rule for all three: https, or plain http to this machine, or an option.
func TestServerURL_MustBeSafeForSecrets(t *testing.T) {
	allow := []authprovider.Option{authprovider.WithInsecureHTTP()}
	for _, tc := range []struct {
		url  string
		opts []authprovider.Option
		ok   bool
	}{
		{"https://api.example", nil, true},
		{"https://api.example/base/", nil, true},
		{"HTTPS://API.EXAMPLE", nil, true},
		{"http://localhost:8080", nil, true},
		{"http://LOCALHOST", nil, true},
		{"http://127.0.0.1:1/x", nil, true},
		{"http://127.9.9.9", nil, true},
		{"http://[::1]:8080", nil, true},
		{"http://api.example", nil, false},
		{"http://localhost.evil.example", nil, false},
		{"http://127.0.0.1.evil.example", nil, false},
		{"http://10.0.0.1", nil, false},
		{"http://[fe80::1]", nil, false},
		{"http://api.example", allow, true},
	} {
		t.Run(tc.url, func(t *testing.T) {
			_, err := authprovider.NewAPIKeySource(tc.url, "key", "customer", tc.opts...)
			require.Equal(t, tc.ok, err == nil, "NewAPIKeySource: %v", err)
			_, err = authprovider.NewTransport(tc.url, staticSource(t, "t"), nil, tc.opts...)
			require.Equal(t, tc.ok, err == nil, "NewTransport: %v", err)
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, tc.url, nil)
			require.NoError(t, err)
			err = authprovider.Intercept(staticSource(t, "t"), tc.opts...)(t.Context(), req)
			require.Equal(t, tc.ok, err == nil, "Intercept: %v", err)
			require.Equal(t, tc.ok, req.Header.Get("Authorization") == "Bearer t")
		})
	}
}

func TestNewAPIKeySource_NamesEverythingThatIsWrong(t *testing.T) {
	_, err := authprovider.NewAPIKeySource("https://"+canaryKey+":"+canaryCustomer+"@api.example?"+canaryKey+"#"+canaryKey, "CANARY key", "")
	for _, want := range []string{"server", "user info", "query", "fragment", "API key", "customer id"} {
		require.ErrorContains(t, err, want)
	}
	require.NotContains(t, err.Error(), "CANARY")
	_, err = authprovider.NewTransport("api.example", staticSource(t, "t"), nil)
	require.ErrorContains(t, err, "server")
	_, err = authprovider.NewAPIKeySource("https://api.example", "key", "customer", authprovider.WithHTTPClient(nil))
	require.NoError(t, err, "nil is the default client")
}

func TestIntercept_SetsTheHeaderUnlessThereIsOne(t *testing.T) {
	source := sourceFunc(func() (authprovider.Token, error) { return authprovider.Token{}, errors.New("asked") })
	edit := authprovider.Intercept(source)
	req := &http.Request{URL: &url.URL{Scheme: "https", Host: "api.example"}, Header: http.Header{"Authorization": {"mine"}}}
	require.NoError(t, edit(t.Context(), req))
	require.Equal(t, "mine", req.Header.Get("Authorization"))
	req.Header = nil
	require.EqualError(t, edit(t.Context(), req), "asked")
	require.Nil(t, req.Header)
	require.Error(t, authprovider.Intercept(staticSource(t, "t"))(t.Context(), &http.Request{}), "no URL")
	require.NoError(t, authprovider.Intercept(staticSource(t, "t"))(t.Context(), req))
	require.Equal(t, http.Header{"Authorization": {"Bearer t"}}, req.Header)
}
