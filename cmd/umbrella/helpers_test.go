package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

// lockedBuffer is written by connections that the server has left behind when it ended.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *lockedBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *lockedBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// invoke runs the command in this process, with an environment that names no
// server and no credentials but those of the test.
func invoke(t *testing.T, ctx context.Context, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = run(ctx, args, streams{stdin: strings.NewReader(stdin), stdout: &out, stderr: &err})
	return code, out.String(), err.String()
}

// environment sets all variables that the command knows, and restores them.
func environment(t *testing.T, set map[string]string) {
	for _, name := range []string{"UMBRELLA_SERVER", "UMBRELLA_API_KEY", "UMBRELLA_CUSTOMER_ID", "UMBRELLA_TOKEN"} {
		t.Setenv(name, set[name])
	}
}

const operationPath = "/onboarding/createSessionLink"

var goodFlags = []string{
	"--email", "user@example.com", "--phone", "+436769556026",
	"--redirect-url", "https://example.com/done", "--doc-url", "https://example.com/doc.pdf",
}

const goodFile = `{"email":"user@example.com","phoneNumber":"+436769556026","redirectUrl":"https://example.com/done","docUrl":"https://example.com/doc.pdf"}`

func with(flags []string, more ...string) []string {
	return append(append([]string{"link"}, flags...), more...)
}

// background is the command at work in this process.
type background struct {
	stdout, stderr *bufio.Reader
	stop           func() int // ends it as a signal does, and returns its exit code
	code           chan int
}

func start(t *testing.T, args ...string) *background {
	ctx, cancel := context.WithCancel(t.Context())
	out, outIn := io.Pipe()
	errs, errsIn := io.Pipe()
	// A small buffer: until it is read, the command stands at what it prints.
	b := &background{bufio.NewReaderSize(out, 16), bufio.NewReader(errs), nil, make(chan int, 1)}
	go func() {
		code := run(ctx, args, streams{stdin: strings.NewReader(""), stdout: outIn, stderr: errsIn, terminal: true, patience: time.Millisecond})
		_, _ = outIn.Close(), errsIn.Close()
		b.code <- code
	}()
	b.stop = func() int {
		cancel()
		go func() { _, _ = io.Copy(io.Discard, b.stderr) }()
		_, _ = io.Copy(io.Discard, b.stdout)
		return <-b.code
	}
	t.Cleanup(func() {
		cancel()
		_, _ = out.Close(), errs.Close()
	})
	return b
}

func line(t *testing.T, r *bufio.Reader) string {
	text, err := r.ReadString('\n')
	require.NoError(t, err, text)
	return text
}

// lineWith is the next line that has part in it.
func lineWith(t *testing.T, r *bufio.Reader, part string) string {
	for {
		if text := line(t, r); strings.Contains(text, part) {
			return text
		}
	}
}

// opened opens a session at s.
func opened(t *testing.T, s *umbrellatest.Server) string {
	var req api.CreateSessionLinkRequest
	require.NoError(t, json.Unmarshal([]byte(goodFile), &req))
	link, err := s.Client.CreateSessionLink(t.Context(), req)
	require.NoError(t, err)
	return link.RequestID
}

// signed opens a session at s and signs its document.
func signed(t *testing.T, s *umbrellatest.Server) string {
	id := opened(t, s)
	require.NoError(t, s.Complete(id))
	return id
}

// jsonError is the error that standard error has as JSON.
func jsonError(t *testing.T, stderr string) (f failure) {
	require.NoError(t, json.Unmarshal([]byte(stderr), &f), stderr)
	return f
}
