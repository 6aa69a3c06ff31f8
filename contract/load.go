package contract

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// resource is the name under which jsonschema knows the document.
const resource = "contract:///openapi.json"

// load reads the document for kin-openapi, compiles the schemas of all bodies
// and builds the routers.
func (v *Validator) load(data []byte) error {
	d, err := readDocument(data, v.sealed)
	if err != nil {
		return err
	}
	doc, err := openapi3.NewLoader().LoadFromData(data)
	if err != nil {
		return fmt.Errorf("reading the document: %w", err)
	}
	if err := doc.Validate(context.Background(), openapi3.DisableExamplesValidation()); err != nil {
		return fmt.Errorf("the document is not valid: %w", err)
	}
	if !doc.IsOpenAPI31OrLater() {
		return errors.New("the document is not OpenAPI 3.1")
	}
	v.order, v.schemas = d.order, make(map[*openapi3.MediaType]*jsonschema.Schema)
	compiler, err := newCompiler(d.root)
	if err != nil {
		return err
	}
	for path, item := range doc.Paths.Map() {
		for method, operation := range item.Operations() {
			if err := v.compile(compiler, d, operation, "paths", path, strings.ToLower(method)); err != nil {
				return fmt.Errorf("%s %s: %w", method, path, err)
			}
		}
	}
	if v.server != "" {
		doc.Servers = openapi3.Servers{{URL: v.server}}
	}
	v.servers, err = newServers(doc)
	return err
}

func newCompiler(root any) (*jsonschema.Compiler, error) {
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	compiler.UseLoader(jsonschema.SchemeURLLoader{}) // nothing from outside
	compiler.AssertFormat()
	for name, format := range formats {
		compiler.RegisterFormat(&jsonschema.Format{Name: name, Validate: func(value any) error {
			if s, ok := value.(string); ok {
				return format.check(s)
			}
			return nil
		}})
	}
	return compiler, compiler.AddResource(resource, root)
}

// compile compiles the schemas of the bodies of an operation, which is at names
// in the document, and refuses what this package cannot check.
func (v *Validator) compile(compiler *jsonschema.Compiler, d *document, operation *openapi3.Operation, names ...string) error {
	compile := func(content openapi3.Content, of ...string) error {
		for name, media := range content {
			base, _, _ := mime.ParseMediaType(name)
			if base != "application/json" && !strings.HasSuffix(base, "+json") {
				return fmt.Errorf("cannot check the media type %s", name)
			}
			if media.Schema == nil {
				continue
			}
			place := url.URL{Fragment: d.pointer(slices.Concat(names, of, []string{"content", name, "schema"}))}
			schema, err := compiler.Compile(resource + place.String())
			if err != nil {
				return err
			}
			v.schemas[media] = schema
		}
		return nil
	}
	if body := operation.RequestBody; body != nil {
		if err := compile(body.Value.Content, "requestBody"); err != nil {
			return err
		}
	}
	for status, response := range operation.Responses.Map() {
		if err := compile(response.Value.Content, "responses", status); err != nil {
			return err
		}
	}
	return nil
}
