package umbrellatest

import (
	"net/http"
	"strings"

	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/server"
)

const (
	controlPath  = "/__mock/"
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
		return target{serve: func(a *answer, r *http.Request) { serveAsset(a, r) }, own: true, sound: true}
	case path == "/healthz" || !m.noControl && strings.HasPrefix(path, controlPath):
		_, pattern := m.endpoints.Handler(r)
		_, template, _ := strings.Cut(pattern, " ")
		return target{template: template, serve: m.control, own: true, sound: path == "/healthz" || path == faultsPath}
	case !m.stripBase(r):
		return target{serve: m.outside, sound: true}
	case m.preflight(r):
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
	return target{template: template, op: op, serve: func(a *answer, r *http.Request) { m.operate(a, r, op) }}
}

func (m *Mock) outside(a *answer, _ *http.Request) {
	a.refuse(breach("$path", "path", "must begin with the mock's base path, "+m.basePath), server.OperationInfo{})
}
