package main

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/contract"
)

const jsonType = "application/json"

// operation is a request that carries data the way that the generated client
// sends it, on a server at "/".
func operation(data []byte) (*http.Request, error) {
	req, err := api.NewCreateSessionLinkRequestWithBody("/", jsonType, bytes.NewReader(data))
	if err == nil {
		req.Header.Set("Authorization", "Bearer none")
	}
	return req, err
}

// example returns the request that the document gives as an example.
func example() (map[string]any, error) {
	req, err := operation(nil)
	if err != nil {
		return nil, err
	}
	document, err := openapi3.NewLoader().LoadFromData(umbrella.OpenAPI())
	if err != nil {
		return nil, fmt.Errorf("reading the document: %w", err)
	}
	examples := document.Paths.Value(req.URL.Path).GetOperation(req.Method).RequestBody.Value.Content.Get(jsonType).Examples
	for _, name := range slices.Sorted(maps.Keys(examples)) {
		if body, ok := examples[name].Value.Value.(map[string]any); ok {
			return body, nil
		}
	}
	return nil, errors.New("the document has no example request: give each field by a flag")
}

// violations holds a request against the document. In a file a name that the
// document does not have is one too: the API may ignore it, and so a mistyped name
// would be lost without a word.
func violations(data []byte, fromFile bool) ([]contract.Violation, error) {
	req, err := operation(data)
	if err != nil {
		return nil, err
	}
	opts := []contract.Option{contract.WithServer("/")}
	if fromFile {
		opts = append(opts, contract.Sealed())
	}
	validator, err := contract.New(opts...)
	if err != nil {
		return nil, err
	}
	var found *contract.Error
	if err := validator.ValidateRequest(req); !errors.As(err, &found) {
		return nil, err
	}
	return found.Violations, nil
}
