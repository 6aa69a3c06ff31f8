package umbrellatest

import (
	"net/http"
	"slices"

	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/page"
)

const maxRows = 100 // of each table of the overview

// overview serves GET /__mock/, for people.
func (m *Mock) overview(w http.ResponseWriter, _ *http.Request) {
	shown := page.Overview{Requests: newest(m.Requests()), Events: newest(m.Events())}
	m.mu.Lock()
	shown.Stats, shown.Faults, shown.EventFaults = m.stats, m.faults.Texts(), m.eventFaults.Texts()
	for _, s := range newest(m.sessions) {
		m.expireOverdue(s)
		shown.Sessions = append(shown.Sessions, s.page())
	}
	m.mu.Unlock()
	shown.Show(w)
}

// newest returns the last of a list, the last one first.
func newest[T any](list []T) []T {
	list = slices.Clone(list[max(0, len(list)-maxRows):])
	slices.Reverse(list)
	return list
}
