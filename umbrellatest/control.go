package umbrellatest

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
)

// control serves the mock's own endpoints.
func (m *Mock) control(w http.ResponseWriter, r *http.Request) {
	var allow []string
	for _, endpoint := range [...]struct {
		method, path string
		serve        func(http.ResponseWriter, *http.Request)
	}{
		{http.MethodGet, "/healthz", answerWith(func() any { return map[string]string{"status": "ok"} })},
		{http.MethodPost, "/__mock/faults", m.injectFault},
		{http.MethodDelete, "/__mock/faults", after(m.clearFaults)},
		{http.MethodGet, "/__mock/requests", answerWith(func() any { return m.Requests() })},
		{http.MethodGet, "/__mock/sessions", answerWith(func() any { return m.Sessions() })},
		{http.MethodPost, "/__mock/reset", after(m.Reset)},
		{http.MethodPost, "/__mock/tokens/expire", after(m.ExpireTokens)},
		{http.MethodPost, "/__mock/tokens/revoke", after(m.RevokeTokens)},
	} {
		if endpoint.path != r.URL.Path {
			continue
		}
		if endpoint.method == r.Method || endpoint.method == http.MethodGet && r.Method == http.MethodHead {
			endpoint.serve(w, r)
			return
		}
		allow = append(allow, endpoint.method)
	}
	if allow != nil {
		w.Header().Set("Allow", strings.Join(allow, ", "))
		writeMessage(w, http.StatusMethodNotAllowed, "Method not allowed")
		return
	}
	writeMessage(w, http.StatusNotFound, "Not found: the mock has no such control endpoint")
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
	m.faults = nil
}

func (m *Mock) injectFault(w http.ResponseWriter, r *http.Request) {
	var f Fault
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err == nil {
		err = json.Unmarshal(data, &f)
	}
	if err == nil {
		err = m.Inject(f)
	}
	if err != nil {
		writeMessage(w, http.StatusBadRequest, err.Error())
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
