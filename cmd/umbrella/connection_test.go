package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

// For what is polled.
const (
	patience = 10 * time.Second
	tick     = 5 * time.Millisecond
)

func jwt(exp string) string {
	part := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
	return part(`{"alg":"none"}`) + "." + part(`{"apiKey":"canary"`+exp+`}`) + ".canary"
}

func TestConfiguration_IsJudgedAllAtOnceInTheWordsOfThePerson(t *testing.T) {
	for name, tc := range map[string]struct {
		set   map[string]string
		args  []string
		code  int
		wants []string
	}{
		"a name that is not quite one": {map[string]string{"UMBRELLA_SERVER": "prod", "UMBRELLA_TOKEN": "x"}, nil, exitUsage, []string{"UMBRELLA_SERVER=prod: want production, sandbox or a URL", "did you mean production?"}},
		"a flag that is not quite one": {map[string]string{"UMBRELLA_TOKEN": "x"}, []string{"--server", "sandbx"}, exitUsage, []string{"--server sandbx: want", "did you mean sandbox?"}},
		"a secret in the wrong place":  {map[string]string{"UMBRELLA_SERVER": "canary-canary-canary", "UMBRELLA_TOKEN": "x"}, nil, exitUsage, []string{"UMBRELLA_SERVER=…: want"}},
		"no scheme":                    {map[string]string{"UMBRELLA_SERVER": "canary:8080", "UMBRELLA_TOKEN": "x"}, nil, exitUsage, []string{"UMBRELLA_SERVER=…: want", "a URL that begins with http:// or https://"}},
		"the scheme of a header":       {map[string]string{"UMBRELLA_SERVER": "sandbox", "UMBRELLA_TOKEN": "Bearer canary"}, nil, exitCredentials, []string{"UMBRELLA_TOKEN: character 7 of 13 is a space: it goes without Bearer"}},
		"plain http":                   {map[string]string{"UMBRELLA_SERVER": "http://example.com", "UMBRELLA_TOKEN": "x"}, nil, exitUsage, []string{`UMBRELLA_SERVER=…: plain http to "example.com"`, "use https"}},
		"more than a base URL":         {map[string]string{"UMBRELLA_SERVER": "https://canary@example.com?canary#canary", "UMBRELLA_TOKEN": "x"}, nil, exitUsage, []string{"user info", "query", "fragment"}},
		"a line feed":                  {map[string]string{"UMBRELLA_SERVER": "sandbox", "UMBRELLA_TOKEN": "canary\n"}, nil, exitCredentials, []string{"UMBRELLA_TOKEN: character 7 of 7 is a line feed"}},
		"two kinds":                    {map[string]string{"UMBRELLA_SERVER": "sandbox", "UMBRELLA_TOKEN": "canary", "UMBRELLA_API_KEY": "canary"}, nil, exitCredentials, []string{"keep one kind"}},
		"expired":                      {map[string]string{"UMBRELLA_SERVER": "sandbox", "UMBRELLA_TOKEN": jwt(`,"exp":1577836800`)}, nil, exitCredentials, []string{"UMBRELLA_TOKEN expired at 2020-01-01T00:00:00Z"}},
		"everything":                   {map[string]string{"UMBRELLA_SERVER": "prod", "UMBRELLA_API_KEY": "can ary", "UMBRELLA_CUSTOMER_ID": "cänary"}, []string{"--timeout", "-1s", "--retries", "-1"}, exitUsage, []string{"UMBRELLA_SERVER=prod", "UMBRELLA_API_KEY: character 4 of 7 is a space", "UMBRELLA_CUSTOMER_ID: character 2 of 6 is U+00E4", "--timeout must", "--retries must"}},
		"nothing":                      {nil, nil, exitUsage, []string{"UMBRELLA_SERVER is not set", "no credentials"}},
		"a number":                     {nil, []string{"--retries", "few"}, exitUsage, []string{"--retries few: want a whole number"}},
		"a switch":                     {nil, []string{"--verbose=loud"}, exitUsage, []string{"--verbose loud: want true or false"}},
		"no value":                     {nil, []string{"--server"}, exitUsage, []string{"--server needs a value"}},
		"one hyphen":                   {nil, []string{"-x"}, exitUsage, []string{"no flag -x"}},
		"one hyphen too few":           {nil, []string{"-retries=canary"}, exitUsage, []string{"no flag -retries (did you mean --retries?)"}},
		"a secret as a flag":           {nil, []string{"--canaryCANARY1"}, exitUsage, []string{"no flag …"}},
		"no name":                      {nil, []string{"--=x"}, exitUsage, []string{"--name=value"}},
	} {
		t.Run(name, func(t *testing.T) {
			environment(t, tc.set)
			code, stdout, stderr := invoke(t, t.Context(), "", append([]string{"status", "id"}, tc.args...)...)
			require.Equal(t, tc.code, code, stderr)
			require.Empty(t, stdout)
			for _, want := range tc.wants {
				require.Contains(t, stderr, want)
			}
			require.NotRegexp(t, `canary|With[A-Z]`, stderr)

			code, _, stderr = invoke(t, t.Context(), "", append([]string{"status", "id", "--json"}, tc.args...)...)
			require.Equal(t, tc.code, code)
			f := jsonError(t, stderr)
			require.Equal(t, tc.code, f.Code)
			require.False(t, f.MaybeProcessed)
			require.Contains(t, f.Message, tc.wants[0])
		})
	}
}

