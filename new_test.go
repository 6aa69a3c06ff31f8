package umbrella_test

import (
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/authprovider"
	"github.com/umbrella-api/umbrella-go/internal/memhttp"
)

func TestNew_NamesEverythingThatIsWrong(t *testing.T) {
	token := umbrella.WithToken(canaryToken)
	for _, tc := range []struct {
		name   string
		server string
		opts   []umbrella.Option
		want   []string // one line each, and no other
	}{
		{"empty server", "", []umbrella.Option{token}, []string{"server: not an absolute URL"}},
		{"relative server", "/api", []umbrella.Option{token}, []string{"server: not an absolute URL"}},
		{"plain http", "http://api.example.com", []umbrella.Option{token}, []string{"server: plain http to \"api.example.com\""}},
		{"other scheme", "ftp://api.example.com", []umbrella.Option{token}, []string{"server: the scheme is not https"}},
		{"user info, query, fragment", "https://u:canary@h.example/?a=canary#canary", []umbrella.Option{token}, []string{"user info", "query", "fragment"}},
		{"port", "https://h.example:99999", []umbrella.Option{token}, []string{"port"}},
		{"no credentials", umbrella.Sandbox, nil, []string{"need exactly one of WithAPIKey, WithToken and WithTokenSource, got 0"}},
		{"two credentials", umbrella.Sandbox, []umbrella.Option{token, umbrella.WithAPIKey(canaryKey, canaryCustomer)}, []string{"got 2"}},
		{"empty key and id", umbrella.Sandbox, []umbrella.Option{umbrella.WithAPIKey("", "")}, []string{"WithAPIKey: the API key: empty", "WithAPIKey: the customer id: empty"}},
		{"key with a line break", umbrella.Sandbox, []umbrella.Option{umbrella.WithAPIKey(canaryKey+"\r\nX: 1", canaryCustomer)}, []string{"WithAPIKey: the API key: character 20 of 25 is a carriage return"}},
		{"empty token", umbrella.Sandbox, []umbrella.Option{umbrella.WithToken("")}, []string{"WithToken: the token: empty"}},
		{"nil token source", umbrella.Sandbox, []umbrella.Option{umbrella.WithTokenSource(nil)}, []string{"WithTokenSource: the source is nil"}},
		{"nil client, logger and option", umbrella.Sandbox, []umbrella.Option{token, nil, umbrella.WithHTTPClient(nil), umbrella.WithLogger(nil)}, []string{"nil Option", "WithHTTPClient", "WithLogger"}},
		{"timeout", umbrella.Sandbox, []umbrella.Option{token, umbrella.WithTimeout(-1)}, []string{"WithTimeout"}},
		{"negative attempts", umbrella.Sandbox, []umbrella.Option{token, umbrella.WithRetry(umbrella.RetryPolicy{MaxAttempts: -1})}, []string{"WithRetry: a field is negative"}},
		{"negative back-off", umbrella.Sandbox, []umbrella.Option{token, umbrella.WithRetry(umbrella.RetryPolicy{MaxBackoff: -1})}, []string{"WithRetry: a field is negative"}},
		{"back-off the wrong way round", umbrella.Sandbox, []umbrella.Option{token, umbrella.WithRetry(umbrella.RetryPolicy{MinBackoff: 2, MaxBackoff: 1})}, []string{"WithRetry: MinBackoff is above MaxBackoff"}},
		{"user agent", umbrella.Sandbox, []umbrella.Option{token, umbrella.WithUserAgent("a\nb")}, []string{"WithUserAgent"}},
		{"empty user agent", umbrella.Sandbox, []umbrella.Option{token, umbrella.WithUserAgent("")}, []string{"WithUserAgent"}},
		{"response limit", umbrella.Sandbox, []umbrella.Option{token, umbrella.WithMaxResponseBytes(0)}, []string{"WithMaxResponseBytes"}},
		{
			"all at once", "http://api.example.com?q=1",
			[]umbrella.Option{umbrella.WithToken("a b"), umbrella.WithTimeout(-1), umbrella.WithUserAgent(""), umbrella.WithMaxResponseBytes(-1), umbrella.WithTokenSource(nil)},
			[]string{"WithToken", "WithTimeout", "WithUserAgent", "WithMaxResponseBytes", "WithTokenSource", "plain http", "query", "got 2"},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			client, err := umbrella.New(tc.server, tc.opts...)
			require.Nil(t, client)
			require.ErrorContains(t, err, "umbrella: cannot make a client: ")
			for _, want := range tc.want {
				require.ErrorContains(t, err, want)
			}
			require.Len(t, strings.Split(err.Error(), "\n"), len(tc.want))
			requireDiscreet(t, err)
		})
	}
}

