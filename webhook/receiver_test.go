package webhook_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/webhook"
)

func accept(context.Context, webhook.Event) error { return nil }

// unread is a body that must not be read.
type unread struct{ t *testing.T }

func (u unread) Read([]byte) (int, error) {
	u.t.Error("the body of a refused request is read")
	return 0, io.EOF
}

func TestNewReceiver_RefusesWhatCannotWork(t *testing.T) {
	good := map[string][]string{"Authorization": {"Bearer CANARY"}}
	for name, tc := range map[string]struct {
		headers map[string][]string
		handle  handler
		opts    []webhook.Option
		want    string
	}{
		"no headers":       {nil, accept, nil, "webhook: no header is configured"},
		"empty headers":    {http.Header{}, accept, nil, "webhook: no header is configured"},
		"no value":         {http.Header{"Api-Key": nil}, accept, nil, "webhook: header Api-Key has no accepted value"},
		"empty value":      {http.Header{"api-key": {"CANARY", ""}}, accept, nil, "webhook: header Api-Key: value 2 is empty"},
		"line feed":        {http.Header{"Api-Key": {"CANARY\n"}}, accept, nil, "webhook: header Api-Key: value 1 is empty, has space"},
		"space":            {http.Header{"Api-Key": {" CANARY"}}, accept, nil, "webhook: header Api-Key: value 1 is empty, has space"},
		"control inside":   {http.Header{"Api-Key": {"CAN\x00ARY"}}, accept, nil, "webhook: header Api-Key: value 1"},
		"empty name":       {http.Header{"": {"CANARY"}}, accept, nil, "webhook: the name of a header is empty"},
		"secret as a name": {http.Header{"Bearer CANARY": {"x"}}, accept, nil, "webhook: the name of a header"},
		"no handler":       {good, nil, nil, "webhook: the handler is nil"},
		"no logger":        {good, accept, []webhook.Option{webhook.WithLogger(nil)}, "webhook: WithLogger: the logger is nil"},
		"nil option":       {good, accept, []webhook.Option{nil}, "webhook: a nil Option"},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := webhook.NewReceiver(tc.headers, tc.handle, tc.opts...)
			require.Nil(t, r)
			require.ErrorContains(t, err, tc.want)
			require.NotContains(t, err.Error(), "CANARY")
		})
	}
}

func TestReceiver_LetsInWhoHasAllHeaders(t *testing.T) {
	r := newReceiver(t, accept)
	for name, tc := range map[string]struct {
		header http.Header
		want   int
	}{
		"first value":         {http.Header{"Authorization": {secret}, "Api-Key": {"key-1-CANARY"}}, http.StatusNoContent},
		"rotated value":       {http.Header{"Authorization": {secret}, "Api-Key": {"key-2-CANARY"}}, http.StatusNoContent},
		"none":                {http.Header{}, http.StatusUnauthorized},
		"one of two":          {http.Header{"Authorization": {secret}}, http.StatusUnauthorized},
		"the other of two":    {http.Header{"Api-Key": {"key-1-CANARY"}}, http.StatusUnauthorized},
		"wrong":               {http.Header{"Authorization": {secret}, "Api-Key": {"key-3-CANARY"}}, http.StatusUnauthorized},
		"empty":               {http.Header{"Authorization": {secret}, "Api-Key": {""}}, http.StatusUnauthorized},
		"prefix":              {http.Header{"Authorization": {secret}, "Api-Key": {"key-1"}}, http.StatusUnauthorized},
		"longer":              {http.Header{"Authorization": {secret}, "Api-Key": {"key-1-CANARYx"}}, http.StatusUnauthorized},
		"other case":          {http.Header{"Authorization": {strings.ToLower(secret)}, "Api-Key": {"key-1-CANARY"}}, http.StatusUnauthorized},
		"values swapped":      {http.Header{"Authorization": {"key-1-CANARY"}, "Api-Key": {secret}}, http.StatusUnauthorized},
		"right and wrong":     {http.Header{"Authorization": {secret}, "Api-Key": {"key-1-CANARY", "x"}}, http.StatusUnauthorized},
		"both accepted":       {http.Header{"Authorization": {secret}, "Api-Key": {"key-1-CANARY", "key-2-CANARY"}}, http.StatusUnauthorized},
		"joined in one value": {http.Header{"Authorization": {secret}, "Api-Key": {"key-1-CANARY, key-2-CANARY"}}, http.StatusUnauthorized},
	} {
		t.Run(name, func(t *testing.T) {
			req := request(upstream)
			req.Header = tc.header
			require.Equal(t, tc.want, serve(r, req).StatusCode)
		})
	}
}

func TestReceiver_TakesHeaderNamesInAnyCase(t *testing.T) {
	r, err := webhook.NewReceiver(map[string][]string{"x-hook-KEY": {"a"}, "X-Hook-Key": {"b"}}, accept)
	require.NoError(t, err)
	server := httptest.NewServer(r)
	defer server.Close()
	for value, want := range map[string]int{"a": http.StatusNoContent, "b": http.StatusNoContent, "c": http.StatusUnauthorized} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, strings.NewReader("{}"))
		require.NoError(t, err)
		req.Header["X-HOOK-key"] = []string{value}
		res, err := server.Client().Do(req)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		require.Equal(t, want, res.StatusCode)
	}
}

