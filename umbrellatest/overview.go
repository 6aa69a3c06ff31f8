package umbrellatest

import (
	"net/http"
	"slices"
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
		page.Faults = append(page.Faults, text(fields(&p.Fault)))
	}
	for _, f := range m.eventFaults {
		page.EventFaults = append(page.EventFaults, text(fields(f)))
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