func TestNew_TakesWhatIsRight(t *testing.T) {
	for name, opts := range map[string][]umbrella.Option{
		"https://api.example.com/base/":  {umbrella.WithAPIKey("k", "c")},
		"http://localhost:8080":          {umbrella.WithToken("t")},
		"http://[::1]:8080/":             {umbrella.WithTokenSource(authprovider.Static(authprovider.Token{}))},
		"http://api.example.com":         {umbrella.WithToken("t"), umbrella.WithInsecureHTTP()},
		umbrella.Production:              {umbrella.WithToken("t"), umbrella.WithRetry(umbrella.RetryPolicy{MaxBackoff: time.Millisecond})},
		umbrella.Sandbox:                 {umbrella.WithToken("t"), umbrella.WithTimeout(0), umbrella.WithUserAgent("my app ~/1")},
		"https://api.example.com/a%2Fb/": {umbrella.WithToken("t"), umbrella.WithRetry(umbrella.RetryPolicy{MinBackoff: time.Hour})},
	} {
		client, err := umbrella.New(name, opts...)
		require.NoError(t, err, name)
		require.NotNil(t, client.API(), name)
	}
}

func TestNewFromEnv(t *testing.T) {
	names := []string{"UMBRELLA_SERVER", "UMBRELLA_API_KEY", "UMBRELLA_CUSTOMER_ID", "UMBRELLA_TOKEN"}
	for _, tc := range []struct {
		name   string
		values [4]string // of the names above
		opts   []umbrella.Option
		want   []string // nil: a client
	}{
		{"key", [4]string{"sandbox", canaryKey, canaryCustomer, ""}, nil, nil},
		{"token", [4]string{"production", "", "", canaryToken}, nil, nil},
		{"URL", [4]string{"https://api.example.com/base", canaryKey, canaryCustomer, ""}, nil, nil},
		{"nothing", [4]string{}, nil, []string{"UMBRELLA_SERVER is not set", "UMBRELLA_API_KEY and UMBRELLA_CUSTOMER_ID, or UMBRELLA_TOKEN"}},
		{"no server", [4]string{"", canaryKey, canaryCustomer, ""}, nil, []string{"UMBRELLA_SERVER is not set"}},
		{"no credentials", [4]string{"sandbox", "", "", ""}, nil, []string{"no credentials"}},
		{"no key", [4]string{"sandbox", "", canaryCustomer, ""}, nil, []string{"UMBRELLA_API_KEY is not set"}},
		{"no id", [4]string{"sandbox", canaryKey, "", ""}, nil, []string{"UMBRELLA_CUSTOMER_ID is not set"}},
		{"token from a file", [4]string{"sandbox", "", "", canaryToken + "\n"}, nil, []string{"UMBRELLA_TOKEN: character 25 of 25 is a line feed"}},
		{"both kinds", [4]string{"sandbox", canaryKey, "", canaryToken}, nil, []string{"both set"}},
		{"bad server", [4]string{"staging", canaryKey, canaryCustomer, ""}, nil, []string{`UMBRELLA_SERVER is neither "production" nor "sandbox": not an absolute URL such as https://host/base/path`}},
		{"bad server, no credentials", [4]string{"staging", "", "", ""}, nil, []string{"UMBRELLA_SERVER is neither", "no credentials"}},
		{"plain http", [4]string{"http://canary.example", canaryKey, canaryCustomer, ""}, nil, []string{"plain http"}},
		{"plain http, as an option allows", [4]string{"http://canary.example", canaryKey, canaryCustomer, ""}, []umbrella.Option{umbrella.WithInsecureHTTP()}, nil},
		{"bad option too", [4]string{"http://canary.example", canaryKey, canaryCustomer, ""}, []umbrella.Option{umbrella.WithTimeout(-1)}, []string{"WithTimeout"}},
		{"second credentials in options", [4]string{"sandbox", "", "", canaryToken}, []umbrella.Option{umbrella.WithToken("x")}, []string{"got 2"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for i, name := range names {
				t.Setenv(name, tc.values[i])
			}
			client, err := umbrella.NewFromEnv(tc.opts...)
			if tc.want == nil {
				require.NoError(t, err)
				require.NotNil(t, client)
				return
			}
			require.Nil(t, client)
			for _, want := range tc.want {
				require.ErrorContains(t, err, want)
			}
		})
	}
}

