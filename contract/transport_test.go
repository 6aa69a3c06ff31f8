package contract_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/contract"
)

// closing is a body that remembers being closed.
type closing struct {
	io.Reader
	closed atomic.Bool
}

func (c *closing) Close() error {
	c.closed.Store(true)
	return nil
}

// answering is a base RoundTripper that reads and closes the request's body, as
// it must, and gives one answer.
type answering struct {
	resp     *http.Response
	err      error
	received []string
}

func (a *answering) RoundTrip(req *http.Request) (*http.Response, error) {
	body := ""
	if req.Body != nil {
		data, err := io.ReadAll(req.Body)
		_ = req.Body.Close()
		if err != nil {
			return nil, err
		}
		body = string(data)
	}
	a.received = append(a.received, body)
	return a.resp, a.err
}

func TestTransport_PassesAnExchangeThatKeepsTheDocument(t *testing.T) {
	received := make(chan string, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		received <- string(body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, goodResponse)
	}))
	t.Cleanup(server.Close)
	v := newValidator(t, contract.WithServer(server.URL))
	client := &http.Client{Transport: v.Transport(nil)}
	t.Cleanup(client.CloseIdleConnections)

	req, err := http.NewRequest(http.MethodPost, server.URL+path, strings.NewReader(goodRequest))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer x")
	resp, err := client.Do(req)
	require.NoError(t, err)
	require.Equal(t, goodResponse, readAll(t, resp.Body))
	require.NoError(t, resp.Body.Close())
	require.Equal(t, goodRequest, <-received)
}

func TestTransport_SendsNothingThatBreaksTheDocument(t *testing.T) {
	base := &answering{}
	body := &closing{Reader: strings.NewReader(`{}`)}
	req := newRequest(t, "")
	req.Body = body

	resp, err := newValidator(t).Transport(base).RoundTrip(req)
	require.Nil(t, resp)
	require.Len(t, breaches(t, err), 4)
	require.Empty(t, base.received)
	require.True(t, body.closed.Load())
}

func TestTransport_SendsNothingToAnUnknownPlace(t *testing.T) {
	base := &answering{}
	req := newRequest(t, goodRequest)
	req.URL.Path += "s"
	_, err := newValidator(t).Transport(base).RoundTrip(req)
	require.Equal(t, want("$path path"), breaches(t, err))

	req = newRequest(t, "")
	req.Method, req.Body = http.MethodGet, nil
	_, err = newValidator(t).Transport(base).RoundTrip(req)
	require.Equal(t, want("$method method"), breaches(t, err))
	require.Empty(t, base.received)
}

func TestTransport_PassesWhatGoesElsewhereUnjudged(t *testing.T) {
	strict := newValidator(t)
	reporting := newValidator(t, contract.WithReport(func(r contract.Report) { t.Errorf("reported: %+v", r) }))
	for _, url := range []string{
		"https://files.example/signed.pdf?secret=1", "https://example.com/api/services" + path,
		"https://api-umbrella.io/signed.pdf", "https://api-umbrella.io/api/services2/x", "http://api-umbrella.io/api/services" + path,
	} {
		for _, v := range []*contract.Validator{strict, reporting} {
			base := &answering{resp: newResponse(200, "application/pdf", "%PDF")}
			req, err := http.NewRequest(http.MethodGet, url, nil)
			require.NoError(t, err)
			resp, err := v.Transport(base).RoundTrip(req)
			require.NoError(t, err, url)
			require.Equal(t, "%PDF", readAll(t, resp.Body))
		}
	}
	for _, url := range []string{"https://api-umbrella.io/api/services", "https://api-umbrella.io/api/services/signed.pdf"} {
		req, err := http.NewRequest(http.MethodGet, url, nil)
		require.NoError(t, err)
		_, err = strict.Transport(&answering{}).RoundTrip(req)
		require.Equal(t, want("$path path"), breaches(t, err), url)
	}
}

