package umbrellatest

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The handlers are right, so this test puts wrong ones in their place.
func TestOwnAnswer_ThatBreaksTheDocumentBecomesA500(t *testing.T) {
	for name, tc := range map[string]struct {
		operations http.HandlerFunc
		violation  string
	}{
		"a wrong type": {func(w http.ResponseWriter, _ *http.Request) {
			writeJSON(w, http.StatusOK, map[string]any{"status": "yes", "data": map[string]any{"url": "https://a.example", "requestId": "1", "expiresAfter": "2026-11-23T09:00:00Z"}})
		}, "$.status"},
		"a status that is not documented": {func(w http.ResponseWriter, _ *http.Request) {
			writeJSON(w, http.StatusCreated, struct{}{})
		}, "$status"},
		"not JSON": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte("<html>"))
		}, "$"},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := New()
			require.NoError(t, err)
			m.operations = tc.operations
			r := httptest.NewRequest(http.MethodPost, "/onboarding/createSessionLink", strings.NewReader(
				`{"email":"user@example.com","phoneNumber":"+436769556026","redirectUrl":"https://example.com","docUrl":"https://example.com/doc.pdf"}`))
			r.Header.Set("Authorization", "Bearer "+m.issue())
			r.Header.Set("Content-Type", "application/json")
			w := httptest.NewRecorder()
			m.ServeHTTP(w, r)

			require.Equal(t, http.StatusInternalServerError, w.Code)
			require.Contains(t, w.Body.String(), `"message"`)
			require.Contains(t, w.Header().Get("Umbrella-Mock-Violations"), `"path":"`+tc.violation+`"`)
			require.Equal(t, tc.violation, m.Requests()[0].Violations[0].Path)
		})
	}
}
