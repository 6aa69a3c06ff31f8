// Package faults shows what a caller of umbrella.Client gets when a server, or
// the way to it, fails. MATRIX.md has the result as a table.
package faults

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io"
	"log"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/api"
)

var update = flag.Bool("update", false, "write MATRIX.md")

// row is one fault. One of http, raw and h2 is what the server does.
type row struct {
	group string // rows of a group and with one outcome share a line of the table
	name  string

	http func(*site, http.ResponseWriter, *http.Request)
	auth func(*site, http.ResponseWriter, *http.Request) // POST /auth; nil: a new token each time
	raw  func(s *site, c *conn, n int)                   // on the n-th connection
	h2   func(c conn2, stream uint32, n int)             // for each request
	tls  string                                          // a name in certificates; none: https in the URL only

	setup  func(*testing.T, *site)
	opts   []umbrella.Option
	own    bool // the SDK's own transport is used
	key    bool // POST /auth is used
	warm   bool // a call that succeeds comes first and does not count
	editor api.RequestEditorFn
	edit   func(*api.CreateSessionLinkRequest)

	attempted func(*site) // called when the log has the record of an attempt

	want want
}

func (r row) protocols() []string {
	if r.h2 != nil {
		return []string{"h2"}
	}
	return []string{"http/1.1"}
}

var silent = log.New(io.Discard, "", 0)

// TestMatrix runs all rows at once: none waits for a clock, but many for a server.
func TestMatrix(t *testing.T) {
	var standard bytes.Buffer // what net/http logs on its own
	log.SetOutput(&standard)
	defer log.SetOutput(os.Stderr) // whatever fails
	rows := slices.Concat(connectionRows(), framingRows(), contentRows(), answerRows(), statusRows(), retryRows(),
		callerRows(), routeRows(), tlsRows(), http2Rows(), reuseRows(), tokenRows())
	require.GreaterOrEqual(t, len(rows), 60)
	names := map[string]bool{}
	t.Run("rows", func(t *testing.T) {
		for _, r := range rows {
			require.False(t, names[r.group+r.name], "two rows are called %s", r.name)
			names[r.group+r.name] = true
			t.Run(r.name, func(t *testing.T) {
				t.Parallel()
				check(t, r)
			})
		}
	})
	requireNoGoroutines(t)
	log.SetOutput(os.Stderr) // waits for a line that is being written
	for line := range strings.Lines(standard.String()) {
		// What a server sends beyond its Content-Length net/http logs as it came, and
		// offers no way to change that.
		if !strings.Contains(line, "Unsolicited response received on idle HTTP channel") {
			requireNoCanary(t, line)
		}
	}

	table := markdown(rows)
	t.Log("\n" + table)
	if *update {
		require.NoError(t, os.WriteFile("MATRIX.md", []byte(table), 0o644))
	}
	golden, err := os.ReadFile("MATRIX.md")
	require.NoError(t, err)
	require.Equal(t, string(golden), table, "run: go test ./tests/faults -update")
}

func check(t *testing.T, r row) {
	s := open(t, r)
	var records lockedBuffer
	logger := slog.New(&watched{slog.NewJSONHandler(&records, &slog.HandlerOptions{Level: slog.LevelDebug}), s})
	opts := []umbrella.Option{
		umbrella.WithLogger(logger),
		umbrella.WithRetry(umbrella.RetryPolicy{MinBackoff: time.Millisecond, MaxBackoff: 2 * time.Millisecond, MaxRetryAfter: 2 * time.Second}),
		umbrella.WithTimeout(10 * time.Minute), // the rows that are about time bring their own
	}
	if !r.own {
		opts = append(opts, umbrella.WithHTTPClient(&http.Client{Transport: s.base}))
	}
	if r.key {
		opts = append(opts, umbrella.WithAPIKey(apiKey, customerID))
	} else {
		opts = append(opts, umbrella.WithToken(token))
	}
	client, err := umbrella.New(s.url, append(opts, r.opts...)...)
	require.NoError(t, err)
	if r.warm {
		_, err := client.CreateSessionLink(t.Context(), request())
		require.NoError(t, err)
		<-s.warmedUp
		s.requests.Store(0)
		s.sessions.Store(0)
	}
	req := request()
	if r.edit != nil {
		r.edit(&req)
	}
	var editors []api.RequestEditorFn
	if r.editor != nil {
		editors = append(editors, r.editor)
	}
	link, err := client.CreateSessionLink(s.ctx, req, editors...)
	close(s.over)

	require.Equal(t, r.want.link, err == nil, "%v", err)
	require.Equal(t, err == nil, link != nil)
	if link != nil {
		require.Equal(t, session, link.URL)
	}
	if err != nil {
		r.want.matches(t, err)
		requireDiscreet(t, err)
	}
	requireNoCanary(t, records.String())

	s.ctx.cancel()
	s.close(t)
	require.Equal(t, r.want.requests, s.requests.Load(), "requests; %v", err)
	require.Equal(t, r.want.sessions, s.sessions.Load(), "sessions; %v", err)

	// What the whole table is about, whatever a row wants.
	require.LessOrEqual(t, s.sessions.Load(), int32(1), "two sessions for one call")
	if err != nil && s.sessions.Load() > 0 {
		var e *umbrella.Error
		require.True(t, errors.As(err, &e) && e.MaybeProcessed, "a session was lost silently")
	}
}

// close waits until the client has let go of every connection, which is what is
// tested, and then stops the server.
func (s *site) close(t *testing.T) {
	t.Helper()
	_ = s.listener.Close()
	done := make(chan struct{})
	go func() {
		s.serving.Wait()
		close(done)
	}()
	for guard := time.After(2 * time.Minute); ; {
		s.transport.CloseIdleConnections() // an HTTP/2 stream ends a moment after its answer
		select {
		case <-done:
		case <-time.After(5 * time.Millisecond):
			continue
		case <-guard:
			t.Error("the client still holds a connection")
		}
		break
	}
	if s.server != nil {
		_ = s.server.Close()
	}
}

func request() api.CreateSessionLinkRequest {
	return api.CreateSessionLinkRequest{
		Email: email, PhoneNumber: phone,
		RedirectURL: "https://shop.example.com/canary", DocURL: "https://cdn.example.com/canary.pdf",
		SignForms: []api.SignForm{{FieldID: "canary-field", ActorID: "canary-actor"}},
		FillForm:  []api.FillFormField{{FieldID: "canary-name", Value: "canary-value"}},
	}
}

// watched tells the site of each attempt that was logged.
type watched struct {
	slog.Handler
	site *site
}

func (w *watched) Handle(ctx context.Context, r slog.Record) error {
	if w.site.row.attempted != nil {
		w.site.row.attempted(w.site)
	}
	return w.Handler.Handle(ctx, r)
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
