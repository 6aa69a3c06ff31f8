package authprovider_test

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/authprovider"
)

func TestToken_FreshCostsNoAllocation(t *testing.T) {
	source := sourceOver(t, &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) { return instantly("t"), nil })})
	get(t, source)
	ctx := context.Background()
	require.Zero(t, testing.AllocsPerRun(1000, func() {
		if _, err := source.Token(ctx); err != nil {
			t.Fatal(err)
		}
	}))
	edit := authprovider.Intercept(source)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, server, nil)
	require.NoError(t, err)
	require.LessOrEqual(t, testing.AllocsPerRun(1000, func() {
		clear(req.Header)
		if err := edit(ctx, req); err != nil || len(req.Header) != 1 {
			t.Fatal(err)
		}
	}), 1.0)
}

// BenchmarkToken sets the hot path beside the least that any cache must do: one
// atomic load and one look at the clock.
func BenchmarkToken(b *testing.B) {
	type entry struct {
		token  authprovider.Token
		expiry time.Time
	}
	var cache atomic.Pointer[entry]
	cache.Store(&entry{expiry: time.Now().Add(time.Hour)})
	atomicLoad := func(context.Context) (authprovider.Token, error) {
		if e := cache.Load(); e != nil && time.Now().Before(e.expiry) {
			return e.token, nil
		}
		return authprovider.Token{}, authprovider.ErrTransient
	}
	source, err := authprovider.NewAPIKeySource("http://127.0.0.1", "key", "customer", authprovider.WithHTTPClient(&http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) { return instantly("t"), nil })}))
	require.NoError(b, err)
	ctx := context.Background()
	_, err = source.Token(ctx)
	require.NoError(b, err)

	for _, bc := range []struct {
		name  string
		token func(context.Context) (authprovider.Token, error)
	}{{"atomic", atomicLoad}, {"source", source.Token}} {
		b.Run(bc.name+"/serial", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := bc.token(ctx); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(bc.name+"/parallel", func(b *testing.B) {
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if _, err := bc.token(ctx); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}
