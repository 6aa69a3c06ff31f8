package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
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
	require.Contains(t, stdout, "umbrella-batch resolve --ledger links.db --opened REQUEST_ID -- KEY\n")
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

func TestResolve_NeedsNoSecret(t *testing.T) {
	d := newDesk(t)
	d.write(1)
	d.inject(umbrellatest.Fault{Reset: true, Times: 1})
	code, _, stderr := d.run()
	require.Equal(t, exitUnknown, code, stderr)
	require.NoError(t, os.Rename(d.path("links.db.secret"), d.path("elsewhere")))
	for _, env := range []string{"UMBRELLA_LEDGER_SECRET=", "UMBRELLA_LEDGER_SECRET=short"} {
		d.env = append(d.env, env)
		code, stdout, stderr := ended(d.any("status", "--ledger", "links.db"))
		require.Equal(t, exitUnknown, code, stderr)
		require.Contains(t, stdout, "1 unknown\n")
	}
	code, _, stderr = ended(d.any("resolve", "k0", "--ledger", "links.db", "--not-opened"))
	require.Zero(t, code, stderr)
	require.NoFileExists(t, d.path("links.db.secret"))

	d.env = d.env[:3]
	require.NoError(t, os.Rename(d.path("elsewhere"), d.path("links.db.secret")))
	code, stdout, stderr := d.run()
	require.Zero(t, code, stderr)
	require.Equal(t, "1 open\n", stdout)
}

// What the end of a run shows is typed into a shell.
func TestResolve_TakesAnyKeyAsItWasShown(t *testing.T) {
	const ledger = "$HOME's `links`.db"
	keys := []string{"-4711", "--ledger", "$HOME", "it's", "a b", "`id`", `"`, `\`, "*", "#1", "~", "Müller", "4711"}
	d := newDesk(t)
	text := goodHeader + "\n"
	for _, key := range keys {
		text += `"` + strings.ReplaceAll(key, `"`, `""`) + `",` + goodCells + "\n"
	}
	d.writeText(text)
	d.inject(umbrellatest.Fault{Reset: true, Times: len(keys)})
	run := []string{"--in", "in.csv", "--ledger", ledger, "--rate", "10000/s"}
	code, stdout, stderr := ended(d.any(append(run, "--concurrency", "20")...))
	require.Equal(t, exitUnknown, code, stderr)

	_, rest, _ := strings.Cut(stdout, "Unknown whether a session was opened: ")
	shown, rest, _ := strings.Cut(rest, "\n")
	_, rest, found := strings.Cut(rest, "--opened REQUEST_ID -- KEY\n")
	require.True(t, found, stdout)
	resolve := strings.Replace(strings.TrimSpace(rest), "-- KEY", `-- "$key"`, 1)
	sh := exec.Command("sh", "-e", "-c", "for key in "+shown+"; do "+resolve+"; done")
	sh.Dir, sh.Env = d.dir, []string{"PATH=" + filepath.Dir(binary) + ":" + os.Getenv("PATH"), "HOME=/nowhere"}
	code, stdout, stderr = ended(sh)
	require.Zero(t, code, "%s: %s%s", sh.Args, stdout, stderr)

	code, stdout, stderr = ended(d.any(run...))
	require.Zero(t, code, stderr)
	require.Equal(t, fmt.Sprintf("%d open\n", len(keys)), stdout)
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
