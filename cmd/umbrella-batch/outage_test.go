package main

import (
	"bytes"
	"net"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

func TestRun_WaitsForAnAPIThatIsDown(t *testing.T) {
	d := newDesk(t)
	d.write(20)
	address := d.server.Listener.Addr().String()
	d.server.Close()
	cmd := d.command()
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	require.NoError(t, cmd.Start())
	time.Sleep(2 * time.Second) // the API is down
	listener, err := net.Listen("tcp", address)
	require.NoError(t, err)
	back := &http.Server{Handler: d.Mock}
	go func() { _ = back.Serve(listener) }()
	defer back.Close()
	require.NoError(t, cmd.Wait(), stderr.String())
	require.Len(t, d.sessions(), 20)
}

func TestRun_AnAPIThatFailsLeavesFewRowsUnknown(t *testing.T) {
	d := newDesk(t)
	d.write(500)
	d.inject(umbrellatest.Fault{Status: 500, Times: 1000})
	cmd := d.command("--concurrency", "2")
	require.NoError(t, cmd.Start())
	require.Eventually(t, func() bool { return d.attempts() > 2 }, 10*time.Second, time.Millisecond) // after a pause
	require.NoError(t, cmd.Process.Signal(os.Interrupt))
	_ = cmd.Wait()
	require.Equal(t, exitFailed, cmd.ProcessState.ExitCode())
	require.LessOrEqual(t, d.attempts(), 4)
}

func TestRun_RefusedCredentialsStopAll(t *testing.T) {
	d := newDesk(t)
	d.write(100)
	d.RotateCredentials()
	code, stdout, stderr := d.run()
	require.Equal(t, exitCredentials, code, stderr)
	require.Contains(t, stderr, "the credentials were refused")
	require.Equal(t, "0 open, 100 unsent\n", stdout)
	require.LessOrEqual(t, d.AuthCalls(), 1)

	d = newDesk(t)
	d.write(100)
	d.inject(umbrellatest.Fault{Status: 403, Times: 100})
	code, _, stderr = d.run("--concurrency", "2")
	require.Equal(t, exitCredentials, code, stderr)
	require.LessOrEqual(t, d.attempts(), 2)
}
