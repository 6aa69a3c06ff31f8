package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/api"
)

type ready struct{ URL, APIKey, CustomerID, CA string }

// startMock runs umbrella mock in this process until stop is called, which
// returns its exit code and what it wrote to standard error.
func startMock(t *testing.T, args ...string) (r ready, stop func() (int, string)) {
	ctx, cancel := context.WithCancel(t.Context())
	out, in := io.Pipe()
	var stderr lockedBuffer
	code := make(chan int, 1)
	go func() {
		code <- run(ctx, append([]string{"mock"}, args...), streams{stdin: strings.NewReader(""), stdout: in, stderr: &stderr})
		_ = in.Close()
	}()
	t.Cleanup(cancel)
	line, err := bufio.NewReader(out).ReadBytes('\n')
	require.NoError(t, err, "no ready line")
	require.NoError(t, json.Unmarshal(line, &r))
	return r, func() (int, string) {
		cancel()
		return <-code, stderr.String()
	}
}

func openSession(t *testing.T, r ready, client *http.Client) (*api.SessionLink, error) {
	c, err := umbrella.New(r.URL, umbrella.WithAPIKey(r.APIKey, r.CustomerID), umbrella.WithHTTPClient(client))
	require.NoError(t, err)
	var req api.CreateSessionLinkRequest
	require.NoError(t, json.Unmarshal([]byte(goodFile), &req))
	return c.CreateSessionLink(t.Context(), req)
}

func get(t *testing.T, url string) int {
	resp, err := http.Get(url)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	return resp.StatusCode
}

func TestMock_ServesHTTP1AndCleartextHTTP2(t *testing.T) {
	r, stop := startMock(t)
	require.True(t, strings.HasPrefix(r.URL, "http://127.0.0.1:"), "loopback unless told otherwise")
	for major, protocols := range map[int]func(*http.Protocols){
		1: func(p *http.Protocols) { p.SetHTTP1(true) },
		2: func(p *http.Protocols) { p.SetUnencryptedHTTP2(true) },
	} {
		transport := &http.Transport{Protocols: new(http.Protocols)}
		protocols(transport.Protocols)
		seen := 0
		_, err := openSession(t, r, &http.Client{Transport: roundTripper(func(req *http.Request) (*http.Response, error) {
			resp, err := transport.RoundTrip(req)
			if err == nil {
				seen = resp.ProtoMajor
			}
			return resp, err
		})})
		require.NoError(t, err)
		require.Equal(t, major, seen)
		transport.CloseIdleConnections()
	}
	code, stderr := stop()
	require.Equal(t, exitOK, code)
	require.Empty(t, stderr, "only refusals are logged")
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func TestMock_FlagsDoWhatTheySay(t *testing.T) {
	first, stop := startMock(t, "--seed", "7", "--log", "--token-ttl", "90s", "--latency", "1ms")
	link, err := openSession(t, first, http.DefaultClient)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, get(t, first.URL+"/__mock/requests"))
	_, stderr := stop()
	require.Equal(t, 2, strings.Count(stderr, "status=200"), "--log")

	second, stop := startMock(t, "--seed", "7", "--no-control", "--addr", "localhost:0")
	require.Equal(t, []string{first.APIKey, first.CustomerID}, []string{second.APIKey, second.CustomerID}, "--seed")
	again, err := openSession(t, second, http.DefaultClient)
	require.NoError(t, err)
	require.Equal(t, link.RequestID, again.RequestID, "--seed")
	require.Equal(t, http.StatusNotFound, get(t, second.URL+"/__mock/requests"), "--no-control")
	require.Equal(t, http.StatusOK, get(t, second.URL+"/healthz"))
	_, stderr = stop()
	require.Contains(t, stderr, "$path", "refusals are logged always")

	other, _ := startMock(t)
	require.NotEqual(t, first.APIKey, other.APIKey)
}

func TestMock_OnAllInterfacesNamesOneThatClientsCanUse(t *testing.T) {
	r, stop := startMock(t, "--addr", ":0")
	require.True(t, strings.HasPrefix(r.URL, "http://localhost:"), r.URL)
	require.Equal(t, http.StatusOK, get(t, r.URL+"/healthz"))
	code, _ := stop()
	require.Equal(t, exitOK, code)
}

