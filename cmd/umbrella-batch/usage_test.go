package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestUsage_NamesWhatIsWrong(t *testing.T) {
	d := newDesk(t)
	d.write(1)
	for args, want := range map[string]string{
		"":                          "--in is missing",
		"--in x.csv --ledger l":     "no such file",
		"--in in.csv":               "--ledger is missing",
		"--in in.csv --rate 5":      "use a number and a unit",
		"--in in.csv --rate 0/s":    "use a number and a unit",
		"--in in.csv --lease 1m":    "--lease must be at least twice the --timeout",
		"--in in.csv --timeout -1s": "--timeout must not be negative",
		"--in in.csv --mock --timeout 100ms --lease 300ms": "--lease must be at least 1s",
		"--in in.csv --concurrency 0":                      "--concurrency must be at least 1",
		"--in in.csv --ledger no/l":                        "--ledger: there is no folder no\n",
		"--in in.csv --out no/o.csv":                       "--out: there is no folder no\n",
		"--in in.csv --out in.csv/o":                       "--out: stat in.csv/o: not a directory",
		"--colour":                                         "unknown flag: --colour",
		"report":                                           `unknown command "report"`,
		"--in in.csv --ledger .":                           "--ledger: . is not a file",
		"status --ledger none.db":                          "there is no ledger none.db",
		"resolve k --ledger l --opened=":                   "--opened is empty",
		"resolve  --ledger l --not-opened":                 "accepts 1 arg(s)",
	} {
		code, _, stderr := ended(d.any(strings.Fields(args)...))
		require.Equal(t, exitUsage, code, "%s: %s", args, stderr)
		require.Contains(t, stderr, want, args)
		sends := !strings.HasPrefix(args, "status") && !strings.HasPrefix(args, "resolve")
		require.Equal(t, sends, strings.Contains(stderr, "nothing was sent"), stderr)
	}
	require.Empty(t, d.Requests())
}

func TestUsage_NamesAllThatIsWrongAtOnce(t *testing.T) {
	d := newDesk(t)
	d.writeText("key;email\n")
	d.env = []string{"UMBRELLA_LEDGER_SECRET=short"}
	code, _, stderr := ended(d.any("--in", "in.csv", "--concurrency", "0", "--timeout", "-5s", "--lease", "0s", "--out", "no/o.csv"))
	require.Equal(t, exitUsage, code)
	require.Equal(t, `umbrella-batch: --concurrency must be at least 1
umbrella-batch: --timeout must not be negative
umbrella-batch: --lease must be at least 1s
umbrella-batch: --out: there is no folder no
umbrella-batch: UMBRELLA_LEDGER_SECRET is shorter than 16 bytes
umbrella-batch: --ledger is missing: the file of the ledger, or a postgres:// URL
umbrella-batch: line 1: the columns are separated by semicolons or tabs: save the file with commas between them
umbrella-batch: UMBRELLA_SERVER is not set: "production", "sandbox" or a base URL
umbrella-batch: no credentials: set UMBRELLA_API_KEY and UMBRELLA_CUSTOMER_ID, or UMBRELLA_TOKEN
umbrella-batch: nothing was sent; umbrella-batch --help says more
`, stderr)

	d.env = nil
	code, _, stderr = ended(d.any("resolve", "", "--opened", ""))
	require.Equal(t, exitUsage, code)
	require.Equal(t, `umbrella-batch: the key is empty
umbrella-batch: --ledger is missing: the file of the ledger, or a postgres:// URL
umbrella-batch: --opened is empty: it is the request id of the session
umbrella-batch: umbrella-batch resolve --help says more
`, stderr)

	d.write(1)
	d.env = []string{"UMBRELLA_SERVER=http://api.example.com", "UMBRELLA_TOKEN=x"}
	code, _, stderr = d.run()
	require.Equal(t, exitUsage, code)
	require.Equal(t, `umbrella-batch: UMBRELLA_SERVER: plain http to "api.example.com", which is not a loopback host: use https
umbrella-batch: nothing was sent; umbrella-batch --help says more
`, stderr)
}

func TestOut_OverwritesNothingThatTheJobNeeds(t *testing.T) {
	d := newDesk(t)
	d.write(2)
	refuse := func(out string, more ...string) {
		code, _, stderr := d.run(append([]string{"--out", out}, more...)...)
		require.Equal(t, exitUsage, code, out)
		require.Contains(t, stderr, "--out", out)
		require.Contains(t, stderr, "nothing was sent", out)
	}
	for _, out := range []string{"in.csv", "links.db", "links.db.secret", "links.db-wal", "links.db-shm"} {
		refuse(out) // before there is a ledger
	}
	require.Empty(t, d.Requests())
	code, _, stderr := d.run("--out", "links.db.csv")
	require.Zero(t, code, stderr)

	requests := len(d.Requests())
	require.NoError(t, os.Symlink("links.db", d.path("alias")))
	require.NoError(t, os.Link(d.path("links.db.secret"), d.path("twin")))
	for _, out := range []string{".", "./links.db", d.path("links.db"), "links.db.secret", "links.db-wal", "./in.csv", "alias", "twin", os.DevNull} {
		refuse(out)
		refuse(out, "--mock")
	}
	require.Len(t, d.Requests(), requests)
	code, stdout, stderr := d.run("--out", "links.db.csv")
	require.Zero(t, code, stderr)
	require.Equal(t, "2 open\n", stdout)
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
