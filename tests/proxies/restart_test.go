package proxies

import (
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go"
)

var update = flag.Bool("update", false, "write ../faults/PROXIES.md")

const (
	rtt   = 40 * time.Millisecond
	every = 250 * time.Millisecond // between two restarts
)

// scenario is a server with HTTP/2 that keeps closing its connections in good order.
type scenario struct {
	name              string
	calls, concurrent int
	serve             func(t *testing.T, o *origin, dir string, cert tls.Certificate) (addr string)
}

var scenarios = []scenario{
	{"nginx, keepalive_requests 50", 2000, 20, nginx("keepalive_requests 50;", 0)},
	{"nginx, reloaded every 250 ms", 2000, 20, nginx("", every)},
	{"Go server, Shutdown every 250 ms", 2000, 20, restartingGo},
	{"nginx, defaults", 5000, 50, nginx("", 0)},
}

// result counts what became of the calls of one contestant.
type result struct{ failures, doubles, silent int }

// TestRestarts_CostNoMoreThanWithNetHTTPAlone makes the same calls with net/http alone
// and with the SDK, and writes the table of both.
func TestRestarts_CostNoMoreThanWithNetHTTPAlone(t *testing.T) {
	var table strings.Builder
	table.WriteString(heading)
	for _, s := range scenarios {
		t.Run(s.name, func(t *testing.T) {
			alone := s.run(t, netHTTP)
			ours := s.run(t, sdk)
			fmt.Fprintf(&table, "| %s | %d | %d | %d | %d | %d | %d |\n", s.name, s.calls, s.concurrent,
				alone.failures, ours.failures, ours.doubles, ours.silent)
			require.LessOrEqual(t, ours.failures, alone.failures+s.calls/1000)
			require.Zero(t, ours.doubles)
			require.Zero(t, ours.silent)
		})
	}
	t.Log("\n" + table.String())
	if *update {
		require.NoError(t, os.WriteFile("../faults/PROXIES.md", []byte(table.String()), 0o644))
	}
}

const heading = `# Calls through servers that close their connections

Written by ` + "`make test-proxies`" + `: HTTP/2 over TLS, a round trip of 40 ms, and a server that keeps closing its
connections in good order, as servers do when they are reloaded, restarted or have served enough. "Failed" is how many
calls came back with an error, first with net/http alone and then with the SDK, whose calls also must not open two
sessions nor lose one without saying so.

| Server | Calls | At a time | Failed, net/http alone | Failed, SDK | Two sessions | Lost silently |
| --- | --- | --- | --- | --- | --- | --- |
`

// caller makes one call. It reports whether a session may have been opened when it failed.
type caller func(ctx context.Context, call string) (maybe bool, err error)

func (s scenario) run(t *testing.T, contestant func(*testing.T, string, *tls.Config) caller) result {
	o, dir := newOrigin(), t.TempDir()
	pool, cert := certificate(t, dir)
	addr := slow(t, s.serve(t, o, dir, cert), rtt)
	call := contestant(t, "https://"+addr, &tls.Config{RootCAs: pool})
	numbers := make(chan string)
	var failures, doubles, silent atomic.Int32
	var group sync.WaitGroup
	for range s.concurrent {
		group.Go(func() {
			for n := range numbers {
				maybe, err := call(t.Context(), n)
				opened := o.opened(n)
				if err != nil {
					failures.Add(1)
					t.Log(err, " maybe: ", maybe, " opened: ", opened)
				}
				if opened > 1 {
					doubles.Add(1)
				}
				if err != nil && opened > 0 && !maybe || err == nil && opened == 0 {
					silent.Add(1)
				}
			}
		})
	}
	for n := range s.calls {
		numbers <- fmt.Sprint(n)
	}
	close(numbers)
	group.Wait()
	return result{int(failures.Load()), int(doubles.Load()), int(silent.Load())}
}

func transport(t *testing.T, config *tls.Config) *http.Transport {
	tr := http.DefaultTransport.(*http.Transport).Clone()
	tr.Proxy, tr.TLSClientConfig = nil, config
	t.Cleanup(tr.CloseIdleConnections)
	return tr
}