func TestWithHTTPClient_IsCopiedAndNeverChanged(t *testing.T) {
	base := memhttp.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/elsewhere", http.StatusFound)
	}))
	mine := &http.Client{Transport: base, CheckRedirect: nil, Timeout: time.Minute}
	before := *mine
	client, err := umbrella.New(memhttp.URL, umbrella.WithToken(canaryToken), umbrella.WithHTTPClient(mine))
	require.NoError(t, err)
	_, err = client.CreateSessionLink(t.Context(), validRequest())
	require.Equal(t, http.StatusFound, apiError(t, err).StatusCode, "the redirect was not followed")
	require.Equal(t, before.Timeout, mine.Timeout)
	require.Same(t, base, mine.Transport)
	require.Nil(t, mine.CheckRedirect)
}

func TestWithHTTPClient_KeepsJarAndTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		jar, err := cookiejar.New(nil)
		require.NoError(t, err)
		var cookies []string
		transport := memhttp.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			cookies = append(cookies, r.Header.Get("Cookie"))
			if len(cookies) > 1 {
				<-r.Context().Done()
			}
			http.SetCookie(w, &http.Cookie{Name: "affinity", Value: "1"})
			answer(w, http.StatusOK, sessionBody)
		}))
		client, err := umbrella.New(memhttp.URL, umbrella.WithToken(canaryToken),
			umbrella.WithHTTPClient(&http.Client{Transport: transport, Timeout: time.Second, Jar: jar}))
		require.NoError(t, err)
		_, err = client.CreateSessionLink(t.Context(), validRequest())
		require.NoError(t, err)
		start := time.Now()
		_, err = client.CreateSessionLink(t.Context(), validRequest())
		require.Equal(t, time.Second, time.Since(start))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.True(t, apiError(t, err).MaybeProcessed)
		synctest.Wait()
		require.Equal(t, []string{"", "affinity=1"}, cookies)
	})
}

func TestNew_AllRequestsGoBelowTheServersPath(t *testing.T) {
	for base, below := range map[string]string{
		"": "", "/base": "/base", "/base///": "/base", "/x/../base": "/base", "/a%2Fb/": "/a%2Fb",
	} {
		var paths []string
		transport := memhttp.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			paths = append(paths, r.Method+" "+r.URL.EscapedPath())
			if strings.HasSuffix(r.URL.Path, "/auth") {
				answer(w, http.StatusOK, tokenBody)
				return
			}
			answer(w, http.StatusOK, sessionBody)
		}))
		client, err := umbrella.New(memhttp.URL+base, umbrella.WithAPIKey(canaryKey, canaryCustomer),
			umbrella.WithHTTPClient(&http.Client{Transport: transport}))
		require.NoError(t, err)
		_, err = client.CreateSessionLink(t.Context(), validRequest())
		require.NoError(t, err)
		_, err = client.API().CreateSessionLinkWithResponse(t.Context(), validRequest())
		require.NoError(t, err)
		operation := "POST " + below + "/onboarding/createSessionLink"
		require.Equal(t, []string{"POST " + below + "/auth", operation, operation}, paths, base)
	}
}