func TestMock_StopsAtOnceWithRequestsUnderWay(t *testing.T) {
	r, stop := startMock(t)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.URL+"/auth", http.NoBody)
	require.NoError(t, err)
	req.Header.Set("Umbrella-Mock-Fault", "delay-body=10m")
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()

	code, _ := stop() // the test would run into its limit if this waited

	require.Equal(t, exitOK, code)
	_, err = io.ReadAll(resp.Body)
	require.Error(t, err)
}

func TestMock_TakesCredentialsBasePathWebhookAndFaultsFromFlags(t *testing.T) {
	events := make(chan http.Header, 10)
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { events <- r.Header }))
	t.Cleanup(receiver.Close)
	faults := filepath.Join(t.TempDir(), "faults.json")
	require.NoError(t, os.WriteFile(faults, []byte(`[{"path":"/onboarding/createSessionLink","status":429}]`), 0o600))
	r, _ := startMock(t, "--api-key", "key", "--customer-id", "customer", "--base-path", "/api/services/", "--session-ttl", "90s",
		"--max-sessions", "1", "--webhook-url", receiver.URL, "--webhook-header", "Authorization: Bearer mine", "--faults", faults)
	require.Equal(t, []string{"key", "customer"}, []string{r.APIKey, r.CustomerID})
	require.True(t, strings.HasSuffix(r.URL, "/api/services"), r.URL)
	var before time.Time
	link, err := openSession(t, r, &http.Client{Transport: roundTripper(func(req *http.Request) (*http.Response, error) {
		before = time.Now()
		return http.DefaultTransport.RoundTrip(req)
	})})
	require.NoError(t, err, "the 429 is repeated")
	require.True(t, strings.HasPrefix(link.URL, r.URL+"/wizard/"), link.URL)
	require.WithinDuration(t, before.Add(90*time.Second), link.ExpiresAfter, 30*time.Second)
	require.Equal(t, "Bearer mine", (<-events).Get("Authorization"))
	require.Equal(t, http.StatusOK, get(t, link.URL))
	root := strings.TrimSuffix(r.URL, "/api/services")
	require.Equal(t, http.StatusOK, get(t, root+"/__mock/"))
	require.Equal(t, http.StatusNotFound, get(t, root+"/auth"))
	resp, err := http.Get(root + "/__mock/requests")
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Contains(t, string(body), `"status":429`, "--faults")
}

func TestMock_WithTLSPrintsTheCAThatSignedItsCertificate(t *testing.T) {
	r, stop := startMock(t, "--tls")
	require.True(t, strings.HasPrefix(r.URL, "https://127.0.0.1:"), r.URL)
	pem, err := os.ReadFile(r.CA)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	require.True(t, pool.AppendCertsFromPEM(pem))
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}
	defer transport.CloseIdleConnections()
	link, err := openSession(t, r, &http.Client{Transport: transport})
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(link.URL, r.URL), link.URL)
	_, err = http.Get(r.URL + "/healthz")
	require.Error(t, err, "nobody else trusts it")
	code, _ := stop()
	require.Equal(t, exitOK, code)
	require.NoFileExists(t, r.CA)
}

func TestMock_LogsWhatTheServerSaysInTheFormOfItsOtherRecords(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	stdout, out := io.Pipe()
	stderr, log := io.Pipe()
	done := make(chan int, 1)
	go func() {
		done <- run(ctx, []string{"mock", "--tls"}, streams{stdin: strings.NewReader(""), stdout: out, stderr: log})
	}()
	var r ready
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(line, &r))
	_, err = http.Get(r.URL + "/healthz")
	require.Error(t, err, "its certificate is not trusted")
	record, err := bufio.NewReader(stderr).ReadString('\n')
	require.NoError(t, err)
	require.Contains(t, record, `level=WARN msg="http: TLS handshake error`)
	cancel()
	require.NoError(t, stderr.Close())
	require.Equal(t, exitOK, <-done)
}

