package contract

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"mime"
	"net/url"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/umbrella-api/umbrella-go/internal/format"
)

// formats are asserted in bodies and parameters alike.
var formats = map[string]openapi3.StringFormatValidator{
	"email":     openapi3.NewCallbackValidator(format.Email),
	"uri":       openapi3.NewCallbackValidator(format.URI),
	"date-time": openapi3.NewCallbackValidator(format.DateTime),
	"date":      openapi3.NewCallbackValidator(format.Date),
	"uuid":      openapi3.NewCallbackValidator(format.UUID),
}

// load reads the document, gives each operation the parameters of its path and the
// security of the document, compiles the schemas of all bodies and builds the routers.
func (v *Validator) load(data []byte) error {
	loader := openapi3.NewLoader()
	// Positions give violations their order. kin-openapi has them of YAML only,
	// which JSON is, but for tabs.
	loader.IncludeOrigin = true
	yaml := append([]byte("# not read as JSON\n"), bytes.ReplaceAll(data, []byte("\t"), []byte(" "))...)
	doc, err := loader.LoadFromData(yaml)
	if err != nil {
		return fmt.Errorf("reading the document: %w", err)
	}
	if err := doc.Validate(context.Background(), openapi3.DisableExamplesValidation()); err != nil {
		return fmt.Errorf("the document is not valid: %w", err)
	}
	if !doc.IsOpenAPI31OrLater() {
		return errors.New("the document is not OpenAPI 3.1")
	}
	compiler, err := newCompiler(data)
	if err != nil {
		return err
	}
	v.schemas = make(map[*openapi3.MediaType]*jsonschema.Schema)
	for path, item := range doc.Paths.Map() {
		for method, operation := range item.Operations() {
			operation.Security = cmp.Or(operation.Security, &doc.Security)
			for _, p := range item.Parameters {
				if operation.Parameters.GetByInAndName(p.Value.In, p.Value.Name) == nil {
					operation.Parameters = append(operation.Parameters, p)
				}
			}
			at := "#/paths/" + escape(path) + "/" + strings.ToLower(method)
			if body := operation.RequestBody; body != nil {
				err = errors.Join(err, v.compile(compiler, body.Value.Content, cmp.Or(body.Ref, at+"/requestBody")))
			}
			for status, response := range operation.Responses.Map() {
				err = errors.Join(err, v.compile(compiler, response.Value.Content, cmp.Or(response.Ref, at+"/responses/"+status)))
			}
		}
	}
	if err != nil {
		return err
	}
	if v.server != "" {
		doc.Servers = openapi3.Servers{{URL: v.server}}
	}
	v.servers, err = newServers(doc)
	return err
}

// resource is the name under which jsonschema knows the document.
const resource = "contract:///openapi.json"

// compile compiles the schemas of a body, which is at a place in the document,
// and refuses what this package cannot check.
func (v *Validator) compile(compiler *jsonschema.Compiler, content openapi3.Content, place string) (err error) {
	for name, media := range content {
		base, _, _ := mime.ParseMediaType(name)
		if base != "application/json" && !strings.HasSuffix(base, "+json") {
			return fmt.Errorf("%s: cannot check the media type %s", place, name)
		}
		if media.Schema == nil {
			continue
		}
		if v.schemas[media], err = compiler.Compile(resource + place + "/content/" + escape(name) + "/schema"); err != nil {
			return err
		}
		a := adapter{sealed: v.sealed, done: make(map[*jsonschema.Schema]bool)}
		a.value(v.schemas[media])
	}
	return nil
}

// escape writes a name for a JSON pointer in the fragment of a URL.
func escape(name string) string {
	pointer := url.URL{Fragment: strings.NewReplacer("~", "~0", "/", "~1").Replace(name)}
	return pointer.EscapedFragment()
}

func newCompiler(data []byte) (*jsonschema.Compiler, error) {
	root, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	compiler.UseLoader(jsonschema.SchemeURLLoader{}) // nothing from outside
	compiler.AssertFormat()
	for name, check := range formats {
		compiler.RegisterFormat(&jsonschema.Format{Name: name, Validate: func(value any) error {
			if s, ok := value.(string); ok {
				return check.Validate(s)
			}
			return nil
		}})
	}
	return compiler, compiler.AddResource(resource, root)
}
