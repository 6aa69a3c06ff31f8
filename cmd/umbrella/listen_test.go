package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

const event = `{"id":"n-1","type":"STATUS_UPDATE","request":{"requestId":"r-1","status":"COMPLETED"}}`

// post sends an event to url as the service does, and returns the status of the answer.
func post(t *testing.T, url, authorization string) int {
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(event))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/event+json")
	req.Header.Set("Authorization", authorization)
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	return resp.StatusCode
}

// posted is post beside the test, which reads what the command prints meanwhile.
func posted(t *testing.T, url, authorization string) chan int {
	status := make(chan int, 1)
	go func() { status <- post(t, url, authorization) }()
	return status
}

func TestListen_PrintsEventsAndStopsAtOnce(t *testing.T) {
	environment(t, nil)
	b := start(t, "listen")
	ready := strings.Fields(line(t, b.stderr)) // receiving events at URL with the header Authorization: Bearer SECRET
	url, secret := ready[3], strings.Join(ready[len(ready)-2:], " ")
	require.Equal(t, http.StatusUnauthorized, post(t, url, "Bearer wrong"))
	status := posted(t, url, secret)
	require.Regexp(t, `^\d\d:\d\d:\d\d  COMPLETED  r-1  STATUS_UPDATE\n$`, line(t, b.stdout))
	require.Equal(t, http.StatusNoContent, <-status)
	require.Equal(t, exitOK, b.stop())
}

func TestListen_KeepsStandardErrorJSONWhateverComes(t *testing.T) {
	for _, more := range [][]string{nil, {"--verbose"}} {
		cmd := process(t, nil, append([]string{"listen", "--json"}, more...)...)
		stderr, err := cmd.StderrPipe()
		require.NoError(t, err)
		first, rest := begun(t, cmd, stderr)
		var ready struct{ URL string }
		require.NoError(t, json.Unmarshal([]byte(first), &ready))
		connection, err := net.Dial("tcp", strings.TrimPrefix(ready.URL, "http://"))
		require.NoError(t, err)
		_, err = connection.Write([]byte("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x08\x00\x00\x00\x00\x00")) // no SETTINGS first
		require.NoError(t, err)
		_, _ = io.Copy(io.Discard, connection) // until the command has had enough of it
		require.NoError(t, connection.Close())
		require.NoError(t, cmd.Process.Signal(os.Interrupt))
		said, err := io.ReadAll(rest)
		require.NoError(t, err)
		require.NoError(t, cmd.Wait())
		require.Equal(t, more != nil, len(said) > 0, string(said))
		for record := range bytes.Lines(said) {
			require.True(t, json.Valid(record), string(record))
		}
	}
}

func TestListen_ForwardsWhatItReceives(t *testing.T) {
	answer := http.StatusAccepted
	var got string
	var header http.Header
	behind := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data, _ := io.ReadAll(r.Body)
		got, header = string(data), r.Header
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(answer)
	}))
	t.Cleanup(behind.Close)
	environment(t, nil)
	b := start(t, "listen", "--json", "--forward", behind.URL+"/hook")
	var ready struct{ URL, Header string }
	require.NoError(t, json.Unmarshal([]byte(line(t, b.stderr)), &ready))
	secret := strings.TrimPrefix(ready.Header, "Authorization: ")

	send := func(wantStatus int, wantLine string) {
		status := posted(t, ready.URL, secret)
		require.Contains(t, line(t, b.stdout), wantLine)
		require.Equal(t, wantStatus, <-status)
	}
	send(http.StatusNoContent, `{"accepted":true,"forwarded":202,"id":"n-1","receivedAt":"20`)
	require.Equal(t, event, got)
	require.Equal(t, []string{secret, "application/event+json"}, []string{header.Get("Authorization"), header.Get("Content-Type")})
	answer = http.StatusTemporaryRedirect
	send(http.StatusServiceUnavailable, `{"accepted":false,"forwarded":307,`)
	behind.Close()
	send(http.StatusServiceUnavailable, `{"accepted":false,"forwarded":0,`)
	require.Equal(t, exitOK, b.stop())
}

func TestListen_TellsAPersonWhatBecameOfForwarding(t *testing.T) {
	behind := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }))
	t.Cleanup(behind.Close)
	environment(t, nil)
	b := start(t, "listen", "--forward", behind.URL)
	ready := strings.Fields(line(t, b.stderr))
	for _, want := range []string{"--forward answered 418\n", "--forward not reached\n"} {
		status := posted(t, ready[3], strings.Join(ready[len(ready)-2:], " "))
		require.True(t, strings.HasSuffix(line(t, b.stdout), want))
		require.Equal(t, http.StatusServiceUnavailable, <-status)
		behind.Close()
	}
	require.Equal(t, exitOK, b.stop())
}

func TestListen_RegistersItselfWithTheService(t *testing.T) {
	s := served(t)
	// The public URL is a tunnel to the command, which here begins once it has told its port.
	var target string
	tunnel := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		req, err := http.NewRequestWithContext(r.Context(), r.Method, target, r.Body)
		if err == nil {
			req.Header = r.Header
			if resp, err := http.DefaultClient.Do(req); err == nil {
				_ = resp.Body.Close()
				w.WriteHeader(resp.StatusCode)
				return
			}
		}
		w.WriteHeader(http.StatusBadGateway)
	}))
	t.Cleanup(tunnel.Close)
	b := start(t, "listen", "--configure", tunnel.URL+"/public", "--json")
	ready := map[string]string{}
	require.NoError(t, json.Unmarshal([]byte(line(t, b.stderr)), &ready))
	target = ready["url"]
	require.Len(t, ready, 1, "the service alone has to know the header")
	require.Eventually(t, func() bool {
		for _, r := range s.Requests() {
			if r.Path == "/onboarding/configureWebhook" && r.Status == http.StatusOK {
				return true
			}
		}
		return false
	}, patience, tick)
	opened(t, s)
	require.Contains(t, line(t, b.stdout), "CREATED")
	require.Contains(t, line(t, b.stdout), "RUNNING")
	require.Equal(t, exitOK, b.stop())
}

func TestListen_EndsWhenItCannotRegister(t *testing.T) {
	for name, tc := range map[string]struct {
		fault umbrellatest.Fault
		code  int
	}{
		"refused":       {umbrellatest.Fault{Path: "/auth", Status: 401}, exitCredentials},
		"lost":          {umbrellatest.Fault{Path: "/onboarding/configureWebhook", Reset: true, AfterProcessing: true}, exitSession},
		"not processed": {umbrellatest.Fault{Path: "/onboarding/configureWebhook", Status: 400}, exitFailed},
	} {
		t.Run(name, func(t *testing.T) {
			s := served(t)
			require.NoError(t, s.Inject(tc.fault))
			code, _, _ := invoke(t, t.Context(), "", "listen", "--configure", "https://example.com/hook")
			require.Equal(t, tc.code, code)
		})
	}
}

func TestListen_NamesEverythingThatIsWrong(t *testing.T) {
	environment(t, map[string]string{"UMBRELLA_SERVER": "sandbox"})
	code, stdout, stderr := invoke(t, t.Context(), "", "listen", "--forward", "localhost:8080", "--configure", "here")
	require.Equal(t, exitUsage, code)
	require.Empty(t, stdout)
	for _, want := range []string{"--forward must be", "--configure does not have the format uri", "no credentials"} {
		require.Contains(t, stderr, want)
	}
	code, _, stderr = invoke(t, t.Context(), "", "listen", "--addr", "8080")
	require.Equal(t, exitUsage, code)
	require.Contains(t, stderr, "HOST:PORT")
}
