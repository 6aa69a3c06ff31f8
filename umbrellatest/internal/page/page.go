// Package page has the mock's pages for people: that of a session, which stands in for
// the service's wizard, and the overview of the mock. They need no script to be used.
package page

import (
	"embed"
	"html/template"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"strings"
	"time"

	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/session"
)

//go:embed *.html *.css *.js
var files embed.FS

var pages = template.Must(template.New("").Funcs(template.FuncMap{
	"clock": func(t time.Time) string { return t.UTC().Format("15:04:05") },
}).ParseFS(files, "*.html"))

// Session is what the page of a session shows.
type Session struct{ session.Session }

// Document is the last part of docUrl.
func (s Session) Document() string {
	u, err := url.Parse(s.Request.DocURL)
	if err != nil || u.Path == "" || u.Path == "/" {
		return s.Request.DocURL
	}
	return path.Base(u.Path)
}

// Follow reports whether redirectUrl is one to go to.
func (s Session) Follow() bool { return origin(s.Request.RedirectURL) != "" }

// Show writes the page of a session. Its form leads to redirectUrl at last.
func (s Session) Show(w http.ResponseWriter, status int) {
	show(w, status, "wizard.html", strings.TrimSpace(policy+" "+origin(s.Request.RedirectURL)), s)
}

// ShowUnknown writes a page in place of that of a session that the mock does not have.
func ShowUnknown(w http.ResponseWriter) {
	show(w, http.StatusNotFound, "unknown.html", policy, nil)
}

// Overview is what the overview shows, the newest first.
type Overview struct {
	Stats, Requests, Events any // as package umbrellatest has them
	Sessions                []Session
	Faults, EventFaults     []string
}

// Show writes the overview.
func (o Overview) Show(w http.ResponseWriter) {
	show(w, http.StatusOK, "overview.html", policy+"; script-src 'self'; connect-src 'self'", o)
}

// ServeAsset serves the stylesheet and the script of the pages.
func ServeAsset(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	http.ServeFileFS(w, r, files, path.Base(r.URL.Path))
}

func show(w http.ResponseWriter, status int, name, policy string, data any) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin") // with less, Chromium sends forms with the Origin null
	w.WriteHeader(status)
	_ = pages.ExecuteTemplate(w, name, data) // to memory
}

// policy is the Content-Security-Policy of a page; what may follow is where else its
// forms lead.
const policy = "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

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
