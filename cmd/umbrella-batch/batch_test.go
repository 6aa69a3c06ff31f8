package main

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

func TestRun_OpensEachRowOnce(t *testing.T) {
	d := newDesk(t)
	d.write(50)
	code, stdout, stderr := d.run("--out", "out.csv")
	require.Zero(t, code, stderr)
	require.Equal(t, "50 open\n", stdout)
	require.Empty(t, stderr, "no bar off a terminal")
	require.Len(t, d.sessions(), 50)
	first, err := os.ReadFile(d.path("out.csv"))
	require.NoError(t, err)
	for id, s := range d.Sessions() {
		require.Contains(t, string(first), id+","+s.URL+",")
	}

	code, _, stderr = d.run("--out", "out.csv")
	require.Zero(t, code, stderr)
	again, err := os.ReadFile(d.path("out.csv"))
	require.NoError(t, err)
	require.Equal(t, string(first), string(again))
	require.Equal(t, 50, d.attempts())
}

func TestRun_ItsFilesAreNobodyElsesToRead(t *testing.T) {
	d := newDesk(t)
	d.write(3)
	old := syscall.Umask(0)
	defer syscall.Umask(old)
	d.inject(umbrellatest.Fault{DelayHeader: 300 * time.Millisecond})
	cmd := d.command("--out", "out.csv")
	require.NoError(t, cmd.Start())
	require.Eventually(t, func() bool { return d.attempts() > 0 }, 10*time.Second, time.Millisecond)
	found := map[string]bool{}
	modes := func() {
		files, err := filepath.Glob(d.path("*"))
		require.NoError(t, err)
		for _, name := range files {
			info, err := os.Stat(name)
			if err == nil {
				found[filepath.Base(name)] = true
				require.EqualValues(t, 0o600, info.Mode().Perm(), name)
			}
		}
	}
	modes()
	require.NoError(t, cmd.Wait())
	modes()
	for _, name := range []string{"links.db", "links.db-wal", "links.db-shm", "links.db.secret", "out.csv"} {
		require.True(t, found[name], name)
	}
}

func TestRun_TheSecretIsMadeOnceAndMissed(t *testing.T) {
	d := newDesk(t)
	d.write(1)
	code, _, stderr := d.run()
	require.Zero(t, code, stderr)
	secret, err := os.ReadFile(d.path("links.db.secret"))
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(secret), 16)
	require.NoError(t, os.Remove(d.path("links.db.secret")))
	code, _, stderr = d.run()
	require.Equal(t, exitUsage, code)
	require.Contains(t, stderr, "the ledger is there, but not its secret")
	d.env = append(d.env, "UMBRELLA_LEDGER_SECRET="+string(secret))
	code, _, stderr = d.run()
	require.Zero(t, code, stderr)
	require.Equal(t, 1, d.attempts())
}

func TestRun_RetryAfterOfOneSlowsAll(t *testing.T) {
	d := newDesk(t)
	d.write(40)
	d.inject(umbrellatest.Fault{Status: 429, RetryAfter: "2", Times: 1})
	var times []time.Time
	code, _, stderr := d.run("--concurrency", "2")
	require.Zero(t, code, stderr)
	for _, r := range d.Requests() {
		if strings.HasSuffix(r.Path, operation) {
			times = append(times, r.Time)
		}
	}
	require.Len(t, times, 41)
	// The other worker may have been on its way.
	early := 0
	for _, at := range times {
		if at.Sub(times[0]) < 1900*time.Millisecond {
			early++
		}
	}
	require.LessOrEqual(t, early, 3)
}

func TestRun_KeepsTheRate(t *testing.T) {
	d := newDesk(t)
	d.write(11)
	start := time.Now()
	code, _, stderr := d.run("--rate", "10/s")
	require.Zero(t, code, stderr)
	require.GreaterOrEqual(t, time.Since(start), time.Second)
}

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

func TestRun_ARefusedRowFailsAloneAndMayBeCorrected(t *testing.T) {
	d := newDesk(t)
	d.write(20)
	d.inject(umbrellatest.Fault{Status: 400, Times: 1})
	code, stdout, stderr := d.run("--concurrency", "1", "--out", "out.csv")
	require.Equal(t, exitFailed, code)
	require.Equal(t, "19 open, 1 failed\n", stdout)
	require.Contains(t, stderr, "line 2: ")
	require.Equal(t, failed, d.outcomes()["k0"])
	code, stdout, stderr = d.run()
	require.Zero(t, code, stderr)
	require.Equal(t, "20 open\n", stdout)
}

