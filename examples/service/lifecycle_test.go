package main

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

// build returns the path of the built program.
func build(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "service")
	out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput()
	require.NoError(t, err, string(out))
	return program
}

func freeAddr(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}

// command is the program on a mock.
func command(program, addr, folder string, mock *umbrellatest.Server) *exec.Cmd {
	cmd := exec.Command(program, "-addr", addr, "-url", "http://"+addr, "-data", folder)
	cmd.Env = append(os.Environ(), "UMBRELLA_SERVER="+mock.URL, "UMBRELLA_API_KEY="+mock.APIKey, "UMBRELLA_CUSTOMER_ID="+mock.CustomerID,
		"UMBRELLA_TOKEN=", "UMBRELLA_LEDGER_SECRET=a secret of the test", "SERVICE_WEBHOOK_SECRET=another secret")
	return cmd
}

// launch starts a built program and returns once it answers.
func launch(t *testing.T, cmd *exec.Cmd, base string) *exec.Cmd {
	t.Helper()
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			t.Log(output.String())
		}
	})
	require.Eventually(t, func() bool { status, _ := get(t, base+"/"); return status == http.StatusOK }, 20*time.Second, 10*time.Millisecond)
	return cmd
}

// A deployment ends the program while the API is still working on a session.
func TestService_EndsWithAnAnswerToWhatIsUnderWay(t *testing.T) {
	program, addr, folder := build(t), freeAddr(t), t.TempDir()
	base := "http://" + addr
	mock := umbrellatest.NewServer(t)
	cmd := launch(t, command(program, addr, folder, mock), base)
	require.NoError(t, mock.Inject(umbrellatest.Fault{Path: "/onboarding/createSessionLink", DelayHeader: time.Second, AfterProcessing: true, Times: 1}))
	answer := make(chan string, 1)
	go func() {
		resp, err := browser.PostForm(base+"/contracts/1/sign", form("user@example.com"))
		if err != nil {
			answer <- err.Error()
			return
		}
		_ = resp.Body.Close()
		answer <- fmt.Sprint(resp.StatusCode, " ", resp.Header.Get("Location"))
	}()
	require.Eventually(t, func() bool { return len(mock.Sessions()) == 1 }, 10*time.Second, time.Millisecond)
	require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
	for _, session := range mock.Sessions() {
		require.Equal(t, "303 "+session.URL, <-answer)
	}
	require.NoError(t, cmd.Wait(), "an end that was asked for is a good one")

	launch(t, command(program, addr, folder, mock), base)
	status, state := get(t, base+"/contracts/1")
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, "waiting\n", state)
}

func TestService_MockStartsAfreshEachTime(t *testing.T) {
	program, dir := build(t), t.TempDir()
	for range 2 {
		addr := freeAddr(t)
		cmd := exec.Command(program, "--mock", "-addr", addr)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "TMPDIR="+t.TempDir())
		launch(t, cmd, "http://"+addr)
		resp, err := browser.PostForm("http://"+addr+"/contracts/4711/sign", form("user@example.com"))
		require.NoError(t, err)
		_ = resp.Body.Close()
		status, page := get(t, resp.Header.Get("Location"))
		require.Equal(t, http.StatusOK, status)
		require.Contains(t, page, "Sign")
		require.NoError(t, cmd.Process.Signal(os.Interrupt))
		_ = cmd.Wait()
		require.Contains(t, cmd.Stderr.(*bytes.Buffer).String(), "open http://"+addr+"/ in a browser")
	}
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, left)
}

// Refused once, as after a change of keys, a wait must go on.
func TestService_AWaitThatFailsGoesOn(t *testing.T) {
	mock, base := start(t)
	require.NoError(t, mock.Inject(umbrellatest.Fault{Path: "/onboarding/getVerification/{sessionId}", Status: 403, Times: 1}))
	resp, err := browser.PostForm(base+"/contracts/1/sign", form("user@example.com"))
	require.NoError(t, err)
	_ = resp.Body.Close()
	require.Eventually(t, func() bool {
		for _, r := range mock.Requests() {
			if strings.Contains(r.Path, "getVerification") && r.Status == http.StatusForbidden {
				return true
			}
		}
		return false
	}, 10*time.Second, time.Millisecond)
	for requestID := range mock.Sessions() {
		require.NoError(t, mock.Complete(requestID))
	}
	require.Eventually(t, func() bool {
		_, document := get(t, base+"/contracts/1")
		return strings.HasPrefix(document, "%PDF-")
	}, 20*time.Second, 10*time.Millisecond)
}

func TestService_NamesTheVariablesThatAreMissing(t *testing.T) {
	cmd := exec.Command(build(t))
	cmd.Env = []string{"UMBRELLA_SERVER=prod"}
	out, err := cmd.CombinedOutput()
	require.Error(t, err)
	for _, name := range []string{"UMBRELLA_SERVER", "UMBRELLA_API_KEY", "UMBRELLA_LEDGER_SECRET", "SERVICE_WEBHOOK_SECRET"} {
		require.Contains(t, string(out), name)
	}
}

// The webhook, and its secret with it, is for the service and not for whoever else
// listens on some port of this machine.
func TestService_WantsItsURLAndTellsNobodyBefore(t *testing.T) {
	mock := umbrellatest.NewServer(t)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = taken.Close() }()
	cmd := command(build(t), taken.Addr().String(), t.TempDir(), mock)
	cmd.Args = append(cmd.Args, "-url", "")
	out, err := cmd.CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(out), "-url: want the https URL at which browsers and the API reach this service")
	require.Empty(t, mock.Requests())
}
