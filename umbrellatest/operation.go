package umbrellatest

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"net/http"
	"strconv"

	"github.com/umbrella-api/umbrella-go/contract"
	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/server"
)

// operations answers requests that are known to keep to the document: as the
// document does, but for the behaviours that are methods here.
type operations struct {
	server.DefaultAnswers
	mock   *Mock // not embedded: an operation may have the name of a method of Mock
	answer *answer
}

func (o operations) CreateSessionLink(ctx context.Context, req server.CreateSessionLinkRequestObject) (server.CreateSessionLinkResponseObject, error) {
	request, err := json.Marshal(req.Body)
	if err != nil {
		return nil, err
	}
	m, a := o.mock, o.answer
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
	a.sessionID, s.delivered = s.RequestID, a.left
	m.start(s)
	a.early = s.early
	return server.CreateSessionLink200JSONResponse{Status: true, Data: s.SessionLink}, nil
}

// operate answers a request for an operation as the service would.
func (m *Mock) operate(a *answer, r *http.Request, op server.OperationInfo) {
	var found *contract.Error // the only kind, as the body is in memory
	errors.As(m.contract.ValidateRequest(r), &found)
	// Like most services, this one asks who calls before it looks at what for.
	if op.Serve != nil {
		if reason := m.verify(r); reason != "" {
			found = breach("$header.Authorization", "security", reason)
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

// serve lets the generated server decode a request that keeps to the document and
// call its operation.
func (m *Mock) serve(a *answer, r *http.Request, op server.OperationInfo) {
	// What the generated types cannot hold, as an integer beyond 64 bits, is refused.
	// The errors here would repeat values.
	unfit := func(http.ResponseWriter, *http.Request, error) {
		a.refuse(breach("$", "type", "must fit into the Go types of package api"), op)
	}
	options := server.StrictHTTPServerOptions{RequestErrorHandlerFunc: unfit}
	handler := server.NewStrictHandlerWithOptions(m.operations(a), nil, options)
	r.Body = exactly(r.Body)
	op.Serve(&server.ServerInterfaceWrapper{Handler: handler, ErrorHandlerFunc: unfit}, a, r)
}

// exactBody is a body that the generated server does not decode again but takes
// the value of, with names as they are: encoding/json takes EMAIL for email.
type exactBody struct {
	io.ReadCloser
	value any
}

// ValidatedValue is what oapi-codegen/runtime asks a body for.
func (b exactBody) ValidatedValue() any { return b.value }

// exactly decodes a body in memory that is empty or known to be JSON.
func exactly(body io.ReadCloser) io.ReadCloser {
	data, _ := io.ReadAll(body)
	same := io.NopCloser(bytes.NewReader(data))
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil {
		return same
	}
	return exactBody{same, whole(value)}
}

// whole writes 1.0 and 1e2 as 1 and 100: integers to JSON Schema, but not to a Go
// int. From 2^53 on a float64 is not exact.
func whole(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for name, member := range value {
			value[name] = whole(member)
		}
	case []any:
		for i, element := range value {
			value[i] = whole(element)
		}
	case json.Number:
		if f, err := value.Float64(); err == nil && f == math.Trunc(f) && math.Abs(f) < 1<<53 {
			return json.Number(strconv.FormatInt(int64(f), 10))
		}
	}
	return value
}
