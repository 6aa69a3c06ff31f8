package main

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

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

func TestRun_FilesThatOthersCouldReadAreNobodyElsesAfterwards(t *testing.T) {
	d := newDesk(t)
	d.write(1)
	for _, name := range []string{"links.db", "out.csv"} {
		require.NoError(t, os.WriteFile(d.path(name), nil, 0o600))
		require.NoError(t, os.Chmod(d.path(name), 0o644))
	}
	code, _, stderr := d.run("--out", "out.csv")
	require.Zero(t, code, stderr)
	for _, name := range []string{"links.db", "out.csv"} {
		info, err := os.Stat(d.path(name))
		require.NoError(t, err)
		require.EqualValues(t, 0o600, info.Mode().Perm(), name)
	}
	require.Len(t, d.outcomes(), 1)
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

func TestRun_ARefusedRowFailsAloneAndMayBeCorrected(t *testing.T) {
	d := newDesk(t)
	d.write(20)
	d.inject(umbrellatest.Fault{Status: 400, Times: 1})
	code, stdout, stderr := d.run("--concurrency", "1", "--out", "out.csv")
	require.Equal(t, exitFailed, code)
	require.Equal(t, "19 open, 1 failed\n", stdout)
	require.Contains(t, stderr, "line 2: createSessionLink: 400")
	require.Contains(t, stderr, "umbrella-batch: 1 row has failed, and no session was opened for it\n")
	require.Equal(t, failed, d.outcomes()["k0"])
	code, stdout, stderr = d.run()
	require.Zero(t, code, stderr)
	require.Equal(t, "20 open\n", stdout)
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

func TestRun_BlanksTheURLsOfExpiredLinks(t *testing.T) {
	d := newDesk(t)
	d.write(2)
	d.inject(umbrellatest.Fault{Reset: true, AfterProcessing: true, Times: 1})
	code, _, stderr := d.run("--concurrency", "1")
	require.Equal(t, exitUnknown, code, stderr)
	code, _, stderr = ended(d.any("resolve", "k0", "--ledger", "links.db", "--opened", "x", "--url", "https://example.com/wizard", "--expires", "2020-01-31T12:00:00Z"))
	require.Zero(t, code, stderr)
	require.Len(t, d.urls(), 2)
	code, stdout, stderr := d.run("--out", "out.csv")
	require.Zero(t, code, stderr)
	require.Equal(t, "1 open, 1 expired\n", stdout)
	require.Equal(t, expired, d.outcomes()["k0"])
	require.Len(t, d.urls(), 1)
	require.NotContains(t, d.urls(), "https://example.com/wizard")
}
