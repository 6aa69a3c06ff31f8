package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

func TestInterrupt_FinishesWhatIsOnItsWay(t *testing.T) {
	d := newDesk(t, umbrellatest.WithLatency(300*time.Millisecond))
	d.write(200)
	cmd := d.command("--rate", "50/s", "--out", "out.csv")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	require.NoError(t, cmd.Start())
	require.Eventually(t, func() bool { return d.attempts() >= 10 }, 10*time.Second, time.Millisecond)
	require.NoError(t, cmd.Process.Signal(os.Interrupt))
	_ = cmd.Wait()
	require.Equal(t, exitFailed, cmd.ProcessState.ExitCode())
	require.Contains(t, stderr.String(), "stopping: waiting for the requests that are on their way")
	require.Contains(t, stderr.String(), "interrupted: the same command goes on")
	require.NotContains(t, stdout.String(), "unknown")
	opened := 0
	for _, outcome := range d.outcomes() {
		if outcome == open {
			opened++
		}
	}
	require.Equal(t, len(d.sessions()), opened, "each session has its link")

	code, out, errs := d.run()
	require.Zero(t, code, errs)
	require.Equal(t, "200 open\n", out)
	require.Len(t, d.Sessions(), 200)
}

// As in "umbrella-batch … 2>&1 | tee log", where Ctrl-C ends tee too.
func TestInterrupt_LeavesNothingUnknownWhenNobodyReadsWhatItSays(t *testing.T) {
	for _, end := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(end.String(), func(t *testing.T) {
			heard := make(chan os.Signal, 1) // a signal that is ignored here, under nohup, the command would ignore too
			signal.Notify(heard, end)
			defer signal.Stop(heard)
			d := newDesk(t, umbrellatest.WithLatency(300*time.Millisecond))
			d.write(200)
			cmd := d.command("--rate", "50/s")
			reader, writer, err := os.Pipe()
			require.NoError(t, err)
			cmd.Stdout, cmd.Stderr = writer, writer
			require.NoError(t, cmd.Start())
			require.NoError(t, writer.Close())
			require.Eventually(t, func() bool { return d.attempts() >= 10 }, 10*time.Second, time.Millisecond)
			require.NoError(t, reader.Close())
			require.NoError(t, cmd.Process.Signal(end))
			_ = cmd.Wait()
			require.Equal(t, exitFailed, cmd.ProcessState.ExitCode())

			code, out, errs := d.run()
			require.Zero(t, code, errs)
			require.Equal(t, "200 open\n", out)
			require.Len(t, d.Sessions(), 200)
		})
	}
}

func TestInterrupt_NohupIsKept(t *testing.T) {
	d := newDesk(t, umbrellatest.WithLatency(300*time.Millisecond))
	d.write(20)
	run := d.command("--rate", "50/s")
	cmd := exec.Command("nohup", run.Args...)
	cmd.Dir, cmd.Env = run.Dir, run.Env
	var stdout bytes.Buffer
	cmd.Stdout = &stdout
	require.NoError(t, cmd.Start())
	require.Eventually(t, func() bool { return d.attempts() >= 2 }, 10*time.Second, time.Millisecond)
	require.NoError(t, cmd.Process.Signal(syscall.SIGHUP))
	require.NoError(t, cmd.Wait())
	require.Equal(t, "20 open\n", stdout.String())
}

func TestInterrupt_OnATerminal(t *testing.T) {
	d := newDesk(t, umbrellatest.WithLatency(300*time.Millisecond))
	d.write(200)
	cmd := d.command("--rate", "50/s")
	terminal, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 120})
	require.NoError(t, err)
	defer terminal.Close()
	require.Eventually(t, func() bool { return d.attempts() >= 10 }, 10*time.Second, time.Millisecond)
	_, err = terminal.WriteString("\x03")
	require.NoError(t, err)
	shown, _ := io.ReadAll(terminal) // ends with an error when the command does
	_ = cmd.Wait()
	require.Equal(t, exitFailed, cmd.ProcessState.ExitCode())
	require.Contains(t, string(shown), "stopping: waiting")
	require.Regexp(t, `\n`+strconv.Itoa(len(d.sessions()))+` open, \d+ unsent\r\n`, string(shown))
}

func TestInterrupt_EndsTheWaitForOthersAtOnce(t *testing.T) {
	d := newDesk(t)
	d.write(3)
	d.inject(umbrellatest.Fault{DelayHeader: time.Minute, Times: 3})
	dead := d.command("--timeout", "30s", "--lease", "60s")
	require.NoError(t, dead.Start())
	require.Eventually(t, func() bool { return d.attempts() >= 3 }, 10*time.Second, time.Millisecond)
	require.NoError(t, dead.Process.Kill())
	_ = dead.Wait()

	cmd := d.command("--timeout", "30s", "--lease", "60s")
	stderr, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	line := make([]byte, 200)
	n, err := stderr.Read(line)
	require.NoError(t, err)
	require.Regexp(t, `waiting up to (5\d|1m0)(\.\d)?s for 3`, string(line[:n]))
	start := time.Now()
	require.NoError(t, cmd.Process.Signal(os.Interrupt))
	_, _ = io.Copy(io.Discard, stderr)
	_ = cmd.Wait()
	require.Equal(t, exitFailed, cmd.ProcessState.ExitCode())
	require.Less(t, time.Since(start), 30*time.Second, "the lease")
}
