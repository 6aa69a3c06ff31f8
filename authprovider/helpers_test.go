package authprovider_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/authprovider"
	"github.com/umbrella-api/umbrella-go/internal/memhttp"
)

// Secrets that must never show.
const (
	canaryKey      = "CANARY-key-7f3a"
	canaryCustomer = "CANARY-customer-91bc"
)

// answer is what POST /auth does with its n-th request, counted from 1.
type answer func(n int, w http.ResponseWriter, r *http.Request)

// issue answers with a token that lives for lifetime.
func issue(w http.ResponseWriter, token string, lifetime time.Duration) {
	_, _ = fmt.Fprintf(w, `{"access_token":%q,"expires_in":%v,"token_type":"Bearer"}`, token, lifetime.Seconds())
}

// numbered answers with the tokens t1, t2 and so on.
func numbered(lifetime time.Duration) answer {
	return func(n int, w http.ResponseWriter, _ *http.Request) { issue(w, fmt.Sprintf("t%d", n), lifetime) }
}

// after answers like ok, but later.
func after(d time.Duration, ok answer) answer {
	return func(n int, w http.ResponseWriter, r *http.Request) {
		time.Sleep(d)
		ok(n, w, r)
	}
}

// failing answers like ok until request number from, and then with status.
func failing(from, status int, ok answer) answer {
	return func(n int, w http.ResponseWriter, r *http.Request) {
		if n < from {
			ok(n, w, r)
			return
		}
		w.WriteHeader(status)
	}
}

// newSource returns a source whose endpoint does what answer says, and the count
// of its requests. Inside a synctest bubble all of it runs in synthetic time.
func newSource(tb testing.TB, do answer, opts ...authprovider.Option) (*authprovider.APIKeySource, *atomic.Int64) {
	posts := new(atomic.Int64)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { do(int(posts.Add(1)), w, r) })
	client := &http.Client{Transport: memhttp.Serve(tb, handler)}
	return sourceOver(tb, client, opts...), posts
}

func sourceOver(tb testing.TB, client *http.Client, opts ...authprovider.Option) *authprovider.APIKeySource {
	opts = append([]authprovider.Option{authprovider.WithHTTPClient(client)}, opts...)
	source, err := authprovider.NewAPIKeySource(memhttp.URL, canaryKey, canaryCustomer, opts...)
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, source.Close()) })
	return source
}

// roundTrip is a RoundTripper, for what no server can do.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// get returns the token that source hands out now.
func get(tb testing.TB, source authprovider.TokenSource) string {
	tb.Helper()
	token, err := source.Token(context.Background())
	require.NoError(tb, err)
	return token.AccessToken()
}

// together runs f(0) to f(n-1), lets them start at one moment, and waits.
func together(n int, f func(i int)) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-start
			f(i)
		})
	}
	close(start)
	wg.Wait()
}

// requireElapsed checks synthetic time.
func requireElapsed(tb testing.TB, want time.Duration, since time.Time) {
	tb.Helper()
	require.Equal(tb, want.String(), time.Since(since).String())
}
