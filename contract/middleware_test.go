package contract_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/contract"
)

// received is newRequest as a server gets it under the base path "".
func received(t testing.TB, body string, header ...string) *http.Request {
	t.Helper()
	req := newRequest(t, body, header...)
	in := httptest.NewRequest(req.Method, path, strings.NewReader(body))
	in.Header = req.Header
	return in
}

func answer(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if contentType != "" {
			w.Header().Set("Content-Type", contentType)
		}
		w.Header().Set("X-Handler", "1")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func TestMiddleware_PassesAnExchangeThatKeepsTheDocument(t *testing.T) {
	var seen string
	handler := newValidator(t, contract.WithServer("/")).Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = readAll(t, r.Body)
		answer(200, "application/json", goodResponse)(w, r)
		w.Header().Set("X-Late", "1")
	}))
	rec := httptest.NewRecorder()
	rec.Header().Set("X-Outer", "1")
	handler.ServeHTTP(rec, received(t, goodRequest))

	require.Equal(t, 200, rec.Code)
	require.Equal(t, goodResponse, rec.Body.String())
	require.Equal(t, goodRequest, seen)
	require.Equal(t, http.Header{"Content-Type": {"application/json"}, "X-Handler": {"1"}, "X-Outer": {"1"}}, rec.Header())
}

func TestMiddleware_RefusesRequests(t *testing.T) {
	request := func(edit func(*http.Request)) *http.Request {
		req := received(t, goodRequest)
		edit(req)
		return req
	}
	for _, tt := range []struct {
		name    string
		req     *http.Request
		status  int
		message string
		header  []string
	}{
		{"body", received(t, `{}`), 400, "Invalid request payload", nil},
		{"malformed", received(t, `{`), 400, "Invalid request payload", nil},
		{"no body", received(t, ``), 400, "Invalid request payload", nil},
		{"no bearer", received(t, goodRequest, "Authorization", "-"), 401, "Unauthorized request", []string{"Www-Authenticate", "Bearer"}},
		{"no bearer and a bad body", received(t, `{}`, "Authorization", "-"), 401, "Unauthorized request", nil},
		{"media type", received(t, goodRequest, "Content-Type", "text/plain"), 415, "Unsupported media type", nil},
		{"too large", received(t, strings.Repeat(" ", 1<<20)+goodRequest), 413, "Request body too large", nil},
		{"path", request(func(r *http.Request) { r.URL.Path = "/x" }), 404, "Not found", nil},
		{"method", request(func(r *http.Request) { r.Method = "GET" }), 405, "Method not allowed", []string{"Allow", "POST"}},
		{"unreadable", request(func(r *http.Request) { r.Body = io.NopCloser(iotest.ErrReader(errors.New("x"))) }), 400, "Invalid request payload", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			handler := newValidator(t, contract.WithServer("/")).Middleware(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
				t.Error("the handler must not see it")
			}))
			rec := httptest.NewRecorder()
			handler.ServeHTTP(rec, tt.req)
			require.Equal(t, tt.status, rec.Code)
			require.Equal(t, "application/json", rec.Header().Get("Content-Type"))
			require.JSONEq(t, `{"message":"`+tt.message+`"}`, rec.Body.String())
			if tt.header != nil {
				require.Equal(t, tt.header[1], rec.Header().Get(tt.header[0]))
			}
		})
	}
}

