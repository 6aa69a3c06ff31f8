//go:build interop

// Package interop runs our client and our mock against independent readers of
// the same document. It needs node and an `npm ci` in this folder; make interop
// does both.
package interop

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/authprovider"
	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

var request = api.CreateSessionLinkRequest{
	Email:       "user@example.com",
	PhoneNumber: "+436769556026",
	RedirectURL: "https://example.com/onboarding/success",
	DocURL:      "https://example.com/contract.pdf",
	SignForms:   []api.SignForm{{FieldID: "Signature1", ActorID: "userToIdentify"}},
}

// start runs a program until the test ends and returns the first match of ready
// in its output.
func start(t *testing.T, ready *regexp.Regexp, name string, args ...string) []string {
	cmd := exec.Command(name, args...)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	cmd.Stderr = os.Stderr
	require.NoError(t, cmd.Start())
	matched := make(chan []string, 1)
	go func() {
		defer close(matched)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if m := ready.FindStringSubmatch(lines.Text()); m != nil && len(matched) == 0 {
				matched <- m
			}
		}
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	select {
	case m := <-matched:
		require.NotNil(t, m, "%s ended before it was ready", name)
		return m
	case <-ctx.Done():
		require.Fail(t, "not ready in time", name)
		return nil
	}
}

func prism(t *testing.T, args ...string) (url string) {
	ready := regexp.MustCompile(`listening on (http://127\.0\.0\.1:\d+)`)
	args = append(args, "--port", "0", "--host", "127.0.0.1")
	return start(t, ready, "node", append([]string{"node_modules/@stoplight/prism-cli/dist/index.js"}, args...)...)[1]
}

func build(t *testing.T) string {
	binary := filepath.Join(t.TempDir(), "umbrella")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "../../cmd/umbrella").CombinedOutput()
	require.NoError(t, err, string(out))
	return binary
}

func prefer(code string) api.RequestEditorFn {
	return func(_ context.Context, req *http.Request) error {
		req.Header.Set("Prefer", "code="+code)
		return nil
	}
}

func TestPrismMock_AnswersOurCommandAndOurClient(t *testing.T) {
	url := prism(t, "mock", "../../openapi.yaml")

	cmd := exec.CommandContext(t.Context(), build(t), "link", "--json", "--server", url,
		"--email", request.Email, "--phone", request.PhoneNumber,
		"--redirect-url", request.RedirectURL, "--doc-url", request.DocURL)
	cmd.Env = append(os.Environ(), "UMBRELLA_TOKEN=x.y.z", "UMBRELLA_API_KEY=", "UMBRELLA_CUSTOMER_ID=")
	out, err := cmd.Output()
	require.NoError(t, err)
	var link api.SessionLink
	require.NoError(t, json.Unmarshal(out, &link))
	require.Equal(t, "123e4567-e89b-12d3-a456-426614174000", link.RequestID)

	client, err := umbrella.New(url, umbrella.WithToken("x.y.z"), umbrella.WithoutValidation())
	require.NoError(t, err)
	_, err = client.CreateSessionLink(t.Context(), api.CreateSessionLinkRequest{})
	require.ErrorIs(t, err, umbrella.ErrInvalidRequest, "Prism judges the request by itself")
	_, err = client.CreateSessionLink(t.Context(), request, prefer("401"))
	require.ErrorIs(t, err, umbrella.ErrUnauthorized)
}

func TestPrismProxy_FindsNoFaultBetweenOurClientAndOurMock(t *testing.T) {
	mock := umbrellatest.NewServer(t)
	source, err := authprovider.NewAPIKeySource(mock.URL, mock.APIKey, mock.CustomerID)
	require.NoError(t, err)
	token, err := source.Token(t.Context()) // POST /auth is not in the document, so not for Prism
	require.NoError(t, err)
	url := prism(t, "proxy", "../../openapi.yaml", mock.URL, "--errors")

	client, err := umbrella.New(url, umbrella.WithToken(token.AccessToken()), umbrella.WithoutValidation())
	require.NoError(t, err)
	link, err := client.CreateSessionLink(t.Context(), request)
	require.NoError(t, err)
	require.Contains(t, mock.Sessions(), link.RequestID)

	_, err = client.CreateSessionLink(t.Context(), api.CreateSessionLinkRequest{Email: "nobody"})
	var failure *umbrella.Error
	require.ErrorAs(t, err, &failure)
	require.NotEqual(t, http.StatusOK, failure.StatusCode, "Prism does enforce")
	require.Len(t, mock.Sessions(), 1)
}

func TestTypeScriptClient_CreatesASessionOnOurMock(t *testing.T) {
	require.NoError(t, os.MkdirAll(".build", 0o755))
	for _, args := range [][]string{
		{"node_modules/openapi-typescript/bin/cli.js", "../../openapi.yaml", "-o", ".build/openapi.d.ts"},
		{"node_modules/typescript/bin/tsc", "-p", "."},
	} {
		out, err := exec.CommandContext(t.Context(), "node", args...).CombinedOutput()
		require.NoError(t, err, string(out))
	}
	var mock struct{ URL, APIKey, CustomerID string }
	line := start(t, regexp.MustCompile(`^\{.*\}$`), build(t), "mock")[0]
	require.NoError(t, json.Unmarshal([]byte(line), &mock))

	out, err := exec.CommandContext(t.Context(), "node", ".build/client.js", mock.URL, mock.APIKey, mock.CustomerID).CombinedOutput()
	require.NoError(t, err, string(out))
	var got struct {
		Link    api.SessionLink
		Refusal struct {
			Status  int
			Message string
		}
	}
	require.NoError(t, json.Unmarshal(out, &got), strings.TrimSpace(string(out)))
	require.NotEmpty(t, got.Link.RequestID)
	require.NotEmpty(t, got.Link.URL)
	require.Equal(t, http.StatusBadRequest, got.Refusal.Status)
	require.Equal(t, "Invalid request payload", got.Refusal.Message)
}
