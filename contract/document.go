package contract

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// load reads the document, prepares the private copy for kin-openapi and returns
// its servers.
func load(data []byte, s settings) ([]server, error) {
	loader := openapi3.NewLoader()
	loader.IncludeOrigin = true // line numbers give violations their order
	doc, err := loader.LoadFromData(data)
	if err != nil {
		return nil, fmt.Errorf("reading the document: %w", err)
	}
	if err := doc.Validate(context.Background(), openapi3.DisableExamplesValidation()); err != nil {
		return nil, fmt.Errorf("the document is not valid: %w", err)
	}
	if !doc.IsOpenAPI31OrLater() {
		return nil, errors.New("the document is not OpenAPI 3.1")
	}
	for path, item := range doc.Paths.Map() {
		for method, operation := range item.Operations() {
			if err := checkable(operation); err != nil {
				return nil, fmt.Errorf("%s %s: %w", method, path, err)
			}
		}
	}
	if s.sealed {
		seal(doc)
	}
	_ = doc.WalkSchemas(prepare)
	if s.server != "" {
		doc.Servers = openapi3.Servers{{URL: s.server}}
	}
	return newServers(doc)
}

// checkable refuses an operation with bodies that this package cannot check.
func checkable(operation *openapi3.Operation) error {
	var contents []openapi3.Content
	if body := operation.RequestBody; body != nil {
		contents = append(contents, body.Value.Content)
	}
	for _, response := range operation.Responses.Map() {
		contents = append(contents, response.Value.Content)
	}
	for _, content := range contents {
		for name := range content {
			base, _, _ := mime.ParseMediaType(name)
			if base != "application/json" && !strings.HasSuffix(base, "+json") {
				return fmt.Errorf("cannot check the media type %s", name)
			}
		}
	}
	return nil
}

// prepare works around two habits of kin-openapi.
func prepare(_ string, ref *openapi3.SchemaRef) error {
	s := ref.Value
	// It takes its OpenAPI 3.0 checker, which stops early, for a schema with a
	// $ref inside, unless a JSON Schema 2020 keyword is there. This one asks nothing.
	if len(s.DependentRequired) == 0 {
		s.DependentRequired = map[string][]string{"": {}}
	}
	// Its JSON Schema engine stops at a failed format, and a pattern beside it
	// would go unreported: an allOf keeps them apart.
	if s.Format != "" && (s.Pattern != "" || s.MinLength > 0 || s.MaxLength != nil) {
		s.AllOf = append(s.AllOf, openapi3.NewSchemaRef("", &openapi3.Schema{Format: s.Format}))
		s.Format = ""
	}
	return nil
}

// seal closes each object that the document leaves open. The parts of a
// composition stay open: closed, they would refuse each other's properties.
func seal(doc *openapi3.T) {
	composed := make(map[*openapi3.Schema]bool)
	_ = doc.WalkSchemas(func(_ string, ref *openapi3.SchemaRef) error {
		s := ref.Value
		for _, parts := range []openapi3.SchemaRefs{s.AllOf, s.AnyOf, s.OneOf, {s.Not, s.If}} {
			for _, part := range parts {
				if part != nil {
					composed[s], composed[part.Value] = true, true
				}
			}
		}
		return nil
	})
	_ = doc.WalkSchemas(func(_ string, ref *openapi3.SchemaRef) error {
		s := ref.Value
		open := s.AdditionalProperties == openapi3.AdditionalProperties{}
		if open && !composed[s] && (s.Type.Includes(openapi3.TypeObject) || len(s.Properties) > 0) {
			s.WithoutAdditionalProperties()
		}
		return nil
	})
}
