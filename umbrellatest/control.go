package umbrellatest

import (
	"net/http"

	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/endpoint"
	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/fault"
	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/page"
	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/reply"
)

const faultsPath = controlPath + "faults"

// newEndpoints routes to the mock's own endpoints.
func newEndpoints(m *Mock) *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", endpoint.Show(func() map[string]string { return map[string]string{"status": "ok"} }))
	mux.HandleFunc("GET /__mock/{$}", m.overview)
	mux.Handle("GET /__mock", http.RedirectHandler(controlPath, http.StatusSeeOther))
	mux.HandleFunc("GET /__mock/style.css", page.ServeAsset)
	mux.HandleFunc("GET /__mock/overview.js", page.ServeAsset)
	mux.HandleFunc("GET /__mock/stats", endpoint.Show(m.Stats))
	mux.HandleFunc("GET /__mock/requests", endpoint.Show(m.rawRequests))
	mux.HandleFunc("GET /__mock/sessions", endpoint.Show(m.Sessions))
	mux.HandleFunc("GET /__mock/events", endpoint.Show(m.Events))
	mux.HandleFunc("POST /__mock/faults", endpoint.Inject(m.Inject))
	mux.HandleFunc("POST /__mock/events/faults", endpoint.Inject(m.InjectEvent))
	mux.HandleFunc("DELETE /__mock/faults", endpoint.After(m.clearFaults))
	mux.HandleFunc("POST /__mock/faults/clear", endpoint.After(m.clearFaults)) // for a form
	mux.HandleFunc("POST /__mock/reset", endpoint.After(m.Reset))
	mux.HandleFunc("POST /__mock/tokens/expire", endpoint.After(m.ExpireTokens))
	mux.HandleFunc("POST /__mock/tokens/revoke", endpoint.After(m.RevokeTokens))
	mux.HandleFunc("POST /__mock/sessions/{requestId}/complete", endpoint.Move(m.Complete))
	mux.HandleFunc("POST /__mock/sessions/{requestId}/fail", endpoint.Move(m.Fail))
	mux.HandleFunc("POST /__mock/sessions/{requestId}/cancel", endpoint.Move(m.Cancel))
	mux.HandleFunc("POST /__mock/sessions/{requestId}/expire", endpoint.Move(m.Expire))
	return mux
}

// control serves the mock's own endpoints.
func (m *Mock) control(a *answer, r *http.Request) {
	if reason := m.browsers.Foreign(r); reason != "" && r.URL.Path != "/healthz" {
		reply.Message(a, http.StatusForbidden, reason)
		return
	}
	m.endpoints.ServeHTTP(a, r)
	if _, pattern := m.endpoints.Handler(r); pattern == "" { // the status and the headers of ServeMux, but JSON
		a.Body.Reset()
		reply.Message(a, a.Code, http.StatusText(a.Code)+": the mock has no such control endpoint")
	}
}

func (m *Mock) clearFaults() {
	m.change(func() { m.faults, m.eventFaults = fault.Queue[Fault]{}, fault.Queue[EventFault]{} })
}
