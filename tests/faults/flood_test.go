package faults

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/api"
)

// These tests have the fault for which net/http of Go 1.26 waits for its own lock, in
// that call and in all after it: a peer that overflows the window of a stream.

// alone runs test in a process of its own, because what hangs there hangs until the
// process ends.
func alone(t *testing.T, test func(t *testing.T)) {
	if os.Getenv("UMBRELLA_TEST_HANG") != "" {
		test(t)
		return
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.timeout=3m")
	cmd.Env = append(os.Environ(), "UMBRELLA_TEST_HANG=1")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
}

// overflowing returns a site whose first connection does what first says, and the
// others answer, and a client of it.
func overflowing(t *testing.T, first func(c conn2, stream uint32), opts ...umbrella.Option) (*site, *http.Transport, *umbrella.Client) {
	s := open(t, row{tls: "good", h2: func(c conn2, stream uint32, n int) {
		if n > 1 {
			c.success(stream)
			return
		}
		c.site.sessions.Add(1)
		first(c, stream)
	}})
	transport := s.transport.Clone() // the one that hangs hangs in CloseIdleConnections too
	opts = append(opts, umbrella.WithToken(token), umbrella.WithHTTPClient(&http.Client{Transport: transport}))
	client, err := umbrella.New(s.url, opts...)
	require.NoError(t, err)
	return s, transport, client
}

func TestHTTP2_APeerThatOverflowsTheWindowCostsOneCall(t *testing.T) {
	alone(t, func(t *testing.T) {
		_, transport, client := overflowing(t, conn2.overflow)
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		_, err := client.CreateSessionLink(ctx, request())
		var e *umbrella.Error
		require.ErrorAs(t, err, &e)
		require.True(t, e.MaybeProcessed)
		if !errors.Is(err, context.DeadlineExceeded) {
			transport.CloseIdleConnections() // net/http does not hang, and keeps the connection
		}
		_, err = client.CreateSessionLink(t.Context(), request())
		require.NoError(t, err)
		client.CloseIdleConnections()
	})
}

func TestHTTP2_AnOverflowInTheBodyCostsOneCall(t *testing.T) {
	alone(t, func(t *testing.T) {
		_, transport, client := overflowing(t, func(c conn2, stream uint32) {
			c.headers(stream, 0)
			c.overflow(stream)
		})
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		_, err := client.CreateSessionLink(ctx, request())
		var e *umbrella.Error
		require.ErrorAs(t, err, &e)
		require.True(t, e.MaybeProcessed)
		if !errors.Is(err, context.DeadlineExceeded) {
			transport.CloseIdleConnections()
		}
		_, err = client.CreateSessionLink(t.Context(), request())
		require.NoError(t, err)
	})
}

func TestHTTP2_AnOverflowInADownloadCostsNoCall(t *testing.T) {
	alone(t, func(t *testing.T) {
		s, transport, client := overflowing(t, conn2.overflow)
		target := s.url + "/document"
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		_, err := client.Download(ctx, &api.Resource{ResourceURL: &target}, io.Discard)
		require.Error(t, err)
		if !errors.Is(err, context.DeadlineExceeded) {
			transport.CloseIdleConnections()
		}
		_, err = client.CreateSessionLink(t.Context(), request())
		require.NoError(t, err)
		_, err = client.Download(t.Context(), &api.Resource{ResourceURL: &target}, io.Discard)
		require.NoError(t, err)
	})
}

// The exchange at POST /auth has 10 s, after which it is repeated.
func TestHTTP2_AnOverflowAtAuthIsGotOver(t *testing.T) {
	alone(t, func(t *testing.T) {
		s := open(t, row{tls: "good", h2: func(c conn2, stream uint32, _ int) {
			switch c.site.requests.Load() { // on any connection: net/http of Go 1.27 does not hang, and keeps the first
			case 1:
				c.overflow(stream)
			case 2:
				c.headers(stream, 0)
				c.write(frameData, endStream, stream, []byte(tokenBody)...)
			default:
				c.success(stream)
			}
		}})
		client, err := umbrella.New(s.url, umbrella.WithAPIKey(apiKey, customerID), umbrella.WithHTTPClient(&http.Client{Transport: s.transport.Clone()}))
		require.NoError(t, err)
		require.Eventually(t, func() bool {
			_, err := client.CreateSessionLink(t.Context(), request())
			return err == nil
		}, 100*time.Second, time.Second)
		require.EqualValues(t, 1, s.sessions.Load())
	})
}

// A server that has answered over HTTP/1 may speak HTTP/2 on the next connection.
func TestHTTP2_AnOverflowAfterHTTP1EndsWithTheDeadline(t *testing.T) {
	alone(t, func(t *testing.T) {
		before := open(t, row{tls: "good", http: func(s *site, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Connection", "close")
			s.success(w)
		}})
		s := open(t, row{tls: "good", h2: func(c conn2, stream uint32, _ int) { c.overflow(stream) }})
		transport, dials := s.transport.Clone(), 0
		transport.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
			if dials++; dials == 1 {
				addr = before.listener.Addr().String()
			}
			return (&net.Dialer{}).DialContext(ctx, network, addr)
		}
		client, err := umbrella.New(s.url, umbrella.WithToken(token), umbrella.WithHTTPClient(&http.Client{Transport: transport}), umbrella.WithTimeout(5*time.Second))
		require.NoError(t, err)
		_, err = client.CreateSessionLink(t.Context(), request())
		require.NoError(t, err)
		_, err = client.CreateSessionLink(t.Context(), request())
		var e *umbrella.Error
		require.ErrorAs(t, err, &e)
		require.True(t, e.MaybeProcessed)
	})
}
