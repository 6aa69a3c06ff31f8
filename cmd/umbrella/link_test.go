package main

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

// served is a mock whose server and credentials are in the environment.
func served(t *testing.T) *umbrellatest.Server {
	s := umbrellatest.NewServer(t)
	environment(t, map[string]string{"UMBRELLA_SERVER": s.URL, "UMBRELLA_API_KEY": s.APIKey, "UMBRELLA_CUSTOMER_ID": s.CustomerID})
	return s
}

// sent is the request of the one session that s opened.
func sent(t *testing.T, s *umbrellatest.Server) api.CreateSessionLinkRequest {
	require.Len(t, s.Sessions(), 1)
	for _, session := range s.Sessions() {
		return session.Request
	}
	return api.CreateSessionLinkRequest{}
}

func TestLink_WithMockNeedsNothingAndSaysSo(t *testing.T) {
	environment(t, map[string]string{"UMBRELLA_SERVER": "https://real.invalid", "UMBRELLA_TOKEN": "x.y.z"})
	code, stdout, stderr := invoke(t, t.Context(), "", "link", "--mock")
	require.Equal(t, exitOK, code, stderr)
	require.Regexp(t, `^using an in-process mock server at http://127\.0\.0\.1:\d+; no real session is created\n$`, stderr)
	lines := regexp.MustCompile(`^URL      (\S+)\nExpires  (.+) \(in 1h0m0s\)\nRequest  [0-9a-f-]{36}\n$`).FindStringSubmatch(stdout)
	require.NotNil(t, lines, stdout)
	require.Regexp(t, `^http://127\.0\.0\.1:\d+/wizard/`, lines[1])
	expiry, err := time.ParseInLocation("Mon, 02 Jan 2006 15:04:05 MST", lines[2], time.Local)
	require.NoError(t, err)
	require.WithinDuration(t, time.Now().Add(time.Hour), expiry, time.Minute)
}

func TestLink_PrintsJSONForPrograms(t *testing.T) {
	s := served(t)
	code, stdout, stderr := invoke(t, t.Context(), "", with(goodFlags, "--json")...)
	require.Equal(t, exitOK, code, stderr)
	require.Empty(t, stderr)
	var link api.SessionLink
	require.NoError(t, json.Unmarshal([]byte(stdout), &link))
	require.Equal(t, s.Sessions()[link.RequestID].SessionLink, link)
}

func TestLink_SendsWhatTheFlagsSay(t *testing.T) {
	s := served(t)
	code, _, stderr := invoke(t, t.Context(), "", with(goodFlags, "--sign", "a=b", "--sign", "c=d=e", "--fill", "name=Ann", "--fill", "empty=")...)
	require.Equal(t, exitOK, code, stderr)
	require.Equal(t, api.CreateSessionLinkRequest{
		Email: "user@example.com", PhoneNumber: "+436769556026", RedirectURL: "https://example.com/done", DocURL: "https://example.com/doc.pdf",
		SignForms: []api.SignForm{{FieldID: "a", ActorID: "b"}, {FieldID: "c", ActorID: "d=e"}},
		FillForm:  []api.FillFormField{{FieldID: "name", Value: "Ann"}, {FieldID: "empty", Value: ""}},
	}, sent(t, s))
}

func TestLink_SendsWhatTheFileSaysAndFlagsAdd(t *testing.T) {
	path := filepath.Join(t.TempDir(), "request.json")
	require.NoError(t, os.WriteFile(path, []byte(goodFile), 0o600))
	for name, tc := range map[string]struct {
		stdin string
		args  []string
	}{
		"file":           {"", []string{"link", "--file", path}},
		"standard input": {goodFile, []string{"link", "--file", "-"}},
		"file and flags": {strings.Replace(goodFile, `"email":"user@example.com",`, "", 1), []string{"link", "--file", "-", "--email", "user@example.com"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := served(t)
			code, _, stderr := invoke(t, t.Context(), tc.stdin, tc.args...)
			require.Equal(t, exitOK, code, stderr)
			require.Equal(t, "user@example.com", sent(t, s).Email)
		})
	}
}

