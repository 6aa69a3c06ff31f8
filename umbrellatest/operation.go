package umbrellatest

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/umbrella-api/umbrella-go/contract"
	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/server"
)

// operations answers requests that are known to keep to the document: as the
// document does, but for the behaviours that are methods here.
type operations struct {
	server.DefaultAnswers
	mock *Mock // not embedded: an operation may have the name of a method of Mock
}

func (o operations) CreateSessionLink(ctx context.Context, req server.CreateSessionLinkRequestObject) (server.CreateSessionLinkResponseObject, error) {
	request, err := json.Marshal(req.Body)
	if err != nil {
		return nil, err
	}
	m, a := o.mock, answerOf(ctx)
	unfit := ""
	switch {
	case a.fault.PDFMissing:
		unfit = "a fault lets the PDF be missing at docUrl"
	case m.fetchPDF:
		unfit = m.fetch(ctx, req.Body.DocURL)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	s := &session{request: request, unfit: unfit, openedAt: m.now().UTC()}
	s.RequestID, s.token = m.uuid(), m.uuid()
	s.URL = cmp.Or(m.baseURL, a.base) + wizardPath + s.token
	s.ExpiresAfter = s.openedAt.Add(m.sessionTTL)
	if a.fault.Expired {
		s.ExpiresAfter = s.openedAt
	}
	a.sessionID, a.notices = s.RequestID, m.start(s)
	return server.CreateSessionLink200JSONResponse{Status: true, Data: s.SessionLink}, nil
}

// route finds the operation that r asks for, if the document has it, and gives r
// the values of its path parameters.
func (m *Mock) route(r *http.Request) (template string, op server.OperationInfo) {
	switch {
	case strings.HasPrefix(r.URL.Path, documentPath):
		return documentTemplate, op
	case strings.HasPrefix(r.URL.Path, wizardPath):
		return wizardTemplate, op
	}
	template, values, _ := m.contract.Route(r)
	op = server.OperationTable[cmp.Or(r.Method, http.MethodGet)+" "+template]
	for name, value := range values {
		if known, ok := op.Names[name]; ok {
			name = known
		}
		r.SetPathValue(name, value)
	}
	return template, op
}

// process answers a request as the service would.
func (m *Mock) process(a *answer, r *http.Request, op server.OperationInfo) {
	switch {
	case a.outside:
		a.refuse(refusal("$path", "path", "must begin with the mock's base path, "+m.basePath), op)
		return
	case m.preflight(r):
		a.WriteHeader(http.StatusNoContent)
		return
	case r.URL.Path == "/auth":
		m.auth(a, r)
		return
	case strings.HasPrefix(r.URL.Path, documentPath):
		m.document(a, r)
		return
	case strings.HasPrefix(r.URL.Path, wizardPath):
		m.wizard(a, r)
		return
	}
	var found *contract.Error // the only kind, as the body is in memory
	errors.As(m.contract.ValidateRequest(r), &found)
	// Like most services, this one asks who calls before it looks at what for.
	if op.Serve != nil {
		if reason := m.verify(r); reason != "" {
			found = refusal("$header.Authorization", "security", reason)
		}
	}
	if found != nil {
		a.refuse(found, op)
	} else {
		m.serve(a, r, op)
	}
	m.checkOwn(a, r)
}

// checkOwn turns an answer that breaks the document into a 500. Refusals for
// which the document has no status pass.
func (m *Mock) checkOwn(a *answer, r *http.Request) {
	var broken *contract.Error
	if !errors.As(m.contract.ValidateResponse(r, a.Result()), &broken) {
		return
	}
	if rule := broken.Violations[0].Rule; len(a.violations) > 0 && (rule == "status" || rule == "path" || rule == "method") {
		return
	}
	a.clear()
	writeMessage(a, http.StatusInternalServerError, "umbrellatest: the mock failed: "+broken.Error())
	a.explain(broken.Violations)
}

// refuse answers as the document does to that operation, or with a message of
// package contract where it does not say.
func (a *answer) refuse(found *contract.Error, op server.OperationInfo) {
	found.Refuse(a)
	if documented, ok := op.Documented(a.Code); ok {
		a.Body.Reset()
		a.Body.WriteString(documented.Body)
	}
	a.explain(found.Violations)
}

func refusal(path, rule, reason string) *contract.Error {
	return &contract.Error{Direction: contract.Request, Violations: []contract.Violation{{Path: path, Rule: rule, Reason: reason}}}
}
