package umbrellatest

import (
	"net/http"
	"strings"

	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/endpoint"
	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/page"
	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/server"
)

const (
	controlPath  = endpoint.Path
	documentPath = "/documents/"
	wizardPath   = "/wizard/"
)

// target is what serves a request.
type target struct {
	template string // of its path, "" if there is nothing there
	op       server.OperationInfo
	serve    func(*answer, *http.Request)
	own      bool // it is no part of the service, and so in no journal
	sound    bool // no fault is for it
}

// route finds what r asks for. It takes the base path off r, and gives it the values
// of an operation's path parameters.
func (m *Mock) route(r *http.Request) target {
	switch path := r.URL.Path; {
	case path == m.basePath+wizardPath+"style.css":
		return target{serve: func(a *answer, r *http.Request) { page.ServeAsset(a, r) }, own: true, sound: true}
	case path == "/healthz" || !m.noControl && strings.HasPrefix(path+"/", controlPath):
		_, pattern := m.endpoints.Handler(r)
		_, template, _ := strings.Cut(pattern, " ")
		return target{template: template, serve: m.control, own: true, sound: path == "/healthz" || path == faultsPath || path+"/" == controlPath}
	case !m.stripBase(r):
		outside := func(a *answer, _ *http.Request) {
			a.Breach("$path", "path", "must begin with the mock's base path, "+m.basePath)
		}
		return target{serve: outside, sound: true}
	case m.browsers.IsPreflight(r):
		return target{serve: func(a *answer, _ *http.Request) { a.WriteHeader(http.StatusNoContent) }, sound: true}
	}
	switch path := r.URL.Path; {
	case path == "/auth":
		return target{template: path, serve: m.auth}
	case strings.HasPrefix(path, documentPath):
		return target{template: documentPath + "{requestId}", serve: m.document}
	case strings.HasPrefix(path, wizardPath):
		return target{template: wizardPath + "{token}", serve: m.wizard}
	}
	template, values, _ := m.contract.Route(r)
	op := server.OperationTable[r.Method+" "+template]
	for name, value := range values {
		if known, ok := op.Names[name]; ok {
			name = known
		}
		r.SetPathValue(name, value)
	}
	return target{template: template, op: op, serve: m.operate}
}

// baseOf is the mock's base URL as the client of r wrote it.
func (m *Mock) baseOf(r *http.Request) string {
	scheme := "http://"
	if r.TLS != nil {
		scheme = "https://"
	}
	return scheme + r.Host + m.basePath
}

// stripBase takes the base path off r and reports whether it was there.
func (m *Mock) stripBase(r *http.Request) bool {
	rest, ok := strings.CutPrefix(r.URL.Path, m.basePath)
	if !ok || m.basePath != "" && !strings.HasPrefix(rest, "/") {
		return false
	}
	u := *r.URL // the caller's own
	u.Path, u.RawPath = rest, strings.TrimPrefix(u.RawPath, m.basePath)
	r.URL = &u
	return true
}