func TestLink_WithMockTakesWhatIsMissingFromTheDocument(t *testing.T) {
	document, err := openapi3.NewLoader().LoadFromData(umbrella.OpenAPI())
	require.NoError(t, err)
	want := document.Paths.Value("/onboarding/createSessionLink").Post.RequestBody.Value.Content.Get("application/json").Examples["default"].Value.Value
	got, err := example()
	require.NoError(t, err)
	require.Equal(t, want, got)

	code, _, stderr := invoke(t, t.Context(), "", "link", "--mock", "--email", "nobody")
	require.Equal(t, exitUsage, code, "flags come before the example")
	require.Contains(t, stderr, "--email")
	code, _, stderr = invoke(t, t.Context(), "{}", "link", "--mock", "--file", "-")
	require.Equal(t, exitUsage, code, "a file is the whole request")
	require.Contains(t, stderr, "$.email in --file is missing")
}

func TestLink_FlagForTheServerWinsOverTheEnvironment(t *testing.T) {
	s := served(t)
	t.Setenv("UMBRELLA_SERVER", "https://other.invalid")
	code, _, stderr := invoke(t, t.Context(), "", with(goodFlags, "--server", s.URL)...)
	require.Equal(t, exitOK, code, stderr)
}

func TestLink_SaysWhatFailedAndWhatToDo(t *testing.T) {
	for name, tc := range map[string]struct {
		fault umbrellatest.Fault
		wants []string
		maybe bool
	}{
		"400":            {umbrellatest.Fault{Path: operationPath, Status: 400}, []string{"400", "Invalid request payload", "openapi.yaml"}, false},
		"401":            {umbrellatest.Fault{Path: operationPath, Status: 401, Times: 2}, []string{"401", "credentials"}, false},
		"429":            {umbrellatest.Fault{Path: operationPath, Status: 429, RetryAfter: "3600"}, []string{"429", "retry after 1h0m0s"}, false},
		"500":            {umbrellatest.Fault{Path: operationPath, Status: 500}, []string{"500", "check before you call again"}, true},
		"a lost answer":  {umbrellatest.Fault{Path: operationPath, Reset: true, AfterProcessing: true}, []string{"check the network", "check before you call again"}, true},
		"a broken 200":   {umbrellatest.Fault{Path: operationPath, Break: true}, []string{"200", "check before you call again"}, true},
		"/auth says 401": {umbrellatest.Fault{Path: "/auth", Status: 401}, []string{"/auth", "401", "API key"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := served(t)
			require.NoError(t, s.Inject(tc.fault))
			code, stdout, stderr := invoke(t, t.Context(), "", with(goodFlags)...)
			require.Equal(t, exitFailed, code)
			require.Empty(t, stdout)
			require.Equal(t, 1, strings.Count(stderr, "\n"), stderr)
			for _, want := range tc.wants {
				require.Contains(t, stderr, want)
			}
			require.Equal(t, tc.maybe, strings.Contains(stderr, "it may have been processed"))
			for _, secret := range []string{s.APIKey, s.CustomerID, "user@example.com", "+436769556026"} {
				require.NotContains(t, stderr, secret)
			}
		})
	}
}

func TestLink_NobodyThereNamesTheServerSetting(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	environment(t, map[string]string{"UMBRELLA_SERVER": "http://" + listener.Addr().String(), "UMBRELLA_API_KEY": "key", "UMBRELLA_CUSTOMER_ID": "customer"})
	code, _, stderr := invoke(t, t.Context(), "", with(goodFlags)...)
	require.Equal(t, exitFailed, code)
	require.Contains(t, stderr, "connection refused")
	require.Contains(t, stderr, "UMBRELLA_SERVER")
}

func TestLink_InterruptCancelsTheCall(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		interrupt()
		<-r.Context().Done()
	}))
	t.Cleanup(server.Close)
	environment(t, map[string]string{"UMBRELLA_SERVER": server.URL, "UMBRELLA_TOKEN": "x.y.z"})
	code, _, stderr := invoke(t, ctx, "", with(goodFlags)...)
	require.Equal(t, exitFailed, code)
	require.Contains(t, stderr, "interrupted")
	require.Contains(t, stderr, "it may have been processed")
}

func TestLink_ServerCannotSteerTheTerminal(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"status":true,"data":{"url":"https://a.example","requestId":"\u001b[2J","expiresAfter":"2020-01-01T00:00:00Z"}}`))
	}))
	t.Cleanup(server.Close)
	environment(t, map[string]string{"UMBRELLA_SERVER": server.URL, "UMBRELLA_TOKEN": "x.y.z"})
	code, stdout, stderr := invoke(t, t.Context(), "", with(goodFlags)...)
	require.Equal(t, exitOK, code, stderr)
	require.NotContains(t, stdout, "\x1b")
	require.Contains(t, stdout, `"\x1b[2J"`)
	require.Contains(t, stdout, "(already past)")
}
