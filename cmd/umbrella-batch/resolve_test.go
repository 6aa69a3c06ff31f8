package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

func TestResolve_SettlesWhatIsUnknown(t *testing.T) {
	d := newDesk(t)
	d.write(10)
	d.inject(umbrellatest.Fault{Reset: true, AfterProcessing: true, Times: 1})
	d.inject(umbrellatest.Fault{Reset: true, Times: 1})
	code, stdout, stderr := d.run("--concurrency", "1")
	require.Equal(t, exitUnknown, code, stderr)
	require.Contains(t, stdout, "8 open, 2 unknown\nUnknown whether a session was opened: k0 k1\n")
	require.Contains(t, stdout, "umbrella-batch resolve KEY --ledger links.db --opened REQUEST_ID")
	require.Contains(t, stderr, "line 2: unknown whether a session was opened: createSessionLink: no answer")
	require.NotContains(t, stderr, "Resolve")
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
