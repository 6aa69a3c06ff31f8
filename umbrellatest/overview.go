package umbrellatest

import (
	"flag"
	"net/http"
	"slices"
	"strings"
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
	for _, p := range m.faults {
		page.Faults = append(page.Faults, text(p.fields()))
	}
	for _, f := range m.eventFaults {
		page.EventFaults = append(page.EventFaults, text(f.fields()))
	}
	m.mu.Unlock()
	w.Header().Set("Content-Security-Policy", policy("")+"; script-src 'self'; connect-src 'self'")
	render(w, http.StatusOK, "overview.html", page)
}

// text is a fault in the syntax of the header.
func text(fields *flag.FlagSet) string {
	var set []string
	fields.VisitAll(func(f *flag.Flag) {
		if value := f.Value.String(); !slices.Contains([]string{"", "0", "0s", "false"}, value) {
			set = append(set, f.Name+"="+value)
		}
	})
	return strings.Join(set, "; ")
}

// newest returns the last of a list, the last one first.
func newest[T any](list []T) []T {
	list = slices.Clone(list[max(0, len(list)-maxRows):])
	slices.Reverse(list)
	return list
}

// fromPage reports whether a browser sent r, with a form of the overview: curl, which
// sends forms too, does not ask for HTML.
func fromPage(r *http.Request) bool { return strings.Contains(r.Header.Get("Accept"), "text/html") }

// back answers what was done, a browser with the overview.
func back(w http.ResponseWriter, r *http.Request) {
	if fromPage(r) {
		http.Redirect(w, r, controlPath, http.StatusSeeOther)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