func TestRun_AnotherRequestOfTheSameKeyGetsNoLink(t *testing.T) {
	d := newDesk(t)
	d.write(2)
	code, _, stderr := d.run()
	require.Zero(t, code, stderr)
	text, err := os.ReadFile(d.path("in.csv"))
	require.NoError(t, err)
	d.writeText(strings.Replace(string(text), "user1@", "other@", 1))
	code, stdout, stderr := d.run("--out", "out.csv")
	require.Equal(t, exitFailed, code)
	require.Equal(t, "1 open, 1 failed\n", stdout)
	require.Contains(t, stderr, "line 3: once: the key was used with another request")
	require.Equal(t, map[string]string{"k0": open, "k1": failed}, d.outcomes())
	require.Equal(t, 2, d.attempts())
}

func TestResolve_SettlesWhatIsUnknown(t *testing.T) {
	d := newDesk(t)
	d.write(10)
	d.inject(umbrellatest.Fault{Reset: true, AfterProcessing: true, Times: 1})
	d.inject(umbrellatest.Fault{Reset: true, Times: 1})
	code, stdout, stderr := d.run("--concurrency", "1")
	require.Equal(t, exitUnknown, code, stderr)
	require.Contains(t, stdout, "8 open, 2 unknown\nUnknown whether a session was opened: k0 k1\n")
	require.Contains(t, stdout, "umbrella-batch resolve KEY --ledger links.db --opened REQUEST_ID")
	require.Contains(t, stderr, "line 2: once: unknown")
	attempts := d.attempts()
	code, stdout, _ = d.run()
	require.Equal(t, exitUnknown, code)
	require.Equal(t, attempts, d.attempts(), "what is unknown is not sent again")
	code, status, _ := ended(d.any("status", "--ledger", "links.db"))
	require.Equal(t, exitUnknown, code)
	require.Equal(t, stdout, status)

	var opened string
	for id, s := range d.Sessions() {
		if strings.HasSuffix(s.Request.RedirectURL, "=k0") {
			opened = id
		}
	}
	for args, want := range map[string]int{
		"k0": exitUsage, "k0 --opened x --not-opened": exitUsage, "k5 --not-opened": exitUsage, "--not-opened": exitUsage, "k0 --opened x --url x": exitUsage,
	} {
		code, _, stderr := ended(d.any(append([]string{"resolve", "--ledger", "links.db"}, strings.Fields(args)...)...))
		require.Equal(t, want, code, "%s: %s", args, stderr)
	}
	for _, args := range []string{"k0 --opened " + opened, "k1 --not-opened"} {
		code, _, stderr := ended(d.any(append([]string{"resolve", "--ledger", "links.db"}, strings.Fields(args)...)...))
		require.Zero(t, code, stderr)
	}
	code, stdout, stderr = d.run("--out", "out.csv")
	require.Zero(t, code, stderr)
	require.Equal(t, "9 open, 1 expired\n", stdout)
	require.Equal(t, expired, d.outcomes()["k0"])
	for key, n := range d.sessions() {
		require.Equal(t, 1, n, key)
	}
	require.Len(t, d.sessions(), 10)
}

func TestRun_ResumesAfterKillAndWaitsForTheLeases(t *testing.T) {
	d := newDesk(t)
	d.write(20)
	d.inject(umbrellatest.Fault{DelayHeader: time.Minute, Times: 4})
	cmd := d.command("--concurrency", "4", "--timeout", "3s", "--lease", "6s")
	require.NoError(t, cmd.Start())
	require.Eventually(t, func() bool { return d.attempts() == 4 }, 10*time.Second, time.Millisecond)
	require.NoError(t, cmd.Process.Kill())
	_ = cmd.Wait()
	killed := time.Now()

	code, stdout, stderr := d.run()
	require.Equal(t, exitUnknown, code, stderr)
	require.Contains(t, stdout, "16 open, 4 unknown")
	require.Regexp(t, `16 of 20: 16 open; waiting up to [3-6](\.\d)?s for 4 that another run is sending`, stderr)
	require.Greater(t, time.Since(killed), 3*time.Second)
	require.Equal(t, 20, d.attempts())
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
	require.Regexp(t, `waiting up to (59|1m0)(\.\d)?s for 3`, string(line[:n]))
	start := time.Now()
	require.NoError(t, cmd.Process.Signal(os.Interrupt))
	_, _ = io.Copy(io.Discard, stderr)
	_ = cmd.Wait()
	require.Equal(t, exitFailed, cmd.ProcessState.ExitCode())
	require.Less(t, time.Since(start), time.Second)
}

