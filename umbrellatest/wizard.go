package umbrellatest

import (
	"net/http"
	"net/url"
	"path"
	"regexp"
	"strings"

	"github.com/umbrella-api/umbrella-go/api"
)

// wizardPage is what the page of a session shows.
type wizardPage struct {
	RequestID string
	Request   api.CreateSessionLinkRequest
	Document  string // the last part of docUrl
	Status    string
	Unfit     string // why it could not be signed
	Follow    bool   // redirectUrl is one to go to
}

// actions are the buttons of the page.
var actions = map[string]string{
	"sign": StatusCompleted, "decline": StatusCancelled, "expire": StatusExpired, "fail": StatusFailed,
}

// wizard serves the page that a session's link leads to. Whoever has the link may
// use it: its token is all that there is to know.
func (m *Mock) wizard(a *answer, r *http.Request) {
	token := strings.TrimPrefix(r.URL.Path, wizardPath)
	page := m.wizardPage(token)
	if page == nil {
		render(a, http.StatusNotFound, "unknown.html", nil)
		return
	}
	if !a.allow(r, http.MethodGet, http.MethodPost) {
		return
	}
	a.sessionID = page.RequestID
	a.Header().Set("Content-Security-Policy", policy(page.Request.RedirectURL))
	code := http.StatusOK
	if r.Method == http.MethodPost {
		code = m.press(a, page, actions[r.PostFormValue("action")])
	}
	if now := m.wizardPage(token); now != nil { // nil after a Reset just now
		page = now
	}
	render(a, code, "wizard.html", page)
}

// press does what a button of the page is for, and returns the status of the answer.
// Whether redirectUrl is reached after anything but signing is not known, so the mock
// does not lead there.
func (m *Mock) press(a *answer, page *wizardPage, status string) int {
	switch {
	case status == "":
		return http.StatusBadRequest
	case m.move(page.RequestID, status) != nil:
		return http.StatusConflict
	case status == StatusCompleted && page.Follow:
		a.Header().Set("Location", page.Request.RedirectURL)
		return http.StatusSeeOther
	}
	return http.StatusOK
}

// wizardPage finds the session of a token, nil if there is none.
func (m *Mock) wizardPage(token string) *wizardPage {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range m.sessions {
		if s.token == token {
			return m.pageOf(s)
		}
	}
	return nil
}

// pageOf is the page of a session. The caller holds m.mu.
func (m *Mock) pageOf(s *session) *wizardPage {
	m.expireOverdue(s)
	request := s.decoded()
	return &wizardPage{s.RequestID, request, documentName(request.DocURL), s.status, s.unfit, origin(request.RedirectURL) != ""}
}

func documentName(docURL string) string {
	u, err := url.Parse(docURL)
	if err != nil || u.Path == "" || u.Path == "/" {
		return docURL
	}
	return path.Base(u.Path)
}

// plainHost has no character that means something in a Content-Security-Policy.
var plainHost = regexp.MustCompile(`^[A-Za-z0-9._-]+(:[0-9]+)?$`)

// origin is that of a URL in the words of a Content-Security-Policy, "" if it is none
// for a browser to go to, as javascript: and data: are. A policy has no words for an
// address of IPv6 but its scheme.
func origin(target string) string {
	u, err := url.Parse(target)
	switch {
	case err != nil, u.Host == "", u.Scheme != "http" && u.Scheme != "https":
		return ""
	case strings.HasPrefix(u.Host, "["):
		return u.Scheme + ":"
	case !plainHost.MatchString(u.Host):
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// policy is the Content-Security-Policy of a page whose form leads to target at last.
func policy(target string) string {
	return strings.TrimSpace("default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self' " + origin(target))
}
