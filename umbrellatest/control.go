package umbrellatest

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
)

const faultsPath = controlPath + "faults"

// newEndpoints routes to the mock's own endpoints.
func newEndpoints(m *Mock) *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", show(func() map[string]string { return map[string]string{"status": "ok"} }))
	mux.HandleFunc("GET /__mock/{$}", m.overview)
	mux.HandleFunc("GET /__mock/style.css", serveAsset)
	mux.HandleFunc("GET /__mock/overview.js", serveAsset)
	mux.HandleFunc("GET /__mock/stats", show(m.Stats))
	mux.HandleFunc("GET /__mock/requests", show(m.Requests))
	mux.HandleFunc("GET /__mock/sessions", show(m.Sessions))
	mux.HandleFunc("GET /__mock/events", show(m.Events))
	mux.HandleFunc("POST /__mock/faults", inject(m.Inject))
	mux.HandleFunc("POST /__mock/events/faults", inject(m.InjectEvent))
	mux.HandleFunc("DELETE /__mock/faults", after(m.clearFaults))
	mux.HandleFunc("POST /__mock/faults/clear", after(m.clearFaults)) // for a form
	mux.HandleFunc("POST /__mock/reset", after(m.Reset))
	mux.HandleFunc("POST /__mock/tokens/expire", after(m.ExpireTokens))
	mux.HandleFunc("POST /__mock/tokens/revoke", after(m.RevokeTokens))
	mux.HandleFunc("POST /__mock/sessions/{requestId}/complete", move(m.Complete))
	mux.HandleFunc("POST /__mock/sessions/{requestId}/fail", move(m.Fail))
	mux.HandleFunc("POST /__mock/sessions/{requestId}/cancel", move(m.Cancel))
	mux.HandleFunc("POST /__mock/sessions/{requestId}/expire", move(m.Expire))
	return mux
}

// control serves the mock's own endpoints.
func (m *Mock) control(a *answer, r *http.Request) {
	if reason := m.foreign(r); reason != "" && r.URL.Path != "/healthz" {
		writeMessage(a, http.StatusForbidden, reason)
		return
	}
	m.endpoints.ServeHTTP(a, r)
	if _, pattern := m.endpoints.Handler(r); pattern == "" { // the status and the headers of ServeMux, but JSON
		a.Body.Reset()
		writeMessage(a, a.Code, http.StatusText(a.Code)+": the mock has no such control endpoint")
	}
}

func show[T any](value func() T) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, http.StatusOK, value()) }
}

func after(do func()) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		do()
		back(w, r, nil)
	}
}

func move(session func(requestID string) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { back(w, r, session(r.PathValue("requestId"))) }
}

// inject reads a fault from the body and injects it.
func inject[F any](into func(F) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var f F
		err := readFault(r, &f)
		if err == nil {
			err = into(f)
		}
		back(w, r, err)
	}
}

// readFault reads JSON, or those fields of the overview's form that were filled in.
func readFault(r *http.Request, fault any) error {
	if !fromPage(r) {
		data, _ := io.ReadAll(r.Body) // from memory
		return json.Unmarshal(data, fault)
	}
	if err := r.ParseForm(); err != nil {
		return err
	}
	named := fields(fault)
	for name, values := range r.PostForm {
		if values[0] == "" {
			continue
		}
		if err := set(named, name, values[0]); err != nil {
			return err
		}
	}
	return nil
}

// fromPage reports whether a browser sent r, with a form of the overview: curl, which
// sends forms too, does not ask for HTML.
func fromPage(r *http.Request) bool { return strings.Contains(r.Header.Get("Accept"), "text/html") }

// back answers what was done, a browser with the overview.
func back(w http.ResponseWriter, r *http.Request, err error) {
	switch {
	case errors.Is(err, errUnknownSession):
		writeMessage(w, http.StatusNotFound, err.Error())
	case errors.Is(err, errEndedSession), errors.Is(err, errUnfitDocument):
		writeMessage(w, http.StatusConflict, err.Error())
	case err != nil:
		writeMessage(w, http.StatusBadRequest, err.Error())
	case fromPage(r):
		http.Redirect(w, r, controlPath, http.StatusSeeOther)
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}

func (m *Mock) clearFaults() {
	m.change(func() { m.faults, m.eventFaults = nil, nil })
}
