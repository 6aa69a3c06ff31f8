package main

import (
	"bytes"
	"fmt"
	"log"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

var binary string // the built command

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "umbrella-batch")
	if err != nil {
		log.Fatal(err)
	}
	binary = filepath.Join(dir, "umbrella-batch")
	code := 1
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		log.Printf("%v: %s", err, out)
	} else {
		code = m.Run()
	}
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// desk is an operator's folder and the API.
type desk struct {
	*umbrellatest.Mock
	t      *testing.T
	dir    string
	server *httptest.Server
	env    []string
}

func newDesk(t *testing.T, opts ...umbrellatest.Option) *desk {
	mock, err := umbrellatest.New(opts...)
	require.NoError(t, err)
	d := &desk{Mock: mock, t: t, dir: t.TempDir(), server: httptest.NewServer(mock)}
	t.Cleanup(d.server.Close)
	apiKey, customer := mock.Credentials()
	d.env = []string{"UMBRELLA_SERVER=" + d.server.URL, "UMBRELLA_API_KEY=" + apiKey, "UMBRELLA_CUSTOMER_ID=" + customer}
	return d
}

func (d *desk) path(name string) string { return filepath.Join(d.dir, name) }

// write makes a file with a header and n good rows, with the keys k0, k1 and so on.
func (d *desk) write(n int) {
	text := "key,email,phoneNumber,redirectUrl,docUrl,sign.Signature1,fill.name\n"
	for i := range n {
		text += fmt.Sprintf("k%d,user%d@example.com,+436769556026,https://example.com/done?key=k%[1]d,https://example.com/a.pdf,userToIdentify,User\n", i, i)
	}
	d.writeText(text)
}

func (d *desk) writeText(text string) {
	require.NoError(d.t, os.WriteFile(d.path("in.csv"), []byte(text), 0o600))
}

// command is a run over in.csv, fast and with short leases unless args say otherwise.
func (d *desk) command(args ...string) *exec.Cmd {
	return d.any(append([]string{"--in", "in.csv", "--ledger", "links.db", "--rate", "10000/s", "--timeout", "4s", "--lease", "8s"}, args...)...)
}

func (d *desk) any(args ...string) *exec.Cmd {
	cmd := exec.Command(binary, args...)
	cmd.Dir = d.dir
	cmd.Env = append(d.env, "PATH="+os.Getenv("PATH"), "TMPDIR="+d.dir)
	return cmd
}

func (d *desk) run(args ...string) (code int, stdout, stderr string) {
	return ended(d.command(args...))
}

// ended runs cmd to its end.
func ended(cmd *exec.Cmd) (code int, stdout, stderr string) {
	var out, err bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &err
	_ = cmd.Run()
	return cmd.ProcessState.ExitCode(), out.String(), err.String()
}

// sessions counts those of each key, which redirectUrl has.
func (d *desk) sessions() map[string]int {
	byKey := map[string]int{}
	for _, s := range d.Sessions() {
		u, err := url.Parse(s.Request.RedirectURL)
		require.NoError(d.t, err)
		byKey[u.Query().Get("key")]++
	}
	return byKey
}

// urls are those in the ledger.
func (d *desk) urls() (urls []string) {
	s, err := openSQLite(d.path("links.db"))
	require.NoError(d.t, err)
	defer s.Close()
	rows, err := s.Query("SELECT url FROM umbrella_once WHERE url <> ''")
	require.NoError(d.t, err)
	defer rows.Close()
	for rows.Next() {
		var u string
		require.NoError(d.t, rows.Scan(&u))
		urls = append(urls, u)
	}
	require.NoError(d.t, rows.Err())
	return urls
}

const operation = "/onboarding/createSessionLink"

func (d *desk) inject(f umbrellatest.Fault) {
	f.Path = operation
	require.NoError(d.t, d.Inject(f))
}

// attempts counts the requests for links.
func (d *desk) attempts() (n int) {
	for _, r := range d.Requests() {
		if strings.HasSuffix(r.Path, operation) {
			n++
		}
	}
	return n
}

// outcomes are those of the file that --out=out.csv has made.
func (d *desk) outcomes() map[string]string {
	text, err := os.ReadFile(d.path("out.csv"))
	require.NoError(d.t, err)
	byKey := map[string]string{}
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(line, ",")
		byKey[cells[0]] = cells[1]
	}
	require.Equal(d.t, "outcome", byKey["key"])
	delete(byKey, "key")
	return byKey
}
