package umbrellatest

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
)

// newEndpoints routes to the mock's own endpoints.
func newEndpoints(m *Mock) *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", answerWith(func() any { return map[string]string{"status": "ok"} }))
	mux.HandleFunc("POST /__mock/faults", inject(m.Inject))
	mux.HandleFunc("DELETE /__mock/faults", after(m.clearFaults))
	mux.HandleFunc("GET /__mock/requests", answerWith(func() any { return m.Requests() }))
	mux.HandleFunc("GET /__mock/sessions", answerWith(func() any { return m.Sessions() }))
	mux.HandleFunc("POST /__mock/sessions/{requestId}/complete", moveSession(m.Complete))
	mux.HandleFunc("POST /__mock/sessions/{requestId}/fail", moveSession(m.Fail))
	mux.HandleFunc("POST /__mock/sessions/{requestId}/cancel", moveSession(m.Cancel))
	mux.HandleFunc("POST /__mock/sessions/{requestId}/expire", moveSession(m.Expire))
	mux.HandleFunc("GET /__mock/events", answerWith(func() any { return m.Events() }))
	mux.HandleFunc("POST /__mock/events/faults", inject(m.InjectEvent))
	mux.HandleFunc("POST /__mock/reset", after(m.Reset))
	mux.HandleFunc("POST /__mock/tokens/expire", after(m.ExpireTokens))
	mux.HandleFunc("POST /__mock/tokens/revoke", after(m.RevokeTokens))
	return mux
}

// control serves the mock's own endpoints. What is none of them gets the status
// and the Allow header of ServeMux, but JSON.
func (m *Mock) control(w http.ResponseWriter, r *http.Request) {
	handler, pattern := m.endpoints.Handler(r)
	if pattern != "" {
		m.endpoints.ServeHTTP(w, r) // not handler, which knows no path values
		return
	}
	refused := newAnswer()
	handler.ServeHTTP(refused, r)
	maps.Copy(w.Header(), refused.Header())
	writeMessage(w, refused.Code, http.StatusText(refused.Code)+": the mock has no such control endpoint")
}

func answerWith(value func() any) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, http.StatusOK, value()) }
}

func after(do func()) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) {
		do()
		w.WriteHeader(http.StatusNoContent)
	}
}

func (m *Mock) clearFaults() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.faults, m.eventFaults = nil, nil
}

// inject reads a fault from the body and injects it.
func inject[F any](into func(F) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var f F
		data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err == nil {
			err = json.Unmarshal(data, &f)
		}
		if err == nil {
			err = into(f)
		}
		if err != nil {
			writeMessage(w, http.StatusBadRequest, err.Error())
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}
}
