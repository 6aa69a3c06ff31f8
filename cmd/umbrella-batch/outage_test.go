package main

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

func TestRun_WaitsForAnAPIThatIsDown(t *testing.T) {
	d := newDesk(t)
	d.write(20)
	const lost = 6 // exchanges: a call tries four
	require.NoError(t, d.Inject(umbrellatest.Fault{Path: "/auth", Reset: true, Times: lost}))
	code, _, stderr := d.run()
	require.Zero(t, code, stderr)
	require.Len(t, d.sessions(), 20)
	require.Equal(t, lost+1, d.AuthCalls())
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
	require.LessOrEqual(t, d.attempts(), 10, "of 500")
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