func TestProgress_IsABarOnATerminal(t *testing.T) {
	d := newDesk(t)
	d.write(100)
	cmd := d.command("--rate", "100/s")
	terminal, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 120})
	require.NoError(t, err)
	defer terminal.Close()
	shown, _ := io.ReadAll(terminal) // ends with an error when the command does
	require.NoError(t, cmd.Wait())
	require.Regexp(t, `\[=+>-+\] \d+ of 100: \d+ open; \d+\.\d/s, \ds left`, string(shown))
}

func TestMock_RehearsesWithoutCredentialsAndLeavesTheLedgerAlone(t *testing.T) {
	d := newDesk(t)
	d.write(5)
	d.env = nil
	code, stdout, stderr := d.run("--mock", "--out", "out.csv")
	require.Zero(t, code, stderr)
	require.Equal(t, "5 open\n", stdout)
	require.Len(t, d.outcomes(), 5)
	require.NoFileExists(t, d.path("links.db"))
	left, err := filepath.Glob(d.path("umbrella-batch*"))
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestUsage_NamesWhatIsWrong(t *testing.T) {
	d := newDesk(t)
	d.write(1)
	for args, want := range map[string]string{
		"":                            "--in is missing",
		"--in x.csv --ledger l":       "no such file",
		"--in in.csv":                 "--ledger is missing",
		"--in in.csv --rate 5":        "use a number and a unit",
		"--in in.csv --rate 0/s":      "use a number and a unit",
		"--in in.csv --lease 1m":      "--lease must be at least twice the --timeout",
		"--in in.csv --timeout -1s":   "the timeout is negative",
		"--in in.csv --concurrency 0": "--concurrency must be at least 1",
		"--in in.csv --ledger no/l":   "no such file",
		"--in in.csv --out no/o.csv":  "--out: there is no such folder",
		"--colour":                    "unknown flag: --colour",
		"report":                      `unknown command "report"`,
		"status --ledger none.db":     "there is no ledger none.db",
	} {
		code, _, stderr := ended(d.any(strings.Fields(args)...))
		require.Equal(t, exitUsage, code, "%s: %s", args, stderr)
		require.Contains(t, stderr, want, args)
	}
	require.Empty(t, d.Requests())
	d.env = nil
	code, _, stderr := d.run()
	require.Equal(t, exitUsage, code)
	require.Contains(t, stderr, "UMBRELLA_SERVER is not set")
}

func TestPostgres_NeverPrintsThePassword(t *testing.T) {
	d := newDesk(t)
	d.write(1)
	d.env = append(d.env, "UMBRELLA_LEDGER_SECRET=0123456789abcdef")
	for dsn, want := range map[string]int{
		"postgres://user:hunter2%@127.0.0.1:1/x":                   exitUsage,
		"postgres://user:hunter2@127.0.0.1:x/x":                    exitUsage,
		"postgres://user:hunter2@127.0.0.1:1/x?sslmode=hunter2":    exitUsage,
		"postgres://user:hunter2@127.0.0.1:1/x?connect_timeout=1":  exitFailed,
		"postgresql://user:hunter2@no.invalid/x?connect_timeout=1": exitFailed,
	} {
		for _, args := range [][]string{{"--in", "in.csv"}, {"status"}, {"resolve", "k", "--not-opened"}} {
			code, stdout, stderr := ended(d.any(append(args, "--ledger", dsn)...))
			require.Equal(t, want, code, stderr)
			require.NotContains(t, stdout+stderr, "hunter2")
			require.NotEmpty(t, stderr)
		}
	}
	d.env = d.env[:3]
	code, _, stderr := ended(d.any("--in", "in.csv", "--ledger", "postgres://user:hunter2@127.0.0.1:1/x"))
	require.Equal(t, exitUsage, code)
	require.Contains(t, stderr, "UMBRELLA_LEDGER_SECRET is not set")
	require.NotContains(t, stderr, "hunter2")
}
