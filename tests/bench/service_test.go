package bench

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/umbrella-api/umbrella-go/api"
)

const (
	bearer     = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJleHAiOjQxMDI0NDQ4MDB9.2hdMRD5Y9oZ9kZ0xK7sZP5b1Wj3yD0m8yY6vY3bq4cE"
	apiKey     = "7d9c1c52-4f0e-4b1d-9a4e-0d5d3d1c9b11"
	customerID = "c2b7f0a4-7a53-4d3e-8b51-6a1f6c1d2e33"

	operation = "/onboarding/createSessionLink"

	linkAnswer = `{"status":true,"data":{"requestId":"123e4567-e89b-12d3-a456-426614174000","url":"https://example.com/api/v2/actorTrip/urlback?t=EXAMPLE_TOKEN","expiresAfter":"2025-07-30T08:55:52.520909994Z"}}`
	authAnswer = `{"access_token":"` + bearer + `","expires_in":3600,"token_type":"Bearer"}`
)

// The call that every client makes, of the size of openapi.yaml's example, and
// the answer that it must come back with.
var (
	request = api.CreateSessionLinkRequest{
		Email:       "user@example.com",
		PhoneNumber: "+436769556026",
		RedirectURL: "https://example.com/onboarding/success",
		DocURL:      "https://cdn.example.com/pdf/onb-t3.pdf",
		SignForms: []api.SignForm{
			{FieldID: "Signature1", ActorID: "userToIdentify"},
			{FieldID: "Signature2", ActorID: "userToIdentify"},
		},
		FillForm: []api.FillFormField{
			{FieldID: "name", Value: "${identification.firstName}"},
			{FieldID: "surname", Value: "${identification.lastName}"},
		},
	}
	want = api.SessionLink{
		RequestID:    "123e4567-e89b-12d3-a456-426614174000",
		URL:          "https://example.com/api/v2/actorTrip/urlback?t=EXAMPLE_TOKEN",
		ExpiresAfter: time.Date(2025, 7, 30, 8, 55, 52, 520909994, time.UTC),
	}
)

// answer is the service, the same for both transports. It looks at what a client
// could skip to look fast: the token, the media type and the body.
func answer(method, path string, header http.Header, sent []byte) (status int, body string) {
	switch {
	case method != http.MethodPost:
		return http.StatusMethodNotAllowed, `{"message":"Method not allowed"}`
	case path == "/auth" && header.Get("Api-Key") == apiKey && header.Get("Customer-Id") == customerID:
		return http.StatusOK, authAnswer
	case path != operation:
		return http.StatusNotFound, `{"message":"Not found"}`
	case header.Get("Authorization") != "Bearer "+bearer:
		return http.StatusUnauthorized, `{"message":"Unauthorized request"}`
	case !strings.HasPrefix(header.Get("Content-Type"), "application/json") || !bytes.Equal(bytes.TrimSpace(sent), wireRequest):
		return http.StatusBadRequest, `{"message":"Invalid request payload"}`
	}
	return http.StatusOK, linkAnswer
}

// memory answers in the caller's goroutine, so that what is left is the client.
type memory struct{}

func (memory) RoundTrip(req *http.Request) (*http.Response, error) {
	var buf [1024]byte
	sent := buf[:0]
	if req.Body != nil {
		n, err := io.ReadFull(req.Body, buf[:])
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			return nil, err
		}
		sent = buf[:n]
		if err := req.Body.Close(); err != nil {
			return nil, err
		}
	}
	status, body := answer(req.Method, req.URL.Path, req.Header, sent)
	return &http.Response{
		StatusCode:    status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        http.Header{"Content-Type": {"application/json"}},
		Body:          io.NopCloser(strings.NewReader(body)),
		ContentLength: int64(len(body)),
		Request:       req,
	}, nil
}

// inMemory is an http.Transport, as every program has one, that leaves each request
// to memory.
func inMemory() *http.Transport { return saysHTTP1(memory{}) }

// saysHTTP1 is an http.Transport for HTTP/1 only, by its settings, that leaves https to
// base.
func saysHTTP1(base http.RoundTripper) *http.Transport {
	transport := &http.Transport{Protocols: new(http.Protocols)}
	transport.Protocols.SetHTTP1(true)
	transport.RegisterProtocol("https", base)
	return transport
}

// serve is the service over HTTP.
func serve(w http.ResponseWriter, r *http.Request) {
	sent, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, "cannot read the body", http.StatusBadRequest)
		return
	}
	status, body := answer(r.Method, r.URL.Path, r.Header, sent)
	w.Header()["Content-Type"] = []string{"application/json"}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

// loopback starts a real HTTP/1.1 server on 127.0.0.1 and returns the transport
// for every client: with enough idle connections that none of them dials inside
// the measurement.
func loopback(tb testing.TB) (baseURL string, transport *http.Transport) {
	server := httptest.NewServer(http.HandlerFunc(serve))
	tb.Cleanup(server.Close)
	transport = &http.Transport{MaxIdleConnsPerHost: 256}
	tb.Cleanup(transport.CloseIdleConnections)
	return server.URL, transport
}
