package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

var binary string // the command, built from this tree

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "umbrella")
	if err != nil {
		panic(err)
	}
	binary = filepath.Join(dir, "umbrella")
	if runtime.GOOS == "windows" {
		binary += ".exe"
	}
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		panic(string(out))
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// process is the binary with an environment of its own.
func process(t *testing.T, env []string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(t.Context(), binary, args...)
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH")}, env...)
	return cmd
}

// begun is a process and the line that it prints first.
func begun(t *testing.T, cmd *exec.Cmd, pipe io.Reader) (first string, rest *bufio.Reader) {
	require.NoError(t, cmd.Start())
	rest = bufio.NewReader(pipe)
	return line(t, rest), rest
}

func TestBinary_StopsAtOnceOnASignal(t *testing.T) {
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		cmd := process(t, nil, "mock", "--latency", "1h")
		stdout, err := cmd.StdoutPipe()
		require.NoError(t, err)
		first, rest := begun(t, cmd, stdout)
		var r ready
		require.NoError(t, json.Unmarshal([]byte(first), &r))
		held := make(chan error, 1)
		connection, err := net.Dial("tcp", strings.TrimPrefix(r.URL, "http://"))
		require.NoError(t, err)
		_, err = connection.Write([]byte("POST /auth HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"))
		require.NoError(t, err)
		go func() {
			_, err := io.ReadAll(connection)
			held <- err
		}()

		require.NoError(t, cmd.Process.Signal(signal))
		last, err := io.ReadAll(rest)
		require.NoError(t, err)
		require.Empty(t, last, "one ready line and nothing else")
		require.NoError(t, cmd.Wait(), "exit code 0")
		<-held
		_, err = net.Dial("tcp", strings.TrimPrefix(r.URL, "http://"))
		require.Error(t, err)

		cmd = process(t, nil, "listen")
		stderr, err := cmd.StderrPipe()
		require.NoError(t, err)
		first, _ = begun(t, cmd, stderr)
		require.Contains(t, first, "receiving events at http://127.0.0.1:")
		require.NoError(t, cmd.Process.Signal(signal))
		require.NoError(t, cmd.Wait(), "exit code 0")
	}
}

func TestBinary_ExitCodes(t *testing.T) {
	s := umbrellatest.NewServer(t)
	env := []string{"UMBRELLA_SERVER=" + s.URL, "UMBRELLA_API_KEY=" + s.APIKey, "UMBRELLA_CUSTOMER_ID=" + s.CustomerID, "NO_COLOR=1"}
	open, done := opened(t, s), signed(t, s)
	dir := t.TempDir()
	for name, tc := range map[string]struct {
		args  []string
		fault umbrellatest.Fault
		env   []string
		want  int
	}{
		"version":              {[]string{"version"}, umbrellatest.Fault{}, nil, exitOK},
		"spec":                 {[]string{"spec"}, umbrellatest.Fault{}, nil, exitOK},
		"link":                 {with(goodFlags), umbrellatest.Fault{}, env, exitOK},
		"the mock":             {[]string{"link", "--mock"}, umbrellatest.Fault{}, nil, exitOK},
		"signed":               {[]string{"status", done}, umbrellatest.Fault{}, env, exitOK},
		"the document":         {[]string{"download", done, "-o", filepath.Join(dir, "a.pdf")}, umbrellatest.Fault{}, env, exitOK},
		"the file exists":      {[]string{"download", done, "-o", dir}, umbrellatest.Fault{}, env, exitUsage},
		"the credentials":      {[]string{"auth", "check"}, umbrellatest.Fault{}, env, exitOK},
		"refused":              {with(goodFlags), umbrellatest.Fault{Path: operationPath, Status: 400}, env, exitFailed},
		"too often":            {with(goodFlags, "--retries=0"), umbrellatest.Fault{Path: operationPath, Status: 429}, env, exitFailed},
		"no command":           {nil, umbrellatest.Fault{}, env, exitUsage},
		"wrong command":        {[]string{"lnik"}, umbrellatest.Fault{}, env, exitUsage},
		"wrong flag":           {with(goodFlags, "--fast"), umbrellatest.Fault{}, env, exitUsage},
		"wrong server":         {with(goodFlags, "--server", "prod"), umbrellatest.Fault{}, env, exitUsage},
		"answer lost":          {with(goodFlags), umbrellatest.Fault{Path: operationPath, Reset: true, AfterProcessing: true}, env, exitSession},
		"503":                  {with(goodFlags), umbrellatest.Fault{Path: operationPath, Status: 503}, env, exitSession},
		"not signed":           {[]string{"status", open}, umbrellatest.Fault{}, env, exitNotSigned},
		"no document":          {[]string{"download", open, "-o", filepath.Join(dir, "b.pdf")}, umbrellatest.Fault{}, env, exitNotSigned},
		"credentials missing":  {with(goodFlags, "--server", s.URL), umbrellatest.Fault{}, nil, exitCredentials},
		"credentials refused":  {[]string{"auth", "check"}, umbrellatest.Fault{Path: "/auth", Status: 401}, env, exitCredentials},
		"credentials too weak": {with(goodFlags), umbrellatest.Fault{Path: operationPath, Status: 403}, env, exitCredentials},
	} {
		t.Run(name, func(t *testing.T) {
			if tc.fault.Path != "" {
				require.NoError(t, s.Inject(tc.fault))
			}
			cmd := process(t, tc.env, tc.args...)
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			stdout, err := cmd.Output()
			require.Equal(t, tc.want, cmd.ProcessState.ExitCode(), "%v %s", err, &stderr)
			require.NotContains(t, string(stdout)+stderr.String(), "\x1b", "no colours")
			if tc.want != exitOK {
				require.NotEmpty(t, stderr.String())
			}
		})
	}
}