func netHTTP(t *testing.T, url string, config *tls.Config) caller {
	client := &http.Client{Transport: transport(t, config)}
	return func(ctx context.Context, call string) (bool, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/onboarding/createSessionLink", strings.NewReader("{}"))
		if err != nil {
			return false, err
		}
		req.Header.Set(callHeader, call)
		resp, err := client.Do(req)
		if err != nil {
			return true, err
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			return true, errors.New(resp.Status)
		}
		return true, nil
	}
}

func sdk(t *testing.T, url string, config *tls.Config) caller {
	client, err := umbrella.New(url, umbrella.WithToken("x.y.z"), umbrella.WithHTTPClient(&http.Client{Transport: transport(t, config)}))
	require.NoError(t, err)
	return func(ctx context.Context, call string) (bool, error) {
		_, err := client.CreateSessionLink(ctx, request(), numbered(call))
		var e *umbrella.Error
		return errors.As(err, &e) && e.MaybeProcessed, err
	}
}

// nginx is in front of the origin, reloaded now and then if reload is not 0.
func nginx(directives string, reload time.Duration) func(*testing.T, *origin, string, tls.Certificate) string {
	return func(t *testing.T, o *origin, dir string, _ tls.Certificate) string {
		port := freePort(t)
		config := fmt.Sprintf(`
			daemon off; pid nginx.pid; error_log stderr crit; worker_processes 1;
			events { worker_connections 4096; }
			http {
				access_log off; %s
				client_body_temp_path a; proxy_temp_path b; fastcgi_temp_path c; uwsgi_temp_path d; scgi_temp_path e;
				server {
					listen 127.0.0.1:%s ssl http2;
					ssl_certificate cert.pem; ssl_certificate_key key.pem;
					location / { proxy_pass http://%s; }
				}
			}`, directives, port, o.listen(t))
		path := filepath.Join(dir, "nginx.conf")
		require.NoError(t, os.WriteFile(path, []byte(config), 0o600))
		cmd := start(t, port, "nginx", "nginx", "-p", dir, "-c", path, "-e", "stderr")
		if reload > 0 {
			repeatedly(t, reload, func() { _ = cmd.Process.Signal(syscall.SIGHUP) })
		}
		return "127.0.0.1:" + port
	}
}

// repeatedly does something until the test ends.
func repeatedly(t *testing.T, every time.Duration, do func()) {
	ctx, cancel := context.WithCancel(t.Context())
	var done sync.WaitGroup
	done.Go(func() {
		for ticker := time.NewTicker(every); ; {
			select {
			case <-ctx.Done():
				ticker.Stop()
				return
			case <-ticker.C:
				do()
			}
		}
	})
	t.Cleanup(func() {
		cancel()
		done.Wait()
	})
}

// restartingGo is a Go server whose successor takes over before it is shut down.
func restartingGo(t *testing.T, o *origin, _ string, cert tls.Certificate) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	conns := make(chan net.Conn)
	var serving sync.WaitGroup
	serving.Go(func() {
		defer close(conns)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			conns <- conn
		}
	})
	begin := func() *http.Server {
		server := &http.Server{Handler: o, TLSConfig: &tls.Config{Certificates: []tls.Certificate{cert}}}
		serving.Go(func() { _ = server.ServeTLS(&turn{Listener: l, conns: conns, over: make(chan struct{})}, "", "") })
		return server
	}
	current := begin()
	t.Cleanup(func() {
		_ = l.Close()
		serving.Wait()
		_ = current.Close()
	})
	repeatedly(t, every, func() {
		old := current
		current = begin()
		serving.Go(func() { _ = old.Shutdown(context.Background()) })
	})
	return l.Addr().String()
}

// turn is a listener that is one server's until it is closed.
type turn struct {
	net.Listener
	conns <-chan net.Conn
	over  chan struct{}
	once  sync.Once
}

func (l *turn) Accept() (net.Conn, error) {
	select {
	case conn, ok := <-l.conns:
		if ok {
			return conn, nil
		}
	case <-l.over:
	}
	return nil, net.ErrClosed
}

func (l *turn) Close() error {
	l.once.Do(func() { close(l.over) })
	return nil
}
