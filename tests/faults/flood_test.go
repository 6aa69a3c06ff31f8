package faults

import (
	"context"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go"
)

// TestHTTP2_APeerThatOverflowsTheWindowCostsOneCall has the fault for which net/http
// of Go 1.26 waits for its own lock, in that call and in all after it. It runs in a
// process of its own, because what hangs there hangs until the process ends.
func TestHTTP2_APeerThatOverflowsTheWindowCostsOneCall(t *testing.T) {
	if os.Getenv("UMBRELLA_TEST_HANG") == "" {
		alone := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.timeout=1m")
		alone.Env = append(os.Environ(), "UMBRELLA_TEST_HANG=1")
		out, err := alone.CombinedOutput()
		require.NoError(t, err, "%s", out)
		return
	}
	const frameWindowUpdate = 8
	s := open(t, row{tls: "good", h2: func(c conn2, stream uint32, n int) {
		if n > 1 {
			c.success(stream)
			return
		}
		c.site.sessions.Add(1)
		c.write(frameWindowUpdate, 0, stream, 0x7f, 0xff, 0xff, 0xff)
	}})
	transport := s.transport.Clone() // the one that hangs hangs in CloseIdleConnections too
	client, err := umbrella.New(s.url, umbrella.WithToken(token), umbrella.WithHTTPClient(&http.Client{Transport: transport}))
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	_, err = client.CreateSessionLink(ctx, request())
	var e *umbrella.Error
	require.ErrorAs(t, err, &e)
	require.True(t, e.MaybeProcessed)
	if !errors.Is(err, context.DeadlineExceeded) {
		transport.CloseIdleConnections() // net/http does not hang, and keeps the connection
	}
	_, err = client.CreateSessionLink(t.Context(), request())
	require.NoError(t, err)
	client.CloseIdleConnections()
}
