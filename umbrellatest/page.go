package umbrellatest

import (
	"embed"
	"html/template"
	"net/http"
	"path"
	"slices"
	"time"
)

const maxRows = 100 // of each table of the overview

// overviewPage is what the overview shows, the newest first.
type overviewPage struct {
	Stats       Stats
	Sessions    []*wizardPage
	Requests    []Request
	Events      []Event
	Faults      []string // in the syntax of the header
	EventFaults []string
}

// overview serves GET /__mock/, for people.
func (m *Mock) overview(w http.ResponseWriter, _ *http.Request) {
	page := overviewPage{Requests: newest(m.Requests()), Events: newest(m.Events())}
	m.mu.Lock()
	page.Stats = m.stats
	for _, s := range newest(m.sessions) {
		page.Sessions = append(page.Sessions, m.pageOf(s))
	}
	for _, w := range m.faults {
		page.Faults = append(page.Faults, text(fields(&w.fault)))
	}
	for _, w := range m.eventFaults {
		page.EventFaults = append(page.EventFaults, text(fields(&w.fault)))
	}
	m.mu.Unlock()
	w.Header().Set("Content-Security-Policy", policy("")+"; script-src 'self'; connect-src 'self'")
	render(w, http.StatusOK, "overview.html", page)
}

// newest returns the last of a list, the last one first.
func newest[T any](list []T) []T {
	list = slices.Clone(list[max(0, len(list)-maxRows):])
	slices.Reverse(list)
	return list
}

//go:embed page
var pageFiles embed.FS

var pages = template.Must(template.New("").Funcs(template.FuncMap{
	"clock": func(t time.Time) string { return t.UTC().Format("15:04:05") },
}).ParseFS(pageFiles, "page/*.html"))

// render writes a page. A caller with a form has set the Content-Security-Policy.
func render(w http.ResponseWriter, status int, name string, data any) {
	h := w.Header()
	if h.Get("Content-Security-Policy") == "" {
		h.Set("Content-Security-Policy", policy(""))
	}
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin") // with less, Chromium sends forms with the Origin null
	w.WriteHeader(status)
	_ = pages.ExecuteTemplate(w, name, data) // to memory
}

// serveAsset serves the stylesheet and the script of the pages.
func serveAsset(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	http.ServeFileFS(w, r, pageFiles, "page/"+path.Base(r.URL.Path))
}
