package contract_test

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/contract"
)

const (
	operation = "createSessionLink"
	path      = "/onboarding/createSessionLink"
	endpoint  = "https://api-umbrella.io/api/services" + path

	goodRequest = `{"email":"support@idcanopy.com","phoneNumber":"+436508021530",` +
		`"redirectUrl":"https://example.com/onboarding/success","docUrl":"https://cdn.idcanopy.com/pdf/onb-t3.pdf",` +
		`"signForms":[{"fieldId":"Signature1","actorId":"userToIdentify"}],` +
		`"fillForm":[{"fieldId":"name","value":"${identification.firstName}"}]}`
	goodResponse = `{"status":true,"data":{"requestId":"123e4567-e89b-12d3-a456-426614174000",` +
		`"url":"https://example.com/api/v2/actorTrip/urlback?t=EXAMPLE_TOKEN","expiresAfter":"2025-07-30T08:55:52.520909994Z"}}`
)

// document is one of our own, so that a change of the vendor's breaks no test of
// this package; tests/contract and tests/differential are of the vendor's.
//
//go:embed testdata/openapi.json
var document []byte

func newValidator(t testing.TB, opts ...contract.Option) *contract.Validator {
	t.Helper()
	v, err := contract.NewFromDocument(document, opts...)
	require.NoError(t, err)
	return v
}

// edited is a Validator of document after replacements in its text without white
// space.
func edited(t *testing.T, opts []contract.Option, oldnew ...string) *contract.Validator {
	t.Helper()
	var compact bytes.Buffer
	require.NoError(t, json.Compact(&compact, document))
	text := compact.String()
	for i := 0; i < len(oldnew); i += 2 {
		require.Contains(t, text, oldnew[i])
		text = strings.Replace(text, oldnew[i], oldnew[i+1], 1)
	}
	v, err := contract.NewFromDocument([]byte(text), opts...)
	require.NoError(t, err)
	return v
}

// newRequest is a good request with another body, and with the headers (name,
// value, name, value) set or, when the value is "-", removed.
func newRequest(t testing.TB, body string, header ...string) *http.Request {
	t.Helper()
	req, err := http.NewRequest(http.MethodPost, endpoint, strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer abc.def-123")
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
		if header[i+1] == "-" {
			req.Header.Del(header[i])
		}
	}
	return req
}

func newResponse(status int, contentType, body string) *http.Response {
	resp := &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}
	if contentType != "" {
		resp.Header.Set("Content-Type", contentType)
	}
	return resp
}

// breaches lists the violations of err as "path rule".
func breaches(t testing.TB, err error) []string {
	t.Helper()
	if err == nil {
		return nil
	}
	var e *contract.Error
	require.ErrorAs(t, err, &e)
	require.NotEmpty(t, e.Violations)
	require.NoError(t, errors.Unwrap(e), "an error that wraps nothing leads to no value")
	var list []string
	for _, v := range e.Violations {
		require.NotEmpty(t, v.Reason)
		list = append(list, v.Path+" "+v.Rule)
	}
	return list
}

func want(violations ...string) []string { return violations }

func readAll(t testing.TB, r io.Reader) string {
	t.Helper()
	data, err := io.ReadAll(r)
	require.NoError(t, err)
	return string(data)
}

// serve is an HTTP server that answers every request alike.
func serve(t testing.TB, status int, contentType, body string) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	return server
}

// with is the good request with another part.
func with(old, replacement string) string { return replaced(goodRequest, old, replacement) }

// answerWith is the good response with another part.
func answerWith(old, replacement string) string { return replaced(goodResponse, old, replacement) }

// replaced panics if text does not have the part, as tables have no test to fail.
func replaced(text, old, replacement string) string {
	if !strings.Contains(text, old) {
		panic("it is not there: " + old)
	}
	return strings.Replace(text, old, replacement, 1)
}
