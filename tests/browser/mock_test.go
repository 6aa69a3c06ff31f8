package browser

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/api"
)

// mock is a running umbrella mock and the ready line that it printed.
type mock struct {
	URL        string
	APIKey     string
	CustomerID string
	CA         string // the file with the certificate that signed the mock's own, with --tls
}

// startMock runs umbrella mock until the test ends.
func startMock(t *testing.T, flags ...string) mock {
	cmd := exec.Command(command, append([]string{"mock"}, flags...)...)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadBytes('\n')
	require.NoError(t, err)
	var m mock
	require.NoError(t, json.Unmarshal(line, &m))
	return m
}

// link gets a session's link with umbrella link.
func (m mock) link(t *testing.T, redirectURL string, flags ...string) api.SessionLink {
	cmd := exec.CommandContext(t.Context(), command, append([]string{
		"link", "--json", "--server", m.URL, "--email", "erika@example.com", "--phone", "+436508021530",
		"--redirect-url", redirectURL, "--doc-url", "https://example.com/contract.pdf", "--sign", "Signature1=userToIdentify",
	}, flags...)...)
	cmd.Env = append(os.Environ(), "UMBRELLA_TOKEN=", "UMBRELLA_API_KEY="+m.APIKey, "UMBRELLA_CUSTOMER_ID="+m.CustomerID)
	if m.CA != "" {
		cmd.Env = append(cmd.Env, "SSL_CERT_FILE="+m.CA)
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, stderr.String())
	var link api.SessionLink
	require.NoError(t, json.Unmarshal(out, &link))
	return link
}

// overview is the address of the overview.
func (m mock) overview() string { return strings.TrimSuffix(m.URL, "/api/services") + "/__mock/" }

// state is that of a session in the mock's books.
func (m mock) state(t *testing.T, requestID string) string {
	var sessions map[string]struct{ Status string }
	require.NoError(t, json.Unmarshal(m.send(t, http.MethodGet, m.overview()+"sessions", "", nil).body, &sessions))
	return sessions[requestID].Status
}

// client is one that trusts the mock.
func (m mock) client(t *testing.T) *http.Client {
	if m.CA == "" {
		return http.DefaultClient
	}
	certificate, err := os.ReadFile(m.CA)
	require.NoError(t, err)
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(certificate))
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}
	t.Cleanup(client.CloseIdleConnections)
	return client
}

type answer struct {
	status int
	body   []byte
}

// send calls the mock as a program does, past the client, which judges requests.
func (m mock) send(t *testing.T, method, address, body string, header map[string]string) answer {
	req, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	require.NoError(t, err)
	for name, value := range header {
		req.Header.Set(name, value)
	}
	resp, err := m.client(t).Do(req)
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	data, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return answer{resp.StatusCode, data}
}

// create calls createSessionLink with any body.
func (m mock) create(t *testing.T, body string) answer {
	var token struct {
		AccessToken string `json:"access_token"`
	}
	auth := m.send(t, http.MethodPost, m.URL+"/auth", "", map[string]string{"Api-Key": m.APIKey, "Customer-Id": m.CustomerID})
	require.NoError(t, json.Unmarshal(auth.body, &token))
	return m.send(t, http.MethodPost, m.URL+"/onboarding/createSessionLink", body,
		map[string]string{"Authorization": "Bearer " + token.AccessToken, "Content-Type": "application/json"})
}

// startPage serves the page of an application that a signer comes back to.
func startPage(t *testing.T) (origin string) {
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, `<!doctype html><html lang="en"><title>Application</title><h1>Welcome back</h1>`)
	}))
	t.Cleanup(page.Close)
	return page.URL
}

// startRedirect serves a redirect to an address.
func startRedirect(t *testing.T, to string) (origin string) {
	server := httptest.NewServer(http.RedirectHandler(to, http.StatusFound))
	t.Cleanup(server.Close)
	return server.URL
}
