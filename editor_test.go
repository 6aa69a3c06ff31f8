package umbrella_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/internal/memhttp"
)

// net/http has a connection when it finds these, and its errors do not say that nothing
// was sent; some it sends as something else.
func TestEditors_CannotLeaveARequestThatNetHTTPRefuses(t *testing.T) {
	for name, tc := range map[string]struct {
		edit func(*http.Request)
		says string
	}{
		"method that is no token":    {func(r *http.Request) { r.Method = "PO(ST" }, "Method"},
		"method beyond ASCII":        {func(r *http.Request) { r.Method = "P\u00d6ST" }, "Method"},
		"host with a brace":          {func(r *http.Request) { r.Host = "a{b" }, "Host"},
		"host with a path":           {func(r *http.Request) { r.Host = "a/b" }, "Host"},
		"host that is no name":       {func(r *http.Request) { r.Host = "xn--\u00e4\ufffd.example" }, "xn--"},
		"query with a line feed":     {func(r *http.Request) { r.URL.RawQuery = "a=\n" }, "URL.RequestURI"},
		"query with a tab":           {func(r *http.Request) { r.URL.RawQuery = "a=\t" }, "URL.RequestURI"},
		"path without slash":         {func(r *http.Request) { r.URL.Path = "no-slash" }, "URL.RequestURI"},
		"slash that is escaped":      {func(r *http.Request) { r.URL.RawPath = "%2F" + r.URL.Path[1:] }, "URL.RequestURI"},
		"opaque":                     {func(r *http.Request) { r.URL.Opaque = "canary" }, "URL.RequestURI"},
		"opaque with a line feed":    {func(r *http.Request) { r.URL.Opaque = "/a\n" }, "URL.RequestURI"},
		"no body, but its length":    {func(r *http.Request) { r.Body = nil }, "ContentLength"},
		"body empty, but the length": {func(r *http.Request) { r.Body = http.NoBody }, "ContentLength"},
	} {
		client := clientOf(t, func(http.ResponseWriter, *http.Request) { t.Errorf("%s left", name) })
		_, err := client.CreateSessionLink(t.Context(), validRequest(), func(_ context.Context, r *http.Request) error {
			tc.edit(r)
			return nil
		})
		e := apiError(t, err)
		require.ErrorContains(t, err, "not sent: a request editor has made an invalid request: ", name)
		require.ErrorContains(t, err, tc.says, name)
		require.Zero(t, e.Attempts, name)
		require.False(t, e.MaybeProcessed, name)
		requireDiscreet(t, err)
	}
}

func TestEditors_MaySetWhatNetHTTPSends(t *testing.T) {
	for name, edit := range map[string]func(*http.Request){
		"host":        func(r *http.Request) { r.Host = "api_1.example.com:8443" },
		"IPv6 host":   func(r *http.Request) { r.Host = "[::1]:8443" },
		"no host":     func(r *http.Request) { r.Host = "" },
		"method":      func(r *http.Request) { r.Method = "M-SEARCH" },
		"no method":   func(r *http.Request) { r.Method = "" },
		"query":       func(r *http.Request) { r.URL.RawQuery = "a=%0A&b=\u00e4" },
		"path":        func(r *http.Request) { r.URL.Path = "/a\tb" },
		"no path":     func(r *http.Request) { r.URL.Path = "" },
		"length only": func(r *http.Request) { r.ContentLength = -1 },
		"no body":     func(r *http.Request) { r.Body, r.ContentLength = nil, 0 },
	} {
		client := clientOf(t, func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, sessionBody) })
		_, err := client.CreateSessionLink(t.Context(), validRequest(), func(_ context.Context, r *http.Request) error {
			edit(r)
			return nil
		})
		require.NoError(t, err, name)
	}
}

// A server whose name is beyond ASCII is net/http's to write as xn--.
func TestEditors_MayLeaveTheHostOfTheServer(t *testing.T) {
	host := ""
	transport := memhttp.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host = r.Host
		answer(w, http.StatusOK, sessionBody)
	}))
	client, err := umbrella.New("http://b\u00fccher.example", umbrella.WithToken(canaryToken), umbrella.WithInsecureHTTP(),
		umbrella.WithHTTPClient(&http.Client{Transport: transport}))
	require.NoError(t, err)
	_, err = client.CreateSessionLink(t.Context(), validRequest(), func(context.Context, *http.Request) error { return nil })
	require.NoError(t, err)
	require.Equal(t, "xn--bcher-kva.example", host)
}

// An editor may bring a body that can be had only once.
func TestRetry_WithoutAnotherBodyKeepsTheLastAnswer(t *testing.T) {
	for name, get := range map[string]func() (io.ReadCloser, error){
		"none":           nil,
		"one that fails": func() (io.ReadCloser, error) { return nil, errors.New("the file is gone") },
	} {
		var log bytes.Buffer
		client := clientOf(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooManyRequests) },
			umbrella.WithRetry(quickRetries), umbrella.WithLogger(jsonLogger(&log)))
		_, err := client.CreateSessionLink(t.Context(), validRequest(), func(_ context.Context, r *http.Request) error {
			r.GetBody = get
			return nil
		})
		e := apiError(t, err)
		require.ErrorIs(t, err, umbrella.ErrRateLimited, name)
		require.Equal(t, 1, e.Attempts, name)
		require.False(t, e.MaybeProcessed, name)
		require.Contains(t, log.String(), "not repeated: the body cannot be sent again", name)
	}
}

func TestRetry_ClosesABodyThatIsNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		made, closed := 0, 0
		client := clientOf(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "20")
			w.WriteHeader(http.StatusTooManyRequests)
		})
		time.AfterFunc(10*time.Second, cancel)
		_, err := client.CreateSessionLink(ctx, validRequest(), func(_ context.Context, r *http.Request) error {
			get := r.GetBody
			r.GetBody = func() (io.ReadCloser, error) {
				made++
				body, err := get()
				return struct {
					io.Reader
					io.Closer
				}{body, closer(func() error { closed++; return body.Close() })}, err
			}
			return nil
		})
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, err, umbrella.ErrRateLimited)
		require.Equal(t, 1, made)
		require.Equal(t, 1, closed)
	})
}
