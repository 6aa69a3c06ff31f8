package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/api"
)

type ready struct{ URL, APIKey, CustomerID string }

// startMock runs umbrella mock in this process until stop is called, which
// returns its exit code and what it wrote to standard error.
func startMock(t *testing.T, args ...string) (r ready, stop func() (int, string)) {
	ctx, cancel := context.WithCancel(t.Context())
	out, in := io.Pipe()
	var stderr bytes.Buffer
	code := make(chan int, 1)
	go func() {
		code <- run(ctx, append([]string{"mock"}, args...), streams{strings.NewReader(""), in, &stderr})
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

func call(t *testing.T, r ready, client *http.Client) (*api.SessionLink, error) {
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
		_, err := call(t, r, &http.Client{Transport: roundTripper(func(req *http.Request) (*http.Response, error) {
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
	link, err := call(t, first, http.DefaultClient)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, get(t, first.URL+"/__mock/requests"))
	_, stderr := stop()
	require.Equal(t, 2, strings.Count(stderr, "status=200"), "--log")

	second, stop := startMock(t, "--seed", "7", "--no-control", "--addr", "localhost:0")
	require.Equal(t, []string{first.APIKey, first.CustomerID}, []string{second.APIKey, second.CustomerID}, "--seed")
	again, err := call(t, second, http.DefaultClient)
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

func TestMock_LetsRequestsUnderWayEnd(t *testing.T) {
	r, stop := startMock(t)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.URL+"/auth", http.NoBody)
	require.NoError(t, err)
	req.Header.Set("Umbrella-Mock-Fault", "delay-body=200ms")
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()

	code, _ := stop()

	require.Equal(t, exitOK, code)
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.JSONEq(t, `{"message":"Unauthorized request"}`, string(body))
}

func TestMock_PortTakenIsAClearSentence(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = taken.Close() })
	code, stdout, stderr := invoke(t, t.Context(), "", "mock", "--addr", taken.Addr().String())
	require.Equal(t, exitFailed, code)
	require.Empty(t, stdout)
	_, port, _ := net.SplitHostPort(taken.Addr().String())
	require.Equal(t, "umbrella mock: port "+port+" is taken: choose another with --addr, or 0 for any that is free\n", stderr)
}

func TestMock_AddressOfAnotherMachineIsAClearSentence(t *testing.T) {
	code, _, stderr := invoke(t, t.Context(), "", "mock", "--addr", "192.0.2.1:0")
	require.Equal(t, exitFailed, code)
	require.Contains(t, stderr, "cannot listen at 192.0.2.1:0")
	require.Contains(t, stderr, "--addr")
}

func TestBinary_StopsCleanlyOnASignal(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "umbrella")
	if runtime.GOOS == "windows" {
		binary += ".exe"
	}
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".").CombinedOutput()
	require.NoError(t, err, string(out))

	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		cmd := exec.CommandContext(t.Context(), binary, "mock")
		stdout, err := cmd.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		reader := bufio.NewReader(stdout)
		line, err := reader.ReadBytes('\n')
		require.NoError(t, err)
		var r ready
		require.NoError(t, json.Unmarshal(line, &r))
		_, err = call(t, r, http.DefaultClient)
		require.NoError(t, err)

		require.NoError(t, cmd.Process.Signal(signal))
		rest, err := io.ReadAll(reader)
		require.NoError(t, err)
		require.Empty(t, rest, "one ready line and nothing else")
		require.NoError(t, cmd.Wait(), "exit code 0")
		_, err = net.Dial("tcp", strings.TrimPrefix(r.URL, "http://"))
		require.Error(t, err)
	}

	cmd := exec.CommandContext(t.Context(), binary, "link")
	cmd.Env = []string{}
	require.Error(t, cmd.Run())
	require.Equal(t, exitUsage, cmd.ProcessState.ExitCode())
}
