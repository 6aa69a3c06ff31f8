package httpkit_test

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/internal/httpkit"
)

func TestParseBaseURL_TakesAbsoluteHTTPS(t *testing.T) {
	for raw, want := range map[string]string{
		"https://api.example":              "https://api.example/",
		"https://api.example/":             "https://api.example/",
		"https://api.example/base//":       "https://api.example/base/",
		"https://api.example/a%2Fb/":       "https://api.example/a%2Fb/",
		"https://api.example/a%2Fb":        "https://api.example/a%2Fb/",
		"HTTPS://api.example:8443/Base":    "https://api.example:8443/Base/",
		"https://[2001:db8::1]:8443":       "https://[2001:db8::1]:8443/",
		"https://api.example:65535":        "https://api.example:65535/",
		"http://localhost:8080/":           "http://localhost:8080/",
		"http://LocalHost":                 "http://LocalHost/",
		"http://127.0.0.1":                 "http://127.0.0.1/",
		"http://[::1]:1":                   "http://[::1]:1/",
		"https://api.example/with%20space": "https://api.example/with%20space/",
	} {
		t.Run(raw, func(t *testing.T) {
			u, err := httpkit.ParseBaseURL(raw, false)
			require.NoError(t, err)
			require.Equal(t, want, u.String())
		})
	}
}

func TestParseBaseURL_SaysAllThatIsWrongAndRepeatsNothing(t *testing.T) {
	for _, tc := range []struct {
		raw      string
		insecure bool
		want     []string
	}{
		{"", false, []string{"not an absolute URL"}},
		{"SECRET", false, []string{"not an absolute URL"}},
		{"api.example/SECRET", false, []string{"not an absolute URL"}},
		{"api.example:443", false, []string{"not an absolute URL"}},
		{"//api.example", false, []string{"the scheme is not https"}},
		{"https:SECRET", false, []string{"not an absolute URL"}},
		{"https:///SECRET", false, []string{"not an absolute URL"}},
		{"https://:443/SECRET", false, []string{"no host"}},
		{"https://api.example\x00SECRET", false, []string{"not an absolute URL"}},
		{"https://api example/SECRET", false, []string{"not an absolute URL"}},
		{"http://api.example", false, []string{`plain http to "api.example"`, "WithInsecureHTTP"}},
		{"http://10.0.0.1", false, []string{"plain http"}},
		{"http://localhost.example", false, []string{"plain http"}},
		{"ftp://api.example", false, []string{"the scheme is not https"}},
		{"ftp://api.example", true, []string{"the scheme is not https"}},
		{"https://user:SECRET@api.example", false, []string{"user info"}},
		{"https://api.example?key=SECRET", false, []string{"a query"}},
		{"https://api.example?", false, []string{"a query"}},
		{"https://api.example#SECRET", false, []string{"a fragment"}},
		{"https://api.example#", false, []string{"a fragment"}},
		{"https://api.example:0", false, []string{"the port"}},
		{"https://api.example:65536", false, []string{"the port"}},
		{"http://user:SECRET@api.example:99999/?SECRET#SECRET", false, []string{"plain http", "user info", "a query", "a fragment", "the port"}},
		{"http://user:SECRET@api.example", true, []string{"user info"}},
	} {
		t.Run(tc.raw, func(t *testing.T) {
			u, err := httpkit.ParseBaseURL(tc.raw, tc.insecure)
			require.Nil(t, u)
			for _, want := range tc.want {
				require.ErrorContains(t, err, want)
			}
			require.NotContains(t, err.Error(), "SECRET")
		})
	}
}

func TestIsLoopback_IsThisMachineOnly(t *testing.T) {
	for raw, want := range map[string]bool{
		"http://localhost": true, "http://LOCALHOST:1": true, "http://127.0.0.1": true, "http://127.255.0.9:80": true, "http://[::1]:80": true,
		"http://[::ffff:127.0.0.1]": true,
		"http://0.0.0.0":            false, "http://[::]": false, "http://10.0.0.1": false, "http://localhost.": false, "http://a.localhost": false,
		"http://127.0.0.1.example": false, "http://127.1": false, "http://2130706433": false, "http://api.example": false,
	} {
		u, err := url.Parse(raw)
		require.NoError(t, err)
		require.Equal(t, want, httpkit.IsLoopback(u), raw)
	}
}

func TestSameOrigin_ComparesSchemeHostAndPort(t *testing.T) {
	for _, tc := range []struct {
		a, b string
		want bool
	}{
		{"https://a.example/x?y#z", "https://a.example", true},
		{"https://A.Example", "https://a.example:443", true},
		{"http://a.example", "http://a.example:80", true},
		{"https://[2001:DB8::1]", "https://[2001:db8::1]:443", true},
		{"https://u:p@a.example", "https://a.example", true},
		{"https://a.example", "http://a.example", false},
		{"https://a.example:80", "http://a.example", false},
		{"https://a.example:444", "https://a.example", false},
		{"https://a.example", "https://b.example", false},
		{"https://a.example", "https://b.a.example", false},
		{"https://a.example.", "https://a.example", false},
		{"https://a.example@b.example", "https://a.example", false},
	} {
		a, err := url.Parse(tc.a)
		require.NoError(t, err)
		b, err := url.Parse(tc.b)
		require.NoError(t, err)
		require.Equal(t, tc.want, httpkit.SameOrigin(a, b), "%s %s", tc.a, tc.b)
		require.Equal(t, tc.want, httpkit.SameOrigin(b, a), "%s %s", tc.b, tc.a)
	}
}
