package contract

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// load reads the document and prepares the private copy for kin-openapi.
func load(data []byte, sealed bool) (*openapi3.T, error) {
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
			if err := prepare(operation); err != nil {
				return nil, fmt.Errorf("%s %s: %w", method, path, err)
			}
		}
	}
	if sealed {
		if err := seal(doc); err != nil {
			return nil, fmt.Errorf("sealing the document: %w", err)
		}
	}
	return doc, doc.WalkSchemas(detachFormat)
}

// prepare refuses bodies that this package could not check, and has all others
// checked by the JSON Schema engine.
func prepare(operation *openapi3.Operation) error {
	var contents []openapi3.Content
	if body := operation.RequestBody; body != nil && body.Value != nil {
		contents = append(contents, body.Value.Content)
	}
	for _, response := range operation.Responses.Map() {
		contents = append(contents, response.Value.Content)
	}
	for _, content := range contents {
		for name, media := range content {
			if !isJSON(name) {
				return fmt.Errorf("cannot check the media type %s", name)
			}
			if media.Schema == nil || media.Schema.Value.Always != nil {
				continue
			}
			// kin-openapi takes its OpenAPI 3.0 checker, which stops early, for a
			// schema with a $ref inside, unless a JSON Schema 2020 keyword is
			// there. A "then" without "if" is one, and means nothing.
			if root := media.Schema.Value; root.Then == nil {
				root.Then = openapi3.NewSchemaRef("", openapi3.NewSchema())
			}
		}
	}
	return nil
}

func isJSON(mediaType string) bool {
	mediaType, _, _ = strings.Cut(strings.ToLower(mediaType), ";")
	mediaType = strings.TrimSpace(mediaType)
	return mediaType == "application/json" || strings.HasSuffix(mediaType, "+json")
}

// detachFormat moves a format into an allOf of its own: the JSON Schema engine
// stops at a failed format, and a pattern beside it would go unreported.
func detachFormat(_ string, ref *openapi3.SchemaRef) error {
	s := ref.Value
	if s.Format == "" || s.Pattern == "" && s.MinLength == 0 && s.MaxLength == nil {
		return nil
	}
	s.AllOf = append(s.AllOf, openapi3.NewSchemaRef("", &openapi3.Schema{Format: s.Format}))
	s.Format = ""
	return nil
}

// seal closes each object that the document leaves open. The parts of a
// composition stay open: closed, they would refuse each other's properties.
func seal(doc *openapi3.T) error {
	composed := make(map[*openapi3.Schema]bool)
	err := doc.WalkSchemas(func(_ string, ref *openapi3.SchemaRef) error {
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
	if err != nil {
		return err
	}
	return doc.WalkSchemas(func(_ string, ref *openapi3.SchemaRef) error {
		s := ref.Value
		open := s.AdditionalProperties.Has == nil && s.AdditionalProperties.Schema == nil
		if open && !composed[s] && (s.Type.Includes(openapi3.TypeObject) || len(s.Properties) > 0) {
			closed := false
			s.AdditionalProperties.Has = &closed
		}
		return nil
	})
}
