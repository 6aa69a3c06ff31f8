// Package bench compares umbrella with what one would use instead of it. It is a
// module of its own, so that no peer library gets into the go.mod of an importer.
package bench

import (
	"context"
	"net/http"
	"runtime"
	"testing"
)

// A base URL of the memory transport: https, as in production, and never dialled.
const memoryURL = "https://umbrella.example"

// A contestant that skips the work would win: each must return the link, and
// each must notice a refusal.
func TestClientsAgree(t *testing.T) {
	for _, via := range transports {
		baseURL, transport := via.open(t)
		for _, c := range clients {
			t.Run(via.name+"/"+c.name, func(t *testing.T) {
				create, err := c.make(baseURL, transport)
				if err != nil {
					t.Fatal(err)
				}
				for range 3 { // reused connections and cached tokens too
					got, err := create(t.Context(), request)
					if err != nil {
						t.Fatal(err)
					}
					if got.RequestID != want.RequestID || got.URL != want.URL || !got.ExpiresAfter.Equal(want.ExpiresAfter) {
						t.Fatalf("got %+v, want %+v", *got, want)
					}
				}
				refusing, err := c.make(baseURL+"/nowhere", transport)
				if err != nil {
					t.Fatal(err)
				}
				if got, err := refusing(t.Context(), request); err == nil {
					t.Fatalf("a 404 became %+v", *got)
				}
			})
		}
	}
}

var modes = []string{"serial", "parallel"}

// parallelism is how many goroutines call at once in mode=parallel.
var parallelism = runtime.GOMAXPROCS(0)

var transports = []struct {
	name string
	open func(testing.TB) (baseURL string, transport http.RoundTripper)
}{
	{"memory", func(testing.TB) (string, http.RoundTripper) { return memoryURL, inMemory() }},
	{"loopback", func(tb testing.TB) (string, http.RoundTripper) { return loopback(tb) }},
	{"http2", func(tb testing.TB) (string, http.RoundTripper) { return secure(tb, (*http.Protocols).SetHTTP2) }},
}

// BenchmarkCreateSessionLink is one createSessionLink. Over loopback the server
// and over HTTP/2 the server runs in the same process and on the same cores, and its
// allocations count for every client alike.
func BenchmarkCreateSessionLink(b *testing.B) {
	for _, via := range transports {
		for _, mode := range modes {
			for _, c := range clients {
				b.Run("transport="+via.name+"/mode="+mode+"/client="+c.name, func(b *testing.B) {
					baseURL, transport := via.open(b)
					create, err := c.make(baseURL, transport)
					if err != nil {
						b.Fatal(err)
					}
					measure(b, mode, func(ctx context.Context) error {
						_, err := create(ctx, request)
						return err
					})
				})
			}
		}
	}
}

// measure runs call until the benchmark is long enough, once before that to fill
// the caches that a client has.
func measure(b *testing.B, mode string, call func(context.Context) error) {
	ctx := context.Background()
	if err := call(ctx); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.ResetTimer()
	if mode == "serial" {
		for range b.N {
			if err := call(ctx); err != nil {
				b.Fatal(err)
			}
		}
		return
	}
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := call(ctx); err != nil {
				b.Error(err)
				return
			}
		}
	})
}
