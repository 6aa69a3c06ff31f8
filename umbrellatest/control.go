package umbrellatest

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/fault"
	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/page"
	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/reply"
	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/session"
)

const faultsPath = controlPath + "faults"

// newEndpoints routes to the mock's own endpoints.
func newEndpoints(m *Mock) *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", show(func() map[string]string { return map[string]string{"status": "ok"} }))
	mux.HandleFunc("GET /__mock/{$}", m.overview)
	mux.HandleFunc("GET /__mock/style.css", page.ServeAsset)
	mux.HandleFunc("GET /__mock/overview.js", page.ServeAsset)
	mux.HandleFunc("GET /__mock/stats", show(m.Stats))
	mux.HandleFunc("GET /__mock/requests", show(m.rawRequests))
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

func show[T any](value func() T) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { reply.JSON(w, http.StatusOK, value()) }
}

func after(do func()) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		do()
		back(w, r, nil)
	}
}

func move(end func(requestID string) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { back(w, r, end(r.PathValue("requestId"))) }
}

// inject injects the fault of a body: JSON, or the form of the overview.
func inject[F any](into func(F) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var f F
		var err error
		if fromPage(r) {
			if err = r.ParseForm(); err == nil {
				err = fault.FromForm(r.PostForm, &f)
			}
		} else {
			data, _ := io.ReadAll(r.Body) // from memory
			err = json.Unmarshal(data, &f)
		}
		if err == nil {
			err = into(f)
		}
		back(w, r, err)
	}
}

// fromPage reports whether a browser sent r, with a form of the overview: all else that
// asks for HTML, as Java does by default, has no Origin.
func fromPage(r *http.Request) bool {
	return r.Header.Get("Origin") != "" && strings.Contains(r.Header.Get("Accept"), "text/html")
}

// back answers what was done, a browser with the overview.
func back(w http.ResponseWriter, r *http.Request, err error) {
	switch {
	case errors.Is(err, session.ErrUnknown):
		reply.Message(w, http.StatusNotFound, err.Error())
	case errors.Is(err, session.ErrEnded), errors.Is(err, session.ErrUnfit):
		reply.Message(w, http.StatusConflict, err.Error())
	case err != nil:
		reply.Message(w, http.StatusBadRequest, err.Error())
	case fromPage(r):
		http.Redirect(w, r, controlPath, http.StatusSeeOther)
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}

func (m *Mock) clearFaults() {
	m.change(func() { m.faults, m.eventFaults = fault.Queue[Fault]{}, fault.Queue[EventFault]{} })
}