func TestTransport_LetsAClientDownloadADocument(t *testing.T) {
	files := serve(t, http.StatusOK, "application/pdf", "%PDF-1.7\n%%EOF\n")
	client, err := umbrella.New("https://api-umbrella.io/api/services", umbrella.WithAPIKey("key", "customer"),
		umbrella.WithHTTPClient(&http.Client{Transport: newValidator(t).Transport(nil)}))
	require.NoError(t, err)
	var document bytes.Buffer
	_, err = client.Download(t.Context(), &api.Resource{ResourceURL: new(files.URL + "/signed.pdf")}, &document)
	require.NoError(t, err)
	require.Equal(t, "%PDF-1.7\n%%EOF\n", document.String())
}

func TestTransport_WithholdsAnAnswerThatBreaksTheDocument(t *testing.T) {
	for _, tt := range []struct {
		name string
		resp *http.Response
		want []string
	}{
		{"body", newResponse(200, "application/json", `{}`), want("$.status required", "$.data required")},
		{"status", newResponse(500, "application/json", `{}`), want("$status status")},
		{"redirect", newResponse(307, "", ""), want("$status status")},
		{"media type", newResponse(200, "text/html", "<html>"), want("$header.Content-Type mediaType")},
		{"size", newResponse(200, "application/json", strings.Repeat(" ", 2<<20)), want("$ size")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			body := &closing{Reader: tt.resp.Body}
			tt.resp.Body = body
			base := &answering{resp: tt.resp}
			resp, err := newValidator(t).Transport(base).RoundTrip(newRequest(t, goodRequest))
			require.Nil(t, resp)
			require.Equal(t, tt.want, breaches(t, err))
			require.Equal(t, []string{goodRequest}, base.received)
			require.True(t, body.closed.Load())
		})
	}
}

func TestTransport_LeavesTheCallersRequestAlone(t *testing.T) {
	req := newRequest(t, goodRequest)
	body := &closing{Reader: strings.NewReader(goodRequest)}
	req.Body = body
	before := req.Clone(t.Context())
	base := &answering{resp: newResponse(200, "application/json", goodResponse)}

	resp, err := newValidator(t).Transport(base).RoundTrip(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Same(t, body, req.Body)
	require.True(t, body.closed.Load(), "the base's Close reaches the body")
	require.Equal(t, before.Header, req.Header)
	require.Equal(t, before.URL, req.URL)
	require.Equal(t, before.ContentLength, req.ContentLength)
}

func TestTransport_ReportsAndChangesNothing(t *testing.T) {
	huge := `{"email":"` + strings.Repeat("x", 2<<20) + `"}`
	for _, tt := range []struct {
		name, url, body   string
		status            int
		contentType, resp string
		want              [][]string
	}{
		{"nothing wrong", endpoint, goodRequest, 200, "application/json", goodResponse, nil},
		{"request", endpoint, `[]`, 200, "application/json", goodResponse, [][]string{{"request", operation, "$ type"}}},
		{"response", endpoint, goodRequest, 500, "text/html", "<html>", [][]string{{"response", operation, "$status status"}}},
		{"both", endpoint, `x`, 200, "application/json", `{"status":1,"data":1}`, [][]string{
			{"request", operation, "$ json"}, {"response", operation, "$.status type", "$.data type"},
		}},
		{"too large", endpoint, huge, 200, "application/json", huge, [][]string{{"request", operation, "$ size"}, {"response", operation, "$ size"}}},
		{"unknown place", "https://api-umbrella.io/api/services/x", "x", 404, "text/plain", "no", [][]string{{"request", "", "$path path"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got [][]string
			v := newValidator(t, contract.WithReport(func(r contract.Report) {
				row := []string{string(r.Direction), r.Operation}
				for _, violation := range r.Violations {
					row = append(row, violation.Path+" "+violation.Rule)
				}
				got = append(got, row)
				panic("a watcher's own trouble")
			}))
			base := &answering{resp: newResponse(tt.status, tt.contentType, tt.resp)}
			req := newRequest(t, tt.body)
			var err error
			req.URL, err = req.URL.Parse(tt.url)
			require.NoError(t, err)

			resp, err := v.Transport(base).RoundTrip(req)
			require.NoError(t, err)
			require.Equal(t, []string{tt.body}, base.received)
			require.Same(t, base.resp, resp)
			require.Equal(t, tt.resp, readAll(t, resp.Body))
			require.Equal(t, tt.want, got)
		})
	}
}
