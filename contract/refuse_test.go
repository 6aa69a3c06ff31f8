package contract_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/contract"
)

func TestError_RefusesARequest(t *testing.T) {
	edited := func(edit func(*http.Request)) *http.Request {
		req := newRequest(t, goodRequest)
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
		{"body", newRequest(t, `{}`), 400, "Invalid request payload", nil},
		{"malformed", newRequest(t, `{`), 400, "Invalid request payload", nil},
		{"no body", newRequest(t, ``), 400, "Invalid request payload", nil},
		{"no bearer", newRequest(t, goodRequest, "Authorization", "-"), 401, "Unauthorized request", []string{"Www-Authenticate", "Bearer"}},
		{"no bearer and a bad body", newRequest(t, `{}`, "Authorization", "-"), 401, "Unauthorized request", nil},
		{"media type", newRequest(t, goodRequest, "Content-Type", "text/plain"), 415, "Unsupported media type", nil},
		{"too large", newRequest(t, strings.Repeat(" ", 1<<20)+goodRequest), 413, "Request body too large", nil},
		{"path", edited(func(r *http.Request) { r.URL.Path = "/x" }), 404, "Not found", nil},
		{"method", edited(func(r *http.Request) { r.Method = "GET" }), 405, "Method not allowed", []string{"Allow", "POST"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var e *contract.Error
			require.ErrorAs(t, newValidator(t).ValidateRequest(tt.req), &e)
			rec := httptest.NewRecorder()
			e.Refuse(rec)
			require.Equal(t, tt.status, e.StatusCode())
			require.Equal(t, tt.status, rec.Code)
			require.Equal(t, "application/json", rec.Header().Get("Content-Type"))
			require.JSONEq(t, `{"message":"`+tt.message+`"}`, rec.Body.String())
			if tt.header != nil {
				require.Equal(t, tt.header[1], rec.Header().Get(tt.header[0]))
			}
		})
	}
}

func TestViolation_IsTheSameJSONAsAFieldError(t *testing.T) {
	violation := contract.Violation{Path: "$.a", Rule: "type", Reason: "must be of type string"}
	ours, err := json.Marshal(violation)
	require.NoError(t, err)
	clients, err := json.Marshal(umbrella.FieldError(violation))
	require.NoError(t, err)
	require.JSONEq(t, `{"path":"$.a","rule":"type","reason":"must be of type string"}`, string(ours))
	require.JSONEq(t, string(clients), string(ours))
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
