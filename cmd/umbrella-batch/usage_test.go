package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

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
