package umbrella

import (
	"context"
	"io"
	"net/http"
	"net/http/httptrace"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/internal/check"
	"github.com/umbrella-api/umbrella-go/internal/memhttp"
)

// callOf makes a call of an operation that the document does not have.
func callOf(t *testing.T, method string, transport http.RoundTripper, opts ...Option) error {
	t.Helper()
	client, err := New(memhttp.URL, append([]Option{WithToken("x.y.z"), WithHTTPClient(&http.Client{Transport: transport})}, opts...)...)
	require.NoError(t, err)
	op := operation[string, struct{}]{
		endpoint: endpoint{"someOperation", method, "/things/{id}"},
		status:   http.StatusNoContent,
		check:    func(*check.Violations, string) {},
		request: func(ctx context.Context, server string, id string) (*http.Request, error) {
			return http.NewRequestWithContext(ctx, method, server+"things/"+id, nil)
		},
	}
	_, err = do(t.Context(), client, &op, "canary@example.com", nil)
	return err
}

func TestRetry_WhatChangesNothingIsRepeatedAndNeverMaybeProcessed(t *testing.T) {
	for _, tc := range []struct {
		name  string
		serve func(http.ResponseWriter)
		again bool // with GET and HEAD
	}{
		{"429", func(w http.ResponseWriter) { w.WriteHeader(429) }, true},
		{"500", func(w http.ResponseWriter) { w.WriteHeader(500) }, false},
		{"502", func(w http.ResponseWriter) { w.WriteHeader(502) }, true},
		{"503", func(w http.ResponseWriter) { w.WriteHeader(503) }, true},
		{"504", func(w http.ResponseWriter) { w.WriteHeader(504) }, true},
		{"404", func(w http.ResponseWriter) { w.WriteHeader(404) }, false},
		{"a lost answer", func(http.ResponseWriter) { panic(http.ErrAbortHandler) }, true},
	} {
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodDelete} {
			t.Run(method+" "+tc.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					requests := 0
					transport := memhttp.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
						requests++
						tc.serve(w)
					}))
					err := callOf(t, method, transport)
					var e *Error
					require.ErrorAs(t, err, &e)
					safe := method == http.MethodGet || method == http.MethodHead
					if tc.again && safe || tc.name == "429" {
						require.Equal(t, 3, e.Attempts)
						require.GreaterOrEqual(t, requests, 3)
					} else {
						require.Equal(t, 1, requests)
					}
					require.Equal(t, !safe && e.StatusCode != 429 && e.StatusCode != 404, e.MaybeProcessed)
					require.Equal(t, "/things/{id}", e.Path)
					require.NotContains(t, err.Error(), "canary")
				})
			})
		}
	}
}

// TestSender_ARequestWithoutABodyIsNotRepeatedByNetHTTP has what makes net/http
// repeat a request that it takes for harmless: no body, and a key of idempotency.
func TestSender_ARequestWithoutABodyIsNotRepeatedByNetHTTP(t *testing.T) {
	var requests int
	transport := memhttp.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if requests++; requests == 1 {
			w.WriteHeader(http.StatusNoContent) // so that the next one is on a connection in use
			return
		}
		panic(http.ErrAbortHandler)
	}))
	keyed := roundTripperFunc(func(req *http.Request) (*http.Response, error) {
		req = req.Clone(req.Context())
		req.Header.Set("Idempotency-Key", "1")
		return transport.RoundTrip(req)
	})
	require.NoError(t, callOf(t, http.MethodPost, keyed))
	err := callOf(t, http.MethodPost, keyed)
	var e *Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, 2, requests)
	require.True(t, e.MaybeProcessed)
}

type roundTripperFunc func(*http.Request) (*http.Response, error)

func (f roundTripperFunc) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func TestEndpointOf_FindsTheTemplateAndKeepsThePathToItself(t *testing.T) {
	before := endpoints
	defer func() { endpoints = before }()
	endpoints = []*endpoint{
		{"list", "GET", "/things"},
		{"get", "GET", "/things/{id}"},
		{"part", "GET", "/things/{id}/parts/{n}.json"},
		{"delete", "DELETE", "/things/{id}"},
	}
	for _, tc := range []struct{ base, method, path, want string }{
		{"/", "GET", "/things", "list"},
		{"/base/", "GET", "/base/things", "list"},
		{"/a%2Fb/", "GET", "/a%2Fb/things/1", "get"},
		{"/", "GET", "/things/canary%2Fx", "get"},
		{"/", "DELETE", "/things/canary", "delete"},
		{"/", "GET", "/things/canary/parts/7.json", "part"},
		{"/", "GET", "/things/canary/parts/.json", "unknown operation"},
		{"/", "GET", "/things/", "unknown operation"},
		{"/", "POST", "/things/canary", "unknown operation"},
		{"/base/", "GET", "/things", "unknown operation"},
		{"/", "GET", "/canary", "unknown operation"},
	} {
		req, err := http.NewRequest(tc.method, memhttp.URL+tc.path, nil)
		require.NoError(t, err)
		got := endpointOf(tc.base, req)
		require.Equal(t, tc.want, got.id, "%s %s", tc.method, tc.path)
		require.NotContains(t, got.path, "canary")
	}
}

// TestDeadline_NothingThatHangsOutlivesIt is about code of the user's own that does
// not look at its context.
func TestDeadline_NothingThatHangsOutlivesIt(t *testing.T) {
	for name, maybe := range map[string]bool{"transport": true, "transport while it connects": true, "body": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				release := make(chan struct{})
				hang := roundTripperFunc(func(req *http.Request) (*http.Response, error) {
					switch name {
					case "transport while it connects":
						httptrace.ContextClientTrace(req.Context()).GetConn("")
					case "body":
						return &http.Response{StatusCode: 200, Body: io.NopCloser(readerFunc(func() { <-release }))}, nil
					}
					<-release
					return nil, io.EOF
				})
				start := time.Now()
				err := callOf(t, http.MethodPost, hang, WithTimeout(5*time.Second))
				require.LessOrEqual(t, time.Since(start), 6*time.Second)
				require.ErrorIs(t, err, context.DeadlineExceeded)
				require.ErrorContains(t, err, "did not return")
				var e *Error
				require.ErrorAs(t, err, &e)
				require.Equal(t, maybe, e.MaybeProcessed)
				require.Equal(t, 1, e.Attempts)
				close(release)
			})
		})
	}
}

type readerFunc func()

func (f readerFunc) Read([]byte) (int, error) {
	f()
	return 0, io.EOF
}
