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

// operations are all of the document, by their id.
func (inv *invocation) operations() map[string]operation {
	known, err := operations(contract.OpenAPI())
	if err != nil {
		inv.wrong.add("%s", err)
	}
	return known
}

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

// request is a call of the operation on base, a URL. A body that is nil is none.
func (o operation) request(ctx context.Context, base string, values map[string]string, body []byte) (*http.Request, error) {
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
	target := strings.TrimRight(base, "/") + path
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
// name in a request that the document does not have is wrong too: the API may ignore
// it, and so a mistyped name would be lost without a word.
func (o operation) check(values map[string]string, body []byte, resp *http.Response) error {
	req, err := o.request(context.Background(), "", values, body)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer none")
	opts := []contract.Option{contract.WithServer("/")}
	if resp == nil {
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

// judge holds a request against the document, and says whether it is right. What is
// wrong it adds to inv.wrong, with the place as placed names it, unless that is "".
func (inv *invocation) judge(op operation, values map[string]string, body []byte, placed func(path string) string) bool {
	err := op.check(values, body, nil)
	var found *contract.Error
	if !errors.As(err, &found) {
		inv.wrong.unless(err == nil, fmt.Sprint(err))
		return err == nil
	}
	for _, v := range found.Violations {
		text := v.Reason
		if strings.HasSuffix(v.Rule, "Properties") { // additionalProperties, unevaluatedProperties
			text = "is not in the document: correct or remove it"
		}
		if place := placed(v.Path); place != "" {
			inv.wrong.add("%s %s", place, text)
		}
	}
	return false
}
