package umbrellatest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"

	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/server"
)

// serve lets the generated server decode a request that keeps to the document and
// calls its operation.
func (m *Mock) serve(a *answer, r *http.Request, op server.Operation) {
	// What the generated Go types cannot hold, such as an integer beyond 64 bits.
	// The errors here would repeat values.
	unfit := func(http.ResponseWriter, *http.Request, error) {
		a.refuse(refusal("$", "type", "must fit into the Go types of package api"), op)
	}
	failed := func(http.ResponseWriter, *http.Request, error) {
		writeMessage(a, http.StatusInternalServerError, "umbrellatest: the mock could not make its answer")
	}
	r.Body = exactly(r.Body)
	op.Serve(&server.ServerInterfaceWrapper{
		Handler: server.NewStrictHandlerWithOptions(m.operations, nil, server.StrictHTTPServerOptions{
			RequestErrorHandlerFunc: unfit, ResponseErrorHandlerFunc: failed,
		}),
		ErrorHandlerFunc: unfit,
	}, a, r)
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
	return exactBody{same, value}
}