func TestMock_EnvIsForAShellToRead(t *testing.T) {
	cmd := process(t, nil, "mock", "--env", "--api-key", "it's", "--customer-id", "$HOME")
	var hint bytes.Buffer
	cmd.Stderr = &hint
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	lines, err := io.ReadAll(out)
	require.NoError(t, err, "standard output is closed while the mock serves")
	shown, err := exec.CommandContext(t.Context(), "sh", "-c", "UMBRELLA_TOKEN=old\n"+string(lines)+`printf '%s|%s|%s|%s' "$UMBRELLA_SERVER" "$UMBRELLA_API_KEY" "$UMBRELLA_CUSTOMER_ID" "${UMBRELLA_TOKEN-unset}"`).Output()
	require.NoError(t, err)
	fields := strings.Split(string(shown), "|")
	require.Equal(t, []string{"it's", "$HOME", "unset"}, fields[1:])
	require.Equal(t, http.StatusOK, get(t, fields[0]+"/healthz"))
	require.NoError(t, cmd.Process.Signal(os.Interrupt))
	require.NoError(t, cmd.Wait(), "exit code 0")
	require.Contains(t, hint.String(), fmt.Sprintf("kill %d; a shell that waits for it lacks the &", cmd.Process.Pid))
}

func TestMock_RefusesFlagsThatMakeNoSense(t *testing.T) {
	unknown := filepath.Join(t.TempDir(), "faults.json")
	require.NoError(t, os.WriteFile(unknown, []byte(`[{"path":"/auth","statuss":503}]`), 0o600))
	for _, args := range [][]string{
		{"--api-key", "alone"},
		{"--session-ttl", "1ms"},
		{"--max-sessions", "0"},
		{"--base-path", "api"},
		{"--base-path", "/a b"},
		{"--base-path", "/a?b"},
		{"--base-path", "/a%20b"},
		{"--base-path", "/__mock"},
		{"--base-path", "/__mock/below/"},
		{"--base-path", "/a/../b"},
		{"--base-path", "//a"},
		{"--base-path", "/a\x01"},
		{"--webhook-header", "A: b"},
		{"--webhook-url", "ftp://example.com"},
		{"--webhook-url", "http://127.0.0.1/", "--webhook-header", "no colon"},
		{"--webhook-url", "http://127.0.0.1/", "--webhook-header", "Authorization : x"},
		{"--webhook-url", "http://127.0.0.1/", "--webhook-header", ": x"},
		{"--webhook-url", "http://127.0.0.1/", "--webhook-header", "Authorization: a\rb"},
		{"--webhook-url", "http://127.0.0.1/", "--webhook-header", "Key: a", "--webhook-header", "Key: b"},
		{"--webhook-url", "http://127.0.0.1/", "--webhook-header", "Key: a", "--webhook-header", "key: b"},
		{"--cors-origin", "*"},
		{"--cors-origin", "https://*.example.com"},
		{"--cors-origin", "http://localhost:5173/"},
		{"--allow-host", "host:80"},
		{"--faults", unknown},
		{"--faults", unknown + "x"},
	} {
		code, stdout, stderr := invoke(t, t.Context(), "", append([]string{"mock"}, args...)...)
		require.Equal(t, exitUsage, code, "%q: %s", args, stderr)
		require.Empty(t, stdout)
		require.Contains(t, stderr, args[len(args)-2], "the flag")
		require.NotContains(t, stderr, "With", "no option of Go")
	}
}

func TestHelp_HasARecipeForCurlThatWorks(t *testing.T) {
	_, help, _ := invoke(t, t.Context(), "", "help", "mock")
	_, recipe, found := strings.Cut(help, "With curl:\n")
	require.True(t, found)
	recipe, _, _ = strings.Cut(recipe, "\n\nIt serves")
	r, _ := startMock(t, "--api-key", "key", "--customer-id", "customer")
	recipe = strings.ReplaceAll(recipe, "http://127.0.0.1:8080", r.URL)
	out, err := exec.CommandContext(t.Context(), "sh", "-c", recipe).CombinedOutput()
	require.NoError(t, err, string(out))
	require.Contains(t, string(out), r.URL+"/wizard/")
}

func TestMock_PortTakenIsAClearSentence(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = taken.Close() })
	code, stdout, stderr := invoke(t, t.Context(), "", "mock", "--addr", taken.Addr().String())
	require.Equal(t, exitFailed, code)
	require.Empty(t, stdout)
	require.Equal(t, "umbrella mock: cannot listen at "+taken.Addr().String()+": bind: address already in use: choose another --addr, or port 0 for any that is free\n", stderr)
}

func TestMock_AddressOfAnotherMachineIsAClearSentence(t *testing.T) {
	code, _, stderr := invoke(t, t.Context(), "", "mock", "--addr", "192.0.2.1:0")
	require.Equal(t, exitFailed, code)
	require.Contains(t, stderr, "cannot listen at 192.0.2.1:0")
	require.Contains(t, stderr, "--addr")
}
