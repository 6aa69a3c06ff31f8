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

// checkNames refuses names that the document does not have. The API may ignore
// them, and so a mistyped one would be lost without a word.
func checkNames(data []byte) error {
	req, err := operation(data)
	if err != nil {
		return err
	}
	sealed, err := contract.New(contract.Sealed(), contract.WithServer("/"))
	if err != nil {
		return err
	}
	var found *contract.Error
	if errors.As(sealed.ValidateRequest(req), &found) {
		return usagef("%s in --file %s: correct or remove it", found.Violations[0].Path, found.Violations[0].Reason)
	}
	return nil
}
