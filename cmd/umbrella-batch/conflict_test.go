package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

// change gives the row of a key another e-mail address.
func (d *desk) change(key string) {
	text, err := os.ReadFile(d.path("in.csv"))
	require.NoError(d.t, err)
	user := strings.Replace(key, "k", "user", 1) + "@"
	require.Contains(d.t, string(text), user)
	d.writeText(strings.Replace(string(text), user, "other@", 1))
}

func TestConflict_AnotherRequestOfAnOpenKeyGetsNoLink(t *testing.T) {
	d := newDesk(t)
	d.write(2)
	code, _, stderr := d.run()
	require.Zero(t, code, stderr)
	d.change("k1")
	code, stdout, stderr := d.run("--out", "out.csv")
	require.Equal(t, exitUnknown, code)
	require.True(t, strings.HasPrefix(stdout, "1 open, 1 conflict\nIn conflict, as the ledger has another request of the key: k1\n"), stdout)
	require.Contains(t, stderr, "line 3: in conflict: the ledger has another request of this key, and nothing was sent\n")
	require.Contains(t, stderr, "umbrella-batch: 1 row is in conflict with the ledger\n")
	require.NotContains(t, stdout+stderr, "no session was opened")
	require.Equal(t, map[string]string{"k0": open, "k1": conflict}, d.outcomes())
	results, err := os.ReadFile(d.path("out.csv"))
	require.NoError(t, err)
	for id, s := range d.Sessions() {
		require.Contains(t, string(results), id)
		require.Equal(t, strings.HasSuffix(s.Request.RedirectURL, "=k0"), strings.Contains(string(results), s.URL), "the link of another request")
	}
	require.Equal(t, 2, d.attempts())

	d.write(2)
	code, stdout, stderr = d.run()
	require.Zero(t, code, stderr)
	require.Equal(t, "2 open\n", stdout)
}

func TestConflict_AKeyThatIsUnknownStaysSo(t *testing.T) {
	d := newDesk(t)
	d.env = append(d.env, "UMBRELLA_LEDGER_SECRET=0123456789abcdef")
	d.write(2)
	d.inject(umbrellatest.Fault{Reset: true, AfterProcessing: true, Times: 1})
	code, _, stderr := d.run("--concurrency", "1")
	require.Equal(t, exitUnknown, code, stderr)

	d.change("k0")
	code, stdout, stderr := d.run("--out", "out.csv")
	require.Equal(t, exitUnknown, code)
	require.Contains(t, stdout, "1 open, 1 unknown\nUnknown whether a session was opened: k0\n")
	require.Equal(t, "umbrella-batch: 1 key is unknown\n", stderr)
	require.Equal(t, unknown, d.outcomes()["k0"])

	d.env[len(d.env)-1] = "UMBRELLA_LEDGER_SECRET=fedcba9876543210"
	code, stdout, stderr = d.run("--out", "out.csv")
	require.Equal(t, exitUnknown, code)
	require.Contains(t, stdout, "0 open, 1 conflict, 1 unknown\nUnknown whether a session was opened: k0\n")
	require.Contains(t, stdout, "the secret (UMBRELLA_LEDGER_SECRET\nor the file beside the ledger) is not the ledger's")
	require.NotContains(t, stdout+stderr, "no session was opened")
	require.Equal(t, map[string]string{"k0": unknown, "k1": conflict}, d.outcomes())
	require.Equal(t, 2, d.attempts())
}

func TestConflict_AKeyThatWasResolvedAsNotOpenedTakesItsOldRequest(t *testing.T) {
	d := newDesk(t)
	d.write(1)
	d.inject(umbrellatest.Fault{Reset: true, Times: 1})
	code, _, stderr := d.run()
	require.Equal(t, exitUnknown, code, stderr)
	code, _, stderr = ended(d.any("resolve", "k0", "--ledger", "links.db", "--not-opened"))
	require.Zero(t, code, stderr)
	d.change("k0")
	code, stdout, stderr := d.run("--out", "out.csv")
	require.Equal(t, exitUnknown, code, stderr)
	require.Contains(t, stdout, "0 open, 1 conflict\n")
	require.Empty(t, d.Sessions())
	d.write(1)
	code, stdout, stderr = d.run()
	require.Zero(t, code, stderr)
	require.Equal(t, "1 open\n", stdout)
}
