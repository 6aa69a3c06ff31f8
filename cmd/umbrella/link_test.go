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
	"github.com/umbrella-api/umbrella-go/contract"
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

	code, _, stderr = invoke(t, t.Context(), "", "link", "--mock", "--json")
	require.Equal(t, exitOK, code, stderr)
	require.Regexp(t, `^{"mock":"http://127\.0\.0\.1:\d+"}\n$`, stderr)
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
	known, err := operations(contract.OpenAPI())
	require.NoError(t, err)
	got, err := known["createSessionLink"].example()
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
		code  int
	}{
		"400":            {umbrellatest.Fault{Path: operationPath, Status: 400}, []string{"400", "Invalid request payload", "openapi.yaml"}, exitFailed},
		"401":            {umbrellatest.Fault{Path: operationPath, Status: 401, Times: 2}, []string{"401", "credentials"}, exitCredentials},
		"429":            {umbrellatest.Fault{Path: operationPath, Status: 429, RetryAfter: "3600"}, []string{"429", "retry after 1h0m0s"}, exitFailed},
		"500":            {umbrellatest.Fault{Path: operationPath, Status: 500}, []string{"500", "check before you call again"}, exitSession},
		"a lost answer":  {umbrellatest.Fault{Path: operationPath, Reset: true, AfterProcessing: true}, []string{"check the network", "check before you call again"}, exitSession},
		"a broken 200":   {umbrellatest.Fault{Path: operationPath, Break: true}, []string{"200", "check before you call again"}, exitSession},
		"/auth says 401": {umbrellatest.Fault{Path: "/auth", Status: 401}, []string{"/auth", "401", "API key"}, exitCredentials},
	} {
		t.Run(name, func(t *testing.T) {
			s := served(t)
			require.NoError(t, s.Inject(tc.fault))
			code, stdout, stderr := invoke(t, t.Context(), "", with(goodFlags)...)
			require.Equal(t, tc.code, code)
			require.Empty(t, stdout)
			require.Equal(t, 1, strings.Count(stderr, "\n"), stderr)
			for _, want := range tc.wants {
				require.Contains(t, stderr, want)
			}
			require.Equal(t, tc.code == exitSession, strings.Contains(stderr, "it may have been processed"))
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
	require.Equal(t, exitSession, code)
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

func TestLink_WaitsUntilTheDocumentIsSigned(t *testing.T) {
	s := served(t)
	b := start(t, with(goodFlags, "--wait", "--json")...)
	// The command goes on once all of the line is read.
	first, err := b.stdout.Peek(1)
	require.NoError(t, err)
	require.Equal(t, "{", string(first))
	for id := range s.Sessions() {
		require.NoError(t, s.Complete(id))
	}
	var link api.SessionLink
	require.NoError(t, json.Unmarshal([]byte(line(t, b.stdout)), &link))
	var v api.Verification
	require.NoError(t, json.Unmarshal([]byte(line(t, b.stdout)), &v))
	require.Equal(t, link.RequestID, *v.RequestID)
	require.True(t, *v.IsVerified)
	require.Equal(t, exitOK, <-b.code)
}

func TestLink_ThatIsNotSignedTellsOfItsSession(t *testing.T) {
	for name, tc := range map[string]struct {
		end   func(s *umbrellatest.Server, id string) error
		code  int
		wants string
	}{
		"declined": {func(s *umbrellatest.Server, id string) error { return s.Cancel(id) }, exitNotSigned, "its status is"},
		"no access any more": {func(s *umbrellatest.Server, _ string) error {
			return s.Inject(umbrellatest.Fault{Path: "/onboarding/getVerification/{sessionId}", Status: 403})
		}, exitSession, "403"},
	} {
		t.Run(name, func(t *testing.T) {
			s := served(t)
			b := start(t, with(goodFlags, "--wait", "--json")...)
			_, err := b.stdout.Peek(1)
			require.NoError(t, err)
			var id string
			for id = range s.Sessions() {
				require.NoError(t, tc.end(s, id))
			}
			line(t, b.stdout)
			f := jsonError(t, lineWith(t, b.stderr, `"code"`))
			require.Equal(t, tc.code, f.Code)
			require.Equal(t, id, f.RequestID)
			require.True(t, f.MaybeProcessed)
			require.Contains(t, f.Message, tc.wants)
			require.Contains(t, f.Message, "umbrella status "+id)
			require.Equal(t, tc.code, <-b.code)
		})
	}
}

func TestLink_InterruptEndsTheWaitAndNotTheSession(t *testing.T) {
	served(t)
	b := start(t, with(goodFlags, "--wait")...)
	lineWith(t, b.stdout, "Request")
	require.Equal(t, "waiting for the signature; Ctrl-C ends it\n", lineWith(t, b.stderr, "signature"))
	require.Equal(t, exitSession, b.stop())
}

func TestLink_WhoseTimeIsOverIsNotSigned(t *testing.T) {
	s := served(t)
	require.NoError(t, s.Inject(umbrellatest.Fault{Path: operationPath, Expired: true}))
	code, stdout, stderr := invoke(t, t.Context(), "", with(goodFlags, "--wait", "--json")...)
	require.Equal(t, exitNotSigned, code)
	require.Equal(t, 1, strings.Count(stdout, "\n"))
	require.Contains(t, jsonError(t, stderr).Message, "the link has expired")
}

func TestLink_WaitsForTheMockToo(t *testing.T) {
	environment(t, nil)
	b := start(t, "link", "--mock", "--wait")
	line(t, b.stderr)
	url := strings.TrimSpace(strings.TrimPrefix(line(t, b.stdout), "URL"))
	stay := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := stay.PostForm(url, map[string][]string{"action": {"sign"}})
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	go func() { _, _ = io.Copy(io.Discard, b.stderr) }()
	rest, err := io.ReadAll(b.stdout)
	require.NoError(t, err)
	require.Contains(t, string(rest), "Signed   yes\n")
	require.Equal(t, exitOK, <-b.code)
}
