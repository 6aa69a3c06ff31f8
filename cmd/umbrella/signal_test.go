package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

// hangUp lets processes get SIGHUP although the tests may run under nohup, whose
// children do not: a signal that is caught here has its default there.
func hangUp(t *testing.T) {
	caught := make(chan os.Signal, 1)
	signal.Notify(caught, syscall.SIGHUP)
	t.Cleanup(func() { signal.Stop(caught) })
}

// calling is the command with s as its server.
func calling(t *testing.T, s *umbrellatest.Server, args ...string) *exec.Cmd {
	return process(t, []string{"UMBRELLA_SERVER=" + s.URL, "UMBRELLA_API_KEY=" + s.APIKey, "UMBRELLA_CUSTOMER_ID=" + s.CustomerID}, args...)
}

// unread is a pipe whose other end is closed.
func unread(t *testing.T) *os.File {
	r, w, err := os.Pipe()
	require.NoError(t, err)
	require.NoError(t, r.Close())
	t.Cleanup(func() { _ = w.Close() })
	return w
}

func TestBinary_LinkThatNobodyReadsSaysWhichSessionIsThere(t *testing.T) {
	s := umbrellatest.NewServer(t)
	var stderr bytes.Buffer
	cmd := calling(t, s, with(goodFlags)...)
	cmd.Stdout, cmd.Stderr = unread(t), &stderr
	require.Error(t, cmd.Run())
	require.Equal(t, exitSession, cmd.ProcessState.ExitCode(), stderr.String())
	require.Len(t, s.Sessions(), 1)
	for id := range s.Sessions() {
		require.Contains(t, stderr.String(), "umbrella status "+id)
	}
}

func TestBinary_HangUpDuringACallIsExitCode3(t *testing.T) {
	hangUp(t)
	s := umbrellatest.NewServer(t)
	require.NoError(t, s.Inject(umbrellatest.Fault{Path: operationPath, AfterProcessing: true, DelayHeader: patience}))
	var stderr bytes.Buffer
	cmd := calling(t, s, with(goodFlags)...)
	cmd.Stderr = &stderr
	require.NoError(t, cmd.Start())
	require.Eventually(t, func() bool { return len(s.Sessions()) == 1 }, patience, tick)
	require.NoError(t, cmd.Process.Signal(syscall.SIGHUP))
	require.Error(t, cmd.Wait())
	require.Equal(t, exitSession, cmd.ProcessState.ExitCode(), stderr.String())
	require.Contains(t, stderr.String(), "interrupted")
}

func TestBinary_HangUpEndsTheMockWithItsFile(t *testing.T) {
	hangUp(t)
	cmd := process(t, nil, "mock", "--tls")
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	first, _ := begun(t, cmd, stdout)
	var r ready
	require.NoError(t, json.Unmarshal([]byte(first), &r))
	require.FileExists(t, r.CA)
	require.NoError(t, cmd.Process.Signal(syscall.SIGHUP))
	require.NoError(t, cmd.Wait(), "exit code 0")
	require.NoFileExists(t, r.CA)
}

func TestBinary_ListenEndsWhenNobodyReadsItsEvents(t *testing.T) {
	cmd := process(t, nil, "listen", "--json")
	cmd.Stdout = unread(t)
	stderr, err := cmd.StderrPipe()
	require.NoError(t, err)
	first, _ := begun(t, cmd, stderr)
	var ready struct{ URL, Header string }
	require.NoError(t, json.Unmarshal([]byte(first), &ready))
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, ready.URL, strings.NewReader(event))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", strings.TrimPrefix(ready.Header, "Authorization: "))
	if resp, err := http.DefaultClient.Do(req); err == nil { // else the end came before the answer
		_ = resp.Body.Close()
		require.Equal(t, http.StatusServiceUnavailable, resp.StatusCode, "the service sends the event again")
	}
	require.NoError(t, cmd.Wait(), "exit code 0")
}

func TestBinary_ListenOutlivesASenderThatLeavesBeforeItsAnswer(t *testing.T) {
	came, leave := make(chan struct{}, 2), make(chan struct{})
	forward := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		came <- struct{}{}
		<-leave
	}))
	defer forward.Close()
	cmd := process(t, nil, "listen", "--json", "--forward", forward.URL)
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	stderr, err := cmd.StderrPipe()
	require.NoError(t, err)
	first, _ := begun(t, cmd, stderr)
	var ready struct{ URL, Header string }
	require.NoError(t, json.Unmarshal([]byte(first), &ready))

	conn, err := net.Dial("tcp", strings.TrimPrefix(ready.URL, "http://"))
	require.NoError(t, err)
	_, err = fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: x\r\n%s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", ready.Header, len(event), event)
	require.NoError(t, err)
	<-came
	require.NoError(t, conn.(*net.TCPConn).SetLinger(0))
	require.NoError(t, conn.Close())
	close(leave)
	lines := bufio.NewScanner(stdout)
	require.True(t, lines.Scan(), "the event of the sender that left")

	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, ready.URL, strings.NewReader(event))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", strings.TrimPrefix(ready.Header, "Authorization: "))
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, 2, resp.StatusCode/100)
	require.True(t, lines.Scan(), "another one")
	require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
	require.NoError(t, cmd.Wait(), "exit code 0")
}
