package umbrellatest

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/server"
)

const faultsPath = controlPath + "faults"

// newEndpoints routes to the mock's own endpoints.
func newEndpoints(m *Mock) *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", answerWith(func() any { return map[string]string{"status": "ok"} }))
	mux.HandleFunc("GET /__mock/{$}", m.overview)
	mux.HandleFunc("GET /__mock/style.css", serveAsset)
	mux.HandleFunc("GET /__mock/overview.js", serveAsset)
	mux.HandleFunc("GET /__mock/stats", answerWith(func() any { return m.Stats() }))
	mux.HandleFunc("POST /__mock/faults", inject(m.Inject))
	mux.HandleFunc("DELETE /__mock/faults", after(m.clearFaults))
	mux.HandleFunc("POST /__mock/faults/clear", after(m.clearFaults)) // for a form
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

// controls reports whether a path is that of a control endpoint.
func (m *Mock) controls(path string) bool {
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		if _, pattern := m.endpoints.Handler(&http.Request{Method: method, URL: &url.URL{Path: path}}); pattern != "" {
			return true
		}
	}
	return false
}

// control serves the mock's own endpoints, with the faults that are for them.
func (m *Mock) control(w http.ResponseWriter, r *http.Request) {
	if reason := m.foreign(r); reason != "" && r.URL.Path != "/healthz" {
		writeMessage(w, http.StatusForbidden, reason)
		return
	}
	handler, pattern := m.endpoints.Handler(r)
	_, template, _ := strings.Cut(pattern, " ")
	a, f := newAnswer(), Fault{}
	if r.URL.Path != "/healthz" && r.URL.Path != faultsPath {
		f = m.fault(r, template)
	}
	answered := f.around(r.Context(), func() {
		if pattern != "" {
			m.endpoints.ServeHTTP(a, r) // not handler, which knows no path values
			return
		}
		// The status and the Allow header of ServeMux, but JSON.
		refused := newAnswer()
		handler.ServeHTTP(refused, r)
		maps.Copy(a.Header(), refused.Header())
		writeMessage(a, refused.Code, http.StatusText(refused.Code)+": the mock has no such control endpoint")
	})
	if answered {
		a.distort(f, server.OperationInfo{})
		a.send(w, r, f)
	}
}

func answerWith(value func() any) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, http.StatusOK, value()) }
}

func after(do func()) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, r *http.Request) {
		do()
		back(w, r)
	}
}

func (m *Mock) clearFaults() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.faults, m.eventFaults = nil, nil
	m.stats.Controls++
}

// inject reads a fault from the body and injects it.
func inject[F any](into func(F) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var f F
		data, err := faultText(w, r)
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
		back(w, r)
	}
}

// faultText is the body, or as JSON those fields of the overview's form that were filled in.
func faultText(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" || !fromPage(r) {
		return io.ReadAll(r.Body)
	}
	if err := r.ParseForm(); err != nil {
		return nil, err
	}
	fields := map[string]string{}
	for name := range r.PostForm {
		if value := r.PostForm.Get(name); value != "" {
			fields[name] = value
		}
	}
	return json.Marshal(fields)
}
