package webhook_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/internal/memhttp"
	"github.com/umbrella-api/umbrella-go/webhook"
)

const secret = "Bearer s3cr3t-CANARY"

var headers = map[string][]string{"Authorization": {secret}, "Api-Key": {"key-1-CANARY", "key-2-CANARY"}}

// upstream is the body that upstream documents.
const upstream = `{"id":"3d0c1f6e-0c4b-4f0e-9b51-7e9a2b6c1d2e","type":"STATUS_UPDATE","createdAt":"2026-05-08T16:39:28.339Z",` +
	`"request":{"requestId":"74884fe3-c9e1-4462-b60f-c461e422000c","requestTypeId":"QES","status":"COMPLETED","actor":"userToIdentify"}}`

type handler = func(context.Context, webhook.Event) error

func newReceiver(tb testing.TB, handle handler, opts ...webhook.Option) *webhook.Receiver {
	r, err := webhook.NewReceiver(headers, handle, opts...)
	require.NoError(tb, err)
	return r
}

// notify takes every event and keeps it.
func notify(events chan webhook.Event) handler {
	return func(_ context.Context, e webhook.Event) error {
		events <- e
		return nil
	}
}

func request(body string) *http.Request {
	return requestFrom(strings.NewReader(body))
}

func requestFrom(body io.Reader) *http.Request {
	req := httptest.NewRequest(http.MethodPost, "/events", body)
	req.Header = http.Header{"Content-Type": {"application/json"}, "Authorization": {secret}, "Api-Key": {"key-2-CANARY"}}
	return req
}

func serve(r http.Handler, req *http.Request) *http.Response {
	w := httptest.NewRecorder()
	r.ServeHTTP(w, req)
	return w.Result()
}

// inMemory serves r over in-memory connections, so that time in a bubble moves.
func inMemory(tb testing.TB, r http.Handler) *http.Transport {
	tb.Cleanup(func() { time.Sleep(time.Second) }) // the server lingers half a second after a hostile request
	return memhttp.Serve(tb, r)
}

// client sends requests to r, in a bubble.
func client(tb testing.TB, r http.Handler) func(*http.Request) (*http.Response, error) {
	transport := inMemory(tb, r)
	return func(req *http.Request) (*http.Response, error) {
		req.URL.Scheme, req.URL.Host = "http", "127.0.0.1"
		return transport.RoundTrip(req)
	}
}
