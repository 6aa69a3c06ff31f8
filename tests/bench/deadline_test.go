package bench

import (
	"context"
	"net/http"
	"testing"
	"time"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/authprovider"
)

// BenchmarkDeadlinePaired is what it costs that a call ends with its deadline whatever
// hangs: calls with a token source that is not ours, which have a goroutine for that, as
// they have on a transport that may speak HTTP/2, against calls without. Both have the
// same token and, over TLS on connections in memory, the same transport, which the client
// takes for one that speaks HTTP/1 only.
func BenchmarkDeadlinePaired(b *testing.B) {
	token, err := authprovider.NewToken(bearer, time.Time{})
	if err != nil {
		b.Fatal(err)
	}
	for _, mode := range modes {
		for name, set := range map[string]func(*http.Protocols, bool){"http1": (*http.Protocols).SetHTTP1, "http2": (*http.Protocols).SetHTTP2} {
			b.Run("mode="+mode+"/protocol="+name, func(b *testing.B) {
				baseURL, base := secure(b, set)
				transport := saysHTTP1(base)
				caller := func(auth umbrella.Option) func(context.Context) error {
					client, err := umbrella.New(baseURL, auth, umbrella.WithHTTPClient(&http.Client{Transport: transport}))
					if err != nil {
						b.Fatal(err)
					}
					return func(ctx context.Context) error {
						_, err := client.CreateSessionLink(ctx, request)
						return err
					}
				}
				compare(b, mode, 16, caller(umbrella.WithToken(bearer)), caller(umbrella.WithTokenSource(authprovider.Static(token))))
			})
		}
	}
}
