package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/umbrella-api/umbrella-go/contract"
)

// operation is one of the document.
type operation struct {
	*openapi3.Operation
	method, path string
	parameters   openapi3.Parameters // with those of the path
}

// operations are all of a document, which here is that of package contract, by their id.
func operations(data []byte) (map[string]operation, error) {
	document, err := openapi3.NewLoader().LoadFromData(data)
	if err != nil {
		return nil, fmt.Errorf("reading the document: %w", err)
	}
	all := map[string]operation{}
	for path, item := range document.Paths.Map() {
		for method, op := range item.Operations() {
			parameters := slices.Clone(op.Parameters)
			for _, p := range item.Parameters {
				if parameters.GetByInAndName(p.Value.In, p.Value.Name) == nil {
					parameters = append(parameters, p)
				}
			}
			all[op.OperationID] = operation{op, method, path, parameters}
		}
	}
	return all, nil
}

// safe reports whether the operation changes nothing.
func (o operation) safe() bool { return o.method == http.MethodGet || o.method == http.MethodHead }

// example is the request that the document gives as an example.
func (o operation) example() (map[string]any, error) {
	examples := o.RequestBody.Value.Content.Get(jsonType).Examples
	for _, name := range slices.Sorted(maps.Keys(examples)) {
		if body, ok := examples[name].Value.Value.(map[string]any); ok {
			return maps.Clone(body), nil
		}
	}
	return nil, errors.New("the document has no example request: give each field by a flag")
}

const jsonType = "application/json"

// request is a call of the operation on server, a base URL. A body that is nil is none.
func (o operation) request(ctx context.Context, server string, values map[string]string, body []byte) (*http.Request, error) {
	path, query, header := o.path, url.Values{}, http.Header{}
	for _, p := range o.parameters {
		value, given := values[p.Value.Name]
		switch {
		case !given:
		case p.Value.In == openapi3.ParameterInPath:
			path = strings.ReplaceAll(path, "{"+p.Value.Name+"}", url.PathEscape(value))
		case p.Value.In == openapi3.ParameterInQuery:
			query.Set(p.Value.Name, value)
		case p.Value.In == openapi3.ParameterInHeader:
			header.Set(p.Value.Name, value)
		}
	}
	target := strings.TrimRight(server, "/") + path
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	var reader io.Reader
	if body != nil {
		reader = bytes.NewReader(body)
		header.Set("Content-Type", jsonType)
	}
	req, err := http.NewRequestWithContext(ctx, o.method, target, reader)
	if err != nil {
		return nil, errors.New("the request cannot be made")
	}
	req.Header = header
	return req, nil
}

// check holds a call, and the answer if there is one already, against the document. A
// name in the body that the document does not have is wrong too if closed: the API may
// ignore it, and so a mistyped name would be lost without a word.
func (o operation) check(values map[string]string, body []byte, resp *http.Response, closed bool) error {
	req, err := o.request(context.Background(), "", values, body)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer none")
	opts := []contract.Option{contract.WithServer("/")}
	if closed {
		opts = append(opts, contract.Sealed())
	}
	validator, err := contract.New(opts...)
	switch {
	case err != nil:
		return err
	case resp != nil:
		return validator.ValidateResponse(req, resp)
	}
	return validator.ValidateRequest(req)
}

// violations are what check finds in a call.
func (o operation) violations(values map[string]string, body []byte, closed bool) ([]contract.Violation, error) {
	var found *contract.Error
	if err := o.check(values, body, nil, closed); !errors.As(err, &found) {
		return nil, err
	}
	return found.Violations, nil
}