func TestAuthCheck_ExchangesATokenAndNothingElse(t *testing.T) {
	s := served(t)
	code, stdout, stderr := invoke(t, t.Context(), "", "auth", "check")
	require.Equal(t, exitOK, code, stderr)
	require.Equal(t, "the service has taken the credentials and given a token; the token ends in 1h0m0s\n", stdout)
	require.Equal(t, 1, s.AuthCalls())
	require.Empty(t, s.Sessions())
	code, stdout, _ = invoke(t, t.Context(), "", "auth", "check", "--json")
	require.Equal(t, exitOK, code)
	require.Regexp(t, `^{"exchanged":true,"expiresAt":"20`, stdout)

	require.NoError(t, s.Inject(umbrellatest.Fault{Path: "/auth", Status: 429, RetryAfter: "7", Times: 9}))
	code, _, stderr = invoke(t, t.Context(), "", "auth", "check", "--json", "--timeout", "1s")
	require.Equal(t, exitFailed, code, stderr)
	s.Reset()
	s.RotateCredentials()
	code, _, stderr = invoke(t, t.Context(), "", "auth", "check", "--json")
	require.Equal(t, exitCredentials, code)
	f := jsonError(t, stderr)
	require.Equal(t, http.StatusUnauthorized, f.Status)
	require.NotContains(t, stderr, s.APIKey)

	environment(t, map[string]string{"UMBRELLA_SERVER": "sandbox", "UMBRELLA_TOKEN": jwt(fmt.Sprintf(`,"exp":%d`, time.Now().Add(time.Hour).Unix()))})
	code, stdout, stderr = invoke(t, t.Context(), "", "auth", "check")
	require.Equal(t, exitOK, code, stderr)
	require.Contains(t, stdout, "only a call tells; the token ends in ")
	require.NotContains(t, stdout, "canary")
	environment(t, map[string]string{"UMBRELLA_SERVER": "sandbox", "UMBRELLA_TOKEN": "no-jwt"})
	code, stdout, _ = invoke(t, t.Context(), "", "auth", "check", "--json")
	require.Equal(t, exitOK, code)
	require.Equal(t, "{\"exchanged\":false}\n", stdout)
	code, _, stderr = invoke(t, t.Context(), "", "auth", "check", "--timeout", "-1s")
	require.Equal(t, exitUsage, code)
	require.Contains(t, stderr, "--timeout")
}

