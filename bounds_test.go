package umbrella_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/internal/memhttp"
)

// replacements are what an editor may do to the context of a request, given one that
// the caller holds.
func replacements(outer context.Context) map[string]api.RequestEditorFn {
	type key struct{}
	return map[string]api.RequestEditorFn{
		"another": func(_ context.Context, r *http.Request) error {
			*r = *r.WithContext(context.WithValue(outer, key{}, "trace"))
			return nil
		},
		"without an end": func(ctx context.Context, r *http.Request) error {
			*r = *r.WithContext(context.WithoutCancel(ctx))
			return nil
		},
	}
}

func TestDeadline_NothingIsSentAfterItWhateverContextAnEditorSets(t *testing.T) {
	for name, edit := range replacements(context.Background()) {
		t.Run(name+", slow token", func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var sessions atomic.Int32
				client, err := umbrella.New(memhttp.URL, umbrella.WithAPIKey(canaryKey, canaryCustomer), umbrella.WithTimeout(time.Second),
					umbrella.WithHTTPClient(&http.Client{Transport: memhttp.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
						if r.URL.Path == "/auth" {
							time.Sleep(5 * time.Second)
							answer(w, http.StatusOK, tokenBody)
							return
						}
						sessions.Add(1)
						answer(w, http.StatusOK, sessionBody)
					}))}))
				require.NoError(t, err)
				_, err = client.CreateSessionLink(context.Background(), validRequest(), edit)
				require.ErrorIs(t, err, context.DeadlineExceeded)
				require.False(t, apiError(t, err).MaybeProcessed)
				time.Sleep(time.Minute)
				require.Zero(t, sessions.Load())
			})
		})
		t.Run(name+", back-off", func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				attempts := 0
				client := clientOver(t, roundTripper(func(r *http.Request) (*http.Response, error) {
					attempts++
					_ = r.Body.Close()
					return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
				}), umbrella.WithTimeout(time.Second), umbrella.WithRetry(umbrella.RetryPolicy{MinBackoff: time.Hour, MaxBackoff: time.Hour}))
				start := time.Now()
				_, err := client.CreateSessionLink(context.Background(), validRequest(), edit)
				require.False(t, apiError(t, err).MaybeProcessed)
				require.Less(t, time.Since(start), 2*time.Second)
				time.Sleep(24 * time.Hour)
				require.Equal(t, 1, attempts)
			})
		})
	}
}

func TestDeadline_AnEditorsContextMayEndTheCallSooner(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		_, err := clientOf(t, func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
		}).
			CreateSessionLink(t.Context(), validRequest(), func(_ context.Context, r *http.Request) error {
				ctx, cancel := context.WithTimeout(context.Background(), time.Second)
				context.AfterFunc(ctx, cancel)
				*r = *r.WithContext(ctx)
				return nil
			})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, time.Second, time.Since(start))
	})
}