func TestMiddleware_ReplacesAResponseThatBreaksTheDocument(t *testing.T) {
	for name, handler := range map[string]http.HandlerFunc{
		"body":       answer(200, "application/json", `{}`),
		"status":     answer(201, "application/json", goodResponse),
		"media type": answer(200, "", goodResponse),
		"too large":  answer(200, "application/json", strings.Repeat(" ", 1<<20)+goodResponse),
		"nothing":    func(http.ResponseWriter, *http.Request) {},
		"implicit":   func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{}`) },
	} {
		t.Run(name, func(t *testing.T) {
			rec := httptest.NewRecorder()
			rec.Header().Set("X-Outer", "1")
			newValidator(t, contract.WithServer("/")).Middleware(handler).ServeHTTP(rec, received(t, goodRequest))
			require.Equal(t, 500, rec.Code)
			require.JSONEq(t, `{"message":"response breaks the contract"}`, rec.Body.String())
			require.Equal(t, http.Header{"Content-Type": {"application/json"}, "X-Outer": {"1"}}, rec.Header())
		})
	}
}

func TestMiddleware_CapsResponsesAtTheLimit(t *testing.T) {
	const limit = 1000
	v := newValidator(t, contract.WithServer("/"), contract.WithMaxBodyBytes(limit))
	for size, status := range map[int]int{limit: 200, limit + 1: 500} {
		rec := httptest.NewRecorder()
		padded := goodResponse + strings.Repeat(" ", size-len(goodResponse))
		v.Middleware(answer(200, "application/json", padded)).ServeHTTP(rec, received(t, goodRequest))
		require.Equal(t, status, rec.Code, size)
	}
}

func TestMiddleware_ReportsAndChangesNothing(t *testing.T) {
	huge := strings.Repeat("x", 2<<20)
	for _, tt := range []struct {
		name    string
		req     *http.Request
		handler http.HandlerFunc
		status  int
		body    string
		want    []string
	}{
		{"nothing wrong", received(t, goodRequest), answer(200, "application/json", goodResponse), 200, goodResponse, nil},
		{"request", received(t, `{}`), answer(400, "application/json", `{"message":"x"}`), 400, `{"message":"x"}`, want("request")},
		{"response", received(t, goodRequest), answer(503, "text/plain", "no"), 503, "no", want("response")},
		{"large response", received(t, goodRequest), answer(200, "application/json", huge), 200, huge, want("response")},
		{"unknown path", httptest.NewRequest("GET", "/x", nil), answer(404, "text/plain", "no"), 404, "no", want("request")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			v := newValidator(t, contract.WithServer("/"), contract.WithReport(func(r contract.Report) {
				got = append(got, string(r.Direction))
				panic("a watcher's own trouble")
			}))
			rec := httptest.NewRecorder()
			v.Middleware(tt.handler).ServeHTTP(rec, tt.req)
			require.Equal(t, tt.status, rec.Code)
			require.Equal(t, tt.body, rec.Body.String())
			require.Equal(t, tt.want, got)
		})
	}
}

func TestMiddleware_StreamsWhileItReports(t *testing.T) {
	v := newValidator(t, contract.WithServer("/"), contract.WithReport(func(contract.Report) {}))
	flushed, duplex := make(chan struct{}), make(chan error, 1)
	server := httptest.NewServer(v.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusEarlyHints)
		_, _ = io.WriteString(w, goodResponse[:10])
		w.(http.Flusher).Flush()
		<-flushed // the client has the first bytes
		_, _ = io.WriteString(w, goodResponse[10:])
		duplex <- http.NewResponseController(w).EnableFullDuplex()
	})))
	t.Cleanup(server.Close)

	resp, err := http.Post(server.URL+path, "application/json", strings.NewReader(goodRequest))
	require.NoError(t, err)
	first := make([]byte, 10)
	_, err = io.ReadFull(resp.Body, first)
	require.NoError(t, err)
	close(flushed)
	require.Equal(t, goodResponse, string(first)+readAll(t, resp.Body))
	require.NoError(t, <-duplex, "a ResponseController reaches the writer below")
	require.NoError(t, resp.Body.Close())
}

func TestMiddleware_HoldsAResponseBackUntilItIsChecked(t *testing.T) {
	rec := httptest.NewRecorder()
	newValidator(t, contract.WithServer("/")).Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer(200, "application/json", goodResponse[:10])(w, r)
		w.(http.Flusher).Flush()
		require.Error(t, http.NewResponseController(w).EnableFullDuplex())
		require.False(t, rec.Flushed)
		require.Zero(t, rec.Body.Len())
	})).ServeHTTP(rec, received(t, goodRequest))
	require.Equal(t, 500, rec.Code)
}

func TestMiddleware_PassesTheTokenExchange(t *testing.T) {
	rec := httptest.NewRecorder()
	newValidator(t).Middleware(answer(418, "text/plain", "tea")).ServeHTTP(rec, httptest.NewRequest("POST", "https://api-umbrella.io/api/services/auth", nil))
	require.Equal(t, 418, rec.Code)
	require.Equal(t, "tea", rec.Body.String())
}

func TestMiddleware_LetsAPanicThrough(t *testing.T) {
	for name, v := range map[string]*contract.Validator{
		"enforcing": newValidator(t, contract.WithServer("/")),
		"reporting": newValidator(t, contract.WithServer("/"), contract.WithReport(func(contract.Report) {})),
	} {
		rec := httptest.NewRecorder()
		handler := v.Middleware(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
		require.PanicsWithValue(t, http.ErrAbortHandler, func() { handler.ServeHTTP(rec, received(t, goodRequest)) }, name)
		require.Zero(t, rec.Body.Len())
	}
}

func TestError_StatusCodeOfAResponseIs500(t *testing.T) {
	err := newValidator(t).ValidateResponse(newRequest(t, ""), newResponse(302, "", ""))
	var e *contract.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, 500, e.StatusCode())
	rec := httptest.NewRecorder()
	e.Refuse(rec)
	require.Equal(t, 500, rec.Code)
}
