package server

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"strconv"
)

// RawAnswer is a complete answer to any operation: a status and a JSON body, "" for
// none.
type RawAnswer struct {
	Status int
	Body   string
}

// Write sends the answer.
func (a RawAnswer) Write(w http.ResponseWriter) error {
	if a.Body == "" {
		w.WriteHeader(a.Status)
		return nil
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(a.Status)
	_, err := io.WriteString(w, a.Body)
	return err
}

// OperationInfo is what the mock knows of an operation of the document.
type OperationInfo struct {
	// Serve decodes the request and calls the method of the operation.
	Serve func(*ServerInterfaceWrapper, http.ResponseWriter, *http.Request)
	// Names has those path parameters that Serve knows by another name.
	Names map[string]string
	// Answers has the documented answers by status.
	Answers map[int]string
}

// Documented returns the documented answer of that status, if there is one.
func (o OperationInfo) Documented(status int) (RawAnswer, bool) {
	body, ok := o.Answers[status]
	return RawAnswer{status, body}, ok
}

// Call decodes a request that keeps to the document, calls the operation o of
// behaviour, and writes its answer. A request that the generated types cannot hold,
// such as an integer beyond 64 bits, is left to unfit.
func (o OperationInfo) Call(behaviour StrictServerInterface, w http.ResponseWriter, r *http.Request, unfit func()) {
	// The errors here would repeat values.
	failed := func(http.ResponseWriter, *http.Request, error) { unfit() }
	handler := NewStrictHandlerWithOptions(behaviour, nil, StrictHTTPServerOptions{RequestErrorHandlerFunc: failed})
	r.Body = exactly(r.Body)
	o.Serve(&ServerInterfaceWrapper{Handler: handler, ErrorHandlerFunc: failed}, w, r)
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
