package umbrellatest

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/server"
)

// wrong is a behaviour that does not keep to the document.
type wrong struct {
	server.DefaultAnswers
	answer server.RawAnswer
	err    error
}

func (w wrong) CreateSessionLink(context.Context, server.CreateSessionLinkRequestObject) (server.CreateSessionLinkResponseObject, error) {
	return w.answer, w.err
}

// The behaviours are right, so this test puts wrong ones in their place.
func TestOwnAnswer_ThatBreaksTheDocumentBecomesA500(t *testing.T) {
	for name, tc := range map[string]struct {
		operations wrong
		violation  string
	}{
		"a wrong type": {
			wrong{answer: server.RawAnswer{Status: http.StatusOK, Body: `{"status":"yes","data":{"url":"https://a.example","requestId":"1","expiresAfter":"2026-11-23T09:00:00Z"}}`}},
			"$.status",
		},
		"a status that is not documented": {wrong{answer: server.RawAnswer{Status: http.StatusCreated, Body: `{}`}}, "$status"},
		"not JSON":                        {wrong{answer: server.RawAnswer{Status: http.StatusOK, Body: "<html>"}}, "$"},
		"an error":                        {wrong{err: errors.New("with a value")}, "$status"},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := New()
			require.NoError(t, err)
			m.operations = func(*answer) server.StrictServerInterface { return tc.operations }
			r := httptest.NewRequest(http.MethodPost, "/onboarding/createSessionLink", strings.NewReader(
				`{"email":"user@example.com","phoneNumber":"+436769556026","redirectUrl":"https://example.com","docUrl":"https://example.com/doc.pdf"}`))
			r.Header.Set("Authorization", "Bearer "+m.issue())
			r.Header.Set("Content-Type", "application/json")
			w := httptest.NewRecorder()
			m.ServeHTTP(w, r)

			require.Equal(t, http.StatusInternalServerError, w.Code)
			require.Contains(t, w.Body.String(), `"message"`)
			require.NotContains(t, w.Body.String(), "with a value")
			require.Contains(t, w.Header().Get("Umbrella-Mock-Violations"), `"path":"`+tc.violation+`"`)
			require.Equal(t, tc.violation, m.Requests()[0].Violations[0].Path)
		})
	}
}

func TestDocumentedAnswers_KeepToTheDocument(t *testing.T) {
	m, err := New()
	require.NoError(t, err)
	require.NotEmpty(t, server.OperationTable)
	for key, op := range server.OperationTable {
		require.NotEmpty(t, op.Answers)
		for status := range op.Answers {
			t.Run(key+"/"+strconv.Itoa(status), func(t *testing.T) {
				answer, ok := op.Documented(status)
				require.True(t, ok)
				w := httptest.NewRecorder()
				require.NoError(t, answer.Write(w))
				method, path, _ := strings.Cut(key, " ")
				require.NoError(t, m.contract.ValidateResponse(httptest.NewRequest(method, path, http.NoBody), w.Result()))
			})
		}
	}
}

func TestExactly_GivesIntegersOfAnySpelling(t *testing.T) {
	for text, want := range map[string]any{
		`1.0`:                     json.Number("1"),
		`[1e2, -0.0]`:             []any{json.Number("100"), json.Number("0")},
		`{"a": 9007199254740993}`: map[string]any{"a": json.Number("9007199254740993")},
		`1.5`:                     json.Number("1.5"),
		`1e400`:                   json.Number("1e400"),
		`"1.0"`:                   "1.0",
	} {
		body, ok := exactly(io.NopCloser(strings.NewReader(text))).(exactBody)
		require.True(t, ok)
		require.Equal(t, want, body.ValidatedValue())
	}
	data, err := io.ReadAll(exactly(http.NoBody))
	require.NoError(t, err)
	require.Empty(t, data, "no body stays none")
}

// Today's document has no type that can hold less than its schema allows.
func TestServe_RefusesWhatTheGeneratedTypesCannotHoldWithoutRepeatingIt(t *testing.T) {
	m, err := New()
	require.NoError(t, err)
	a := newAnswer()
	m.serve(a, httptest.NewRequest(http.MethodPut, "/", http.NoBody), server.OperationInfo{
		Serve: func(s *server.ServerInterfaceWrapper, w http.ResponseWriter, r *http.Request) {
			s.ErrorHandlerFunc(w, r, errors.New("cannot bind 99999999999999999999"))
		},
		Answers: map[int]string{http.StatusBadRequest: `{"code":"documented"}`},
	})
	require.Equal(t, http.StatusBadRequest, a.Code)
	require.Equal(t, `{"code":"documented"}`, a.Body.String())
	require.Contains(t, a.Header().Get("Umbrella-Mock-Violations"), `"rule":"type"`)
	require.NotContains(t, a.Header().Get("Umbrella-Mock-Violations"), "999")
}
