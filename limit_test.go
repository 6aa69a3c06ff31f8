package umbrella_test

import (
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/internal/memhttp"
)

func TestLimit_IsOneMiBUnlessSet(t *testing.T) {
	for _, tc := range []struct {
		name  string
		opts  []umbrella.Option
		limit int
	}{
		{"default", nil, 1 << 20},
		{"set", []umbrella.Option{umbrella.WithMaxResponseBytes(300)}, 300},
		{"one byte", []umbrella.Option{umbrella.WithMaxResponseBytes(1)}, 1},
		{"more than the hint is believed", []umbrella.Option{umbrella.WithMaxResponseBytes(200 << 10)}, 200 << 10},
	} {
		for _, size := range []int{tc.limit - 1, tc.limit, tc.limit + 1} {
			for _, status := range []int{200, 400} {
				for _, declared := range []bool{false, true} {
					body := strings.Repeat(" ", max(0, size-len(sessionBody))) + sessionBody[max(0, len(sessionBody)-size):]
					client := clientOf(t, func(w http.ResponseWriter, _ *http.Request) {
						if !declared {
							w.Header().Set("Trailer", "X-Chunked")
						}
						answer(w, status, body)
					}, tc.opts...)
					_, err := client.CreateSessionLink(t.Context(), validRequest())
					if size <= tc.limit {
						require.NotErrorIs(t, err, umbrella.ErrResponseTooLarge)
						if size > len(sessionBody) && status == http.StatusOK {
							require.NoError(t, err)
						}
						continue
					}
					e := apiError(t, err)
					require.ErrorIs(t, err, umbrella.ErrResponseTooLarge, "%d bytes", size)
					require.Equal(t, status, e.StatusCode)
					require.Len(t, e.Body(), tc.limit)
					require.Equal(t, status == 200, e.MaybeProcessed)
					requireDiscreet(t, err)
				}
			}
		}
	}
}

// From Go 1.27 on net/http reads up to 256 KiB of an answer that was left
// unread, to keep its connection; no Go version keeps the one of a longer answer.
func TestLimit_ATooLongAnswerCostsItsConnection(t *testing.T) {
	for limit, want := range map[int64]int{100: 3, 1 << 20: 1} {
		conns := map[string]bool{}
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			conns[r.RemoteAddr] = true
			answer(w, http.StatusOK, strings.Repeat(" ", 300_000))
		}))
		client, err := umbrella.New(server.URL, umbrella.WithToken(canaryToken), umbrella.WithMaxResponseBytes(limit))
		require.NoError(t, err)
		for range 3 {
			_, err := client.CreateSessionLink(t.Context(), validRequest())
			require.ErrorIs(t, err, umbrella.ErrInvalidResponse)
		}
		server.Close()
		require.Len(t, conns, want)
	}
}

func TestDefaultTransport_KeepsAsManyConnectionsAsItUses(t *testing.T) {
	const callers = 40
	var conns sync.Map
	all, release := make(chan struct{}, callers), make(chan struct{}, callers)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conns.Store(r.RemoteAddr, true)
		all <- struct{}{}
		<-release
		answer(w, http.StatusOK, sessionBody)
	}))
	defer server.Close()
	// A request that does not leave would have the others wait for ever.
	client, err := umbrella.New(server.URL, umbrella.WithToken(canaryToken), umbrella.WithoutValidation())
	require.NoError(t, err)
	for range 3 {
		var group sync.WaitGroup
		for range callers {
			group.Go(func() {
				if _, err := client.CreateSessionLink(t.Context(), validRequest()); err != nil {
					t.Error(err)
				}
			})
		}
		for range callers {
			<-all
		}
		for range callers {
			release <- struct{}{}
		}
		group.Wait()
	}
	n := 0
	conns.Range(func(any, any) bool { n++; return true })
	require.Equal(t, callers, n, "three rounds of as many calls at once need no new connection")
}

// TestLimit_AHostileBodyCostsLittleMemory counts every byte that is allocated,
// freed or not, by client and server together.
func TestLimit_AHostileBodyCostsLittleMemory(t *testing.T) {
	const size, most = 256 << 20, 8 << 20
	zeros := make([]byte, 64<<10)
	tiny := []byte("[" + strings.Repeat("0,", 500_000) + "0]") // many values in few bytes
	flood := func(w io.Writer) {
		for sent := 0; sent < size; sent += len(zeros) {
			if _, err := w.Write(zeros); err != nil {
				return
			}
		}
	}
	handler := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch r.Header.Get("X-Kind") {
		case "declared":
			w.Header().Set("Content-Length", "268435456")
			flood(w)
		case "gzip":
			w.Header().Set("Content-Encoding", "gzip")
			z, _ := gzip.NewWriterLevel(w, gzip.HuffmanOnly)
			flood(z)
			_ = z.Close()
		case "error":
			w.WriteHeader(http.StatusBadGateway)
			flood(w)
		case "many values":
			w.WriteHeader(http.StatusBadGateway)
			_, _ = w.Write(tiny)
		default:
			flood(w)
		}
	}
	h2 := httptest.NewUnstartedServer(http.HandlerFunc(handler))
	h2.EnableHTTP2 = true
	h2.StartTLS()
	defer h2.Close()
	secure := umbrella.NewTransport().(*http.Transport)
	secure.TLSClientConfig = h2.Client().Transport.(*http.Transport).TLSClientConfig
	defer secure.CloseIdleConnections()
	overHTTP2, err := umbrella.New(h2.URL, umbrella.WithToken(canaryToken), umbrella.WithHTTPClient(&http.Client{Transport: secure}))
	require.NoError(t, err)

	for name, client := range map[string]*umbrella.Client{"HTTP/1.1": clientOver(t, memhttp.Serve(t, http.HandlerFunc(handler))), "HTTP/2": overHTTP2} {
		for _, kind := range []string{"chunked", "declared", "gzip", "error", "many values"} {
			t.Run(name+" "+kind, func(t *testing.T) {
				call := func() error {
					_, err := client.CreateSessionLink(t.Context(), validRequest(), header("X-Kind", kind))
					return err
				}
				_ = call() // what is made once: buffers, pools, connections
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				err := call()
				runtime.ReadMemStats(&after)
				require.ErrorIs(t, err, map[bool]error{false: umbrella.ErrResponseTooLarge, true: umbrella.ErrServer}[kind == "many values"])
				require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(most))
			})
		}
	}
}

// header returns an editor that sets one header.
func header(name, value string) api.RequestEditorFn {
	return func(_ context.Context, r *http.Request) error {
		r.Header.Set(name, value)
		return nil
	}
}
