// Package page has the mock's pages for people: that of a session, which stands in for
// the service's wizard, and the overview of the mock. They need no script to be used.
package page

import (
	"embed"
	"encoding/json"
	"html/template"
	"net/http"
	"net/url"
	"path"
	"slices"
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

// Follow reports whether redirectUrl is one to go to, as javascript: and data: are not.
func (s Session) Follow() bool { return IsWeb(s.Request.RedirectURL) }

// IsWeb reports whether address is an http or https URL.
func IsWeb(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https")
}

// Show writes the page of a session. Its form leads to redirectUrl, and on to wherever
// that redirects: a browser asks the policy about each of these addresses.
func (s Session) Show(w http.ResponseWriter, status int) {
	allowed := policy
	if s.Follow() {
		allowed += " http: https:"
	}
	show(w, status, "wizard.html", allowed, s)
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

// Counters has Stats as the script compares them.
func (o Overview) Counters() string {
	counters, _ := json.Marshal(o.Stats) // numbers: cannot fail
	return string(counters)
}

// Show writes the overview.
func (o Overview) Show(w http.ResponseWriter) {
	show(w, http.StatusOK, "overview.html", policy+"; script-src 'self'; connect-src 'self'", o)
}

// MaxRows is how many rows each table of the overview has at most.
const MaxRows = 100

// Newest returns what the overview shows of a list, the last one first.
func Newest[T any](list []T) []T {
	list = slices.Clone(list[max(0, len(list)-MaxRows):])
	slices.Reverse(list)
	return list
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

// policy is the Content-Security-Policy of a page. Its last directive says where forms
// lead; what is appended to it allows more.
const policy = "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
