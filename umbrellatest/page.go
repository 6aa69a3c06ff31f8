package umbrellatest

import (
	"net/http"
	"slices"
	"strings"

	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/page"
)

// actions are the buttons of the page.
var actions = map[string]string{
	"sign": StatusCompleted, "decline": StatusCancelled, "expire": StatusExpired, "fail": StatusFailed,
}

// wizard serves the page that a session's link leads to. Whoever has the link may
// use it: its token is all that there is to know.
func (m *Mock) wizard(a *answer, r *http.Request) {
	m.mu.Lock()
	defer m.mu.Unlock()
	token := strings.TrimPrefix(r.URL.Path, wizardPath)
	s := m.find(func(s *session) bool { return s.token == token })
	if s == nil {
		page.ShowUnknown(a)
		return
	}
	if !a.allow(r, http.MethodGet, http.MethodPost) {
		return
	}
	a.sessionID = s.RequestID
	code := http.StatusOK
	if r.Method == http.MethodPost {
		code = m.press(a, s, actions[r.PostFormValue("action")])
	}
	s.page().Show(a, code)
}

// press does what a button of the page is for, and returns the status of the answer.
// Whether redirectUrl is reached after anything but signing is not known, so the mock
// does not lead there. The caller holds m.mu.
func (m *Mock) press(a *answer, s *session, status string) int {
	switch shown := s.page(); {
	case status == "":
		return http.StatusBadRequest
	case m.finish(s, status) != nil:
		return http.StatusConflict
	case status == StatusCompleted && shown.Follow():
		a.Header().Set("Location", shown.Request.RedirectURL)
		return http.StatusSeeOther
	}
	return http.StatusOK
}

func (s *session) page() page.Session {
	return page.Session{RequestID: s.RequestID, Request: s.decoded().Request, Status: s.Status, Unfit: s.unfit}
}

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