func TestReceiver_RefusesWithoutReadingOrSayingMore(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*http.Request)
		want   int
	}{
		"method":           {func(r *http.Request) { r.Method = http.MethodPut }, http.StatusMethodNotAllowed},
		"get":              {func(r *http.Request) { r.Method = http.MethodGet }, http.StatusMethodNotAllowed},
		"no header":        {func(r *http.Request) { r.Header.Del("Api-Key") }, http.StatusUnauthorized},
		"stranger's form":  {func(r *http.Request) { r.Header = http.Header{"Content-Type": {"text/html"}} }, http.StatusUnauthorized},
		"form":             {func(r *http.Request) { r.Header.Set("Content-Type", "application/x-www-form-urlencoded") }, http.StatusUnsupportedMediaType},
		"xml":              {func(r *http.Request) { r.Header.Set("Content-Type", "application/xml") }, http.StatusUnsupportedMediaType},
		"bad type":         {func(r *http.Request) { r.Header.Set("Content-Type", ";") }, http.StatusUnsupportedMediaType},
		"compressed":       {func(r *http.Request) { r.Header.Set("Content-Encoding", "gzip") }, http.StatusUnsupportedMediaType},
		"declared as huge": {func(r *http.Request) { r.ContentLength = 1<<20 + 1 }, http.StatusRequestEntityTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			r := newReceiver(t, func(context.Context, webhook.Event) error {
				t.Error("handled")
				return nil
			})
			req := requestFrom(unread{t})
			tc.change(req)
			res := serve(r, req)
			require.Equal(t, tc.want, res.StatusCode)
			body, err := io.ReadAll(res.Body)
			require.NoError(t, err)
			require.Empty(t, body)
			want := http.Header{"Connection": {"close"}}
			if tc.want == http.StatusMethodNotAllowed {
				want.Set("Allow", http.MethodPost)
			}
			require.Equal(t, want, res.Header)
		})
	}
}

func TestReceiver_TakesMediaTypesThatCanBeJSON(t *testing.T) {
	r := newReceiver(t, accept)
	for _, mediaType := range []string{
		"", "application/json", "Application/JSON; charset=utf-8", "application/json; charset", "text/json",
		"text/plain; charset=utf-8", "application/cloudevents+json",
	} {
		req := request(upstream)
		req.Header.Set("Content-Type", mediaType)
		req.Header.Set("Content-Encoding", "identity")
		require.Equal(t, http.StatusNoContent, serve(r, req).StatusCode, mediaType)
	}
}

func TestReceiver_TakesBodiesUpToOneMebibyte(t *testing.T) {
	events := make(chan webhook.Event, 1)
	server := httptest.NewServer(newReceiver(t, notify(events)))
	defer server.Close()
	for _, chunked := range []bool{false, true} {
		for size, want := range map[int]int{1 << 20: http.StatusNoContent, 1<<20 + 1: http.StatusRequestEntityTooLarge} {
			body := strings.Repeat(" ", size)
			req := request(body)
			req.RequestURI = ""
			if chunked {
				req.ContentLength = -1
			}
			var err error
			req.URL, err = req.URL.Parse(server.URL)
			require.NoError(t, err)
			res, err := server.Client().Do(req)
			require.NoError(t, err)
			require.NoError(t, res.Body.Close())
			require.Equal(t, want, res.StatusCode)
			if want == http.StatusNoContent {
				require.Equal(t, body, string((<-events).Raw()))
			}
		}
	}
	require.Empty(t, events)
}

func TestReceiver_DoesNotHandleACutBody(t *testing.T) {
	r := newReceiver(t, func(context.Context, webhook.Event) error {
		t.Error("handled")
		return nil
	})
	body := io.MultiReader(strings.NewReader(upstream), cutOff{})
	require.Equal(t, http.StatusBadRequest, serve(r, requestFrom(body)).StatusCode)
}

type cutOff struct{}

func (cutOff) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestReceiver_LogsAndPrintsNoSecret(t *testing.T) {
	var log bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	fail := func(_ context.Context, e webhook.Event) error {
		if e.RequestID == "" {
			panic("CANARY of the panic")
		}
		return errors.New("CANARY of the error")
	}
	r := newReceiver(t, fail, webhook.WithLogger(logger))
	require.Equal(t, http.StatusServiceUnavailable, serve(r, request(upstream+"CANARY")).StatusCode)
	require.Equal(t, http.StatusServiceUnavailable, serve(r, request(`{"requestId":"CANARY"}`)).StatusCode)
	stranger := request("CANARY")
	stranger.Header.Set("Api-Key", "CANARY")
	require.Equal(t, http.StatusUnauthorized, serve(r, stranger).StatusCode)
	cut := requestFrom(io.MultiReader(strings.NewReader("CANARY"), cutOff{}))
	require.Equal(t, http.StatusBadRequest, serve(r, cut).StatusCode)

	for _, want := range []string{
		`"level":"ERROR","msg":"webhook: the handler panicked","stack":"goroutine`, "TestReceiver_LogsAndPrintsNoSecret",
		`"level":"WARN","msg":"webhook: not handled","status":503`,
		`"level":"DEBUG","msg":"webhook: refused","status":401`,
		`"level":"WARN","msg":"webhook: the body is cut","status":400`,
	} {
		require.Contains(t, log.String(), want)
	}
	text := log.String() + fmt.Sprintf("%v %+v %#v %v %+v", r, r, r, *r, *r)
	require.NotContains(t, text, "CANARY")
	require.NotContains(t, text, "s3cr3t")
}
