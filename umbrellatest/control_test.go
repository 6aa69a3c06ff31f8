package umbrellatest_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

func TestControl_DoesWhatTheMethodsDo(t *testing.T) {
	s := umbrellatest.NewServer(t)
	control := func(method, path, body string, status int) reply {
		r := mustSend(t, method, s.URL+path, body)
		require.Equal(t, status, r.status, r.body)
		return r
	}
	authorization := token(t, s)
	open(t, s, authorization)

	asJSON := func(v any) string {
		data, err := json.Marshal(v)
		require.NoError(t, err)
		return string(data)
	}
	require.JSONEq(t, asJSON(s.Sessions()), control(http.MethodGet, "/__mock/sessions", "", 200).body)
	require.JSONEq(t, asJSON(s.Requests()), control(http.MethodGet, "/__mock/requests", "", 200).body)
	require.Len(t, s.Requests(), 2, "control requests are not in the journal")

	control(http.MethodPost, "/__mock/faults", `{"status":503,"every":1}`, 204)
	require.Equal(t, 503, open(t, s, authorization).status)
	control(http.MethodDelete, "/__mock/faults", "", 204)
	require.Equal(t, 200, open(t, s, authorization).status)

	control(http.MethodPost, "/__mock/tokens/expire", "", 204)
	require.Contains(t, open(t, s, authorization).header.Get("Umbrella-Mock-Violations"), "expired")
	authorization = token(t, s)
	control(http.MethodPost, "/__mock/tokens/revoke", "", 204)
	require.Contains(t, open(t, s, authorization).header.Get("Umbrella-Mock-Violations"), "revoked")

	control(http.MethodPost, "/__mock/reset", "", 204)
	require.JSONEq(t, `{}`, control(http.MethodGet, "/__mock/sessions", "", 200).body)
	for _, list := range []string{"/__mock/requests", "/__mock/events"} {
		require.JSONEq(t, `[]`, control(http.MethodGet, list, "", 200).body)
	}

	require.NotEmpty(t, control(http.MethodGet, "/__mock/other", "", 404).message(t))
	r := control(http.MethodGet, "/__mock/faults", "", 405)
	require.Equal(t, "DELETE, POST", r.header.Get("Allow"))
	require.NotEmpty(t, r.message(t))
	require.JSONEq(t, `{"status":"ok"}`, control(http.MethodGet, "/healthz", "", 200).body)
	control(http.MethodHead, "/healthz", "", 200)
}

func TestOverview_IsReachedWithoutTheSlash(t *testing.T) {
	s := umbrellatest.NewServer(t, umbrellatest.WithBaseURL("http://localhost/api/services"))
	root := strings.TrimSuffix(s.URL, "/api/services")
	require.Contains(t, mustSend(t, http.MethodGet, root+"/__mock", "").body, "<h1>Overview</h1>")
	require.Equal(t, http.StatusNotFound, mustSend(t, http.MethodGet, root+"/__mocks", "").status)
	require.Len(t, s.Requests(), 1)
}

func TestControl_TakesOnlyABrowserForThePage(t *testing.T) {
	s := umbrellatest.NewServer(t)
	java := []string{"Accept", "text/html, image/gif, image/jpeg, */*; q=0.2", "Content-Type", form} // defaults of HttpURLConnection
	r := mustSend(t, http.MethodPost, s.URL+"/__mock/faults", `{"status":503}`, java...)
	require.Equal(t, http.StatusNoContent, r.status, r.body)
	require.Equal(t, http.StatusServiceUnavailable, login(t, s).status)
	require.Equal(t, http.StatusNoContent, mustSend(t, http.MethodPost, s.URL+"/__mock/reset", "", java...).status)
}

func TestWithoutControl_LeavesTheImitatedServiceAlone(t *testing.T) {
	s := umbrellatest.NewServer(t, umbrellatest.WithoutControl())
	authorization := token(t, s)
	for _, path := range []string{"/__mock/sessions", "/__mock/requests", "/__mock/"} {
		require.Equal(t, http.StatusNotFound, mustSend(t, http.MethodGet, s.URL+path, "").status)
	}
	require.Equal(t, http.StatusNotFound, mustSend(t, http.MethodPost, s.URL+"/__mock/tokens/revoke", "").status)
	require.Equal(t, http.StatusOK, open(t, s, authorization, "Umbrella-Mock-Fault", "status=503").status)
	require.Equal(t, http.StatusOK, mustSend(t, http.MethodGet, s.URL+"/healthz", "").status)

	require.NoError(t, s.Inject(umbrellatest.Fault{Status: 503}))
	require.Equal(t, http.StatusServiceUnavailable, open(t, s, authorization).status)
}
