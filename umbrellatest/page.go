package umbrellatest

import (
	"net/http"
	"strings"

	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/page"
	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/session"
)

// actions are the buttons of the page.
var actions = map[string]string{
	"sign": StatusCompleted, "decline": StatusCancelled, "expire": StatusExpired, "fail": StatusFailed,
}

// wizard serves the page that a session's link leads to. Whoever has the link may
// use it: its token is all that there is to know.
func (m *Mock) wizard(a *answer, r *http.Request) {
	token := strings.TrimPrefix(r.URL.Path, wizardPath)
	s, ok := m.sessions.ByToken(token)
	if !ok {
		page.ShowUnknown(a)
		return
	}
	if !a.Allow(r, http.MethodGet, http.MethodPost) {
		return
	}
	a.sessionID = s.RequestID
	code := http.StatusOK
	if r.Method == http.MethodPost {
		code = m.press(a, s, actions[r.PostFormValue("action")])
		if now, ok := m.sessions.ByToken(token); ok { // unless a Reset has come between
			s = now
		}
	}
	page.Session{Session: s}.Show(a, code)
}

// press does what a button of the page is for, and returns the status of the answer.
// A second press of Sign, as of a double click, gets the answer of the first. Whether
// redirectUrl is reached after anything but signing is not known, so the mock does not
// lead there.
func (m *Mock) press(a *answer, s session.Session, status string) int {
	if status == "" {
		return http.StatusBadRequest
	}
	err := m.sessions.End(s.RequestID, status)
	now, _ := m.sessions.Get(s.RequestID)
	switch {
	case err != nil && (status != StatusCompleted || now.Status != StatusCompleted):
		return http.StatusConflict
	case status == StatusCompleted && page.Session{Session: s}.Follow():
		a.Header().Set("Location", s.Request.RedirectURL)
		return http.StatusSeeOther
	}
	return http.StatusOK
}

// overview serves GET /__mock/, for people.
func (m *Mock) overview(w http.ResponseWriter, _ *http.Request) {
	m.mu.Lock() // for the counters first: the page asks again when they have changed
	shown := page.Overview{Stats: m.stats, Faults: m.faults.Texts(), EventFaults: m.eventFaults.Texts()}
	m.mu.Unlock()
	shown.Requests, shown.Events = page.Newest(m.newest(page.MaxRows)), page.Newest(m.Events())
	for _, s := range page.Newest(m.sessions.Newest(page.MaxRows)) {
		shown.Sessions = append(shown.Sessions, page.Session{Session: s})
	}
	shown.Show(w)
}