func TestCalls_RepeatAsOftenAsTheyAreTold(t *testing.T) {
	for retries, want := range map[string]int{"0": 1, "1": 2} {
		s := served(t)
		require.NoError(t, s.Inject(umbrellatest.Fault{Path: operationPath, Status: 429, RetryAfter: "0", Times: 9}))
		code, _, stderr := invoke(t, t.Context(), "", with(goodFlags, "--retries", retries, "--verbose", "--json")...)
		require.Equal(t, exitFailed, code)
		lines := strings.Split(strings.TrimSpace(stderr), "\n")
		require.Len(t, lines, want+1, "each attempt, and the error")
		require.Contains(t, lines[0], `"msg":"umbrella: attempt","operation":"createSessionLink"`)
		require.Equal(t, http.StatusTooManyRequests, jsonError(t, lines[want]).Status)
	}
	s := served(t)
	require.NoError(t, s.Inject(umbrellatest.Fault{Path: operationPath, Status: 429, RetryAfter: "90"}))
	code, _, stderr := invoke(t, t.Context(), "", with(goodFlags, "--verbose")...)
	require.Equal(t, exitFailed, code)
	require.Contains(t, stderr, `msg="umbrella: attempt"`)
	_, _, stderr = invoke(t, t.Context(), "", with(goodFlags, "--json", "--server", s.URL+"/none")...)
	require.NotContains(t, stderr, "retryAfter")
	require.NoError(t, s.Inject(umbrellatest.Fault{Path: operationPath, Status: 429, RetryAfter: "90"}))
	_, _, stderr = invoke(t, t.Context(), "", with(goodFlags, "--json")...)
	require.InDelta(t, 90, jsonError(t, stderr).RetryAfter, 0)
}

// slow has the environment name a server that does not answer, and tells of each request.
func slow(t *testing.T) (asked chan struct{}) {
	asked = make(chan struct{}, 10)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		asked <- struct{}{}
		<-r.Context().Done()
	}))
	t.Cleanup(server.Close)
	environment(t, map[string]string{"UMBRELLA_SERVER": server.URL, "UMBRELLA_TOKEN": "x.y.z"})
	return asked
}

func TestCalls_TellAPersonThatTheyWait(t *testing.T) {
	request := filepath.Join(t.TempDir(), "request.json")
	require.NoError(t, os.WriteFile(request, []byte(goodFile), 0o600))
	reads, changes := "Ctrl-C ends it", "after Ctrl-C nobody knows whether it was done"
	for _, tc := range []struct {
		notice string
		args   []string
	}{
		{reads, []string{"status", "id"}},
		{reads, []string{"call", "getVerification", "--param", "sessionId=id"}},
		{changes, []string{"call", "createSessionLink", "--file", request}},
		{changes, []string{"link", "--file", request}},
		{changes, []string{"listen", "--configure", "https://example.com/hook"}},
	} {
		asked := slow(t)
		b := start(t, tc.args...)
		require.Equal(t, "waiting for the service; "+tc.notice+"\n", lineWith(t, b.stderr, "waiting"), "on a terminal")
		<-asked
		want := exitFailed
		if tc.notice == changes {
			want = exitSession
		}
		require.Equal(t, want, b.stop(), tc.args)
	}
}

func TestCalls_EndInTime(t *testing.T) {
	slow(t)
	code, _, stderr := invoke(t, t.Context(), "", "status", "id", "--timeout", "20ms")
	require.Equal(t, exitFailed, code)
	require.Contains(t, stderr, "deadline exceeded; --timeout sets the limit")
	require.NotContains(t, stderr, "waiting", "no terminal")

	var errs bytes.Buffer
	std := streams{stdin: strings.NewReader(""), stdout: io.Discard, stderr: &errs, terminal: true, patience: time.Millisecond}
	require.Equal(t, exitFailed, run(t.Context(), []string{"status", "id", "--timeout", "20ms", "--json"}, std))
	require.Contains(t, jsonError(t, errs.String()).Message, "deadline exceeded", "and no other line")
}