func TestBinary_InterruptedDownloadLeavesNothing(t *testing.T) {
	s := umbrellatest.NewServer(t)
	id := signed(t, s)
	require.NoError(t, s.Inject(umbrellatest.Fault{Path: "/documents/{requestId}", DelayBody: patience}))
	cmd := process(t, []string{"UMBRELLA_SERVER=" + s.URL, "UMBRELLA_API_KEY=" + s.APIKey, "UMBRELLA_CUSTOMER_ID=" + s.CustomerID}, "download", id)
	cmd.Dir = t.TempDir()
	require.NoError(t, cmd.Start())
	t.Chdir(cmd.Dir)
	require.Eventually(t, func() bool {
		found := files(t)
		if len(found) == 0 {
			return false
		}
		info, err := os.Stat(found[0])
		return err == nil && info.Size() > 0 && info.Mode().Perm() == 0o600
	}, patience, tick, "a part of the document is there, under another name")
	require.NotContains(t, files(t), id+".pdf")
	require.NoError(t, cmd.Process.Signal(os.Interrupt))
	require.Error(t, cmd.Wait())
	require.Equal(t, exitFailed, cmd.ProcessState.ExitCode())
	require.Empty(t, files(t))
}

func TestBinary_TakesItsRequestFromAPipe(t *testing.T) {
	s := umbrellatest.NewServer(t)
	cmd := process(t, []string{"UMBRELLA_SERVER=" + s.URL, "UMBRELLA_API_KEY=" + s.APIKey, "UMBRELLA_CUSTOMER_ID=" + s.CustomerID}, "link", "--file", "-", "--json")
	cmd.Stdin = strings.NewReader(goodFile)
	out, err := cmd.Output()
	require.NoError(t, err)
	var link struct{ URL string }
	require.NoError(t, json.Unmarshal(out, &link))
	require.Equal(t, http.StatusOK, get(t, link.URL))
}

func TestBinary_ReportsEverythingThatIsWrongAtOnce(t *testing.T) {
	env := []string{"UMBRELLA_SERVER=prod", "UMBRELLA_API_KEY=can ary", "UMBRELLA_CUSTOMER_ID=x"}
	wants := []string{
		"there is no flag --retires (did you mean --retries?)",
		"there is no flag --out (did you mean --output?)",
		"--timeout soon: want a duration such as 30s or 2m",
		"--verbose loud: want true or false",
		"there is no flag -x",
		"a flag is not written as --name or --name=value",
		"-o needs a value",
		"there is more than one argument: want REQUEST_ID alone",
		"UMBRELLA_SERVER=prod: want production, sandbox or a URL that begins with http:// or https://, such as https://host/base/path (did you mean production?)",
		"UMBRELLA_API_KEY: character 4 of 7 is a space",
	}
	args := []string{"download", "--retires", "3", "one", "--out=canary", "--timeout", "soon", "--verbose=loud", "--timeout=2s", "-x", "canary", "--=canary", "two"}
	fails := func(args ...string) string {
		cmd := process(t, env, args...)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		stdout, _ := cmd.Output()
		require.Equal(t, exitUsage, cmd.ProcessState.ExitCode(), stderr.String())
		require.Empty(t, stdout)
		require.NotContains(t, stderr.String(), "canary")
		return stderr.String()
	}
	text := ""
	for _, want := range wants {
		text += "umbrella download: " + want + "\n"
	}
	require.Equal(t, text+"umbrella download --help says how it is used\n", fails(append(args, "-o")...))
	f := jsonError(t, fails(append(args, "--json", "-o")...))
	require.Equal(t, failure{Code: exitUsage, Message: strings.Join(wants, "; ")}, f)
}
