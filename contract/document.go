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
var formats = map[string]func(string) error{
	"email": format.Email, "uri": format.URI, "date-time": format.DateTime, "date": format.Date, "uuid": format.UUID,
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
	compiler, err := newCompiler(data, v.sealed)
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
		bound(make(map[*jsonschema.Schema]bool), v.schemas[media])
	}
	return nil
}

// escape writes a name for a JSON pointer in the fragment of a URL.
func escape(name string) string {
	pointer := url.URL{Fragment: strings.NewReplacer("~", "~0", "/", "~1").Replace(name)}
	return pointer.EscapedFragment()
}

func newCompiler(data []byte, sealed bool) (*jsonschema.Compiler, error) {
	root, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	prepare(root, sealed)
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	compiler.UseLoader(jsonschema.SchemeURLLoader{}) // nothing from outside
	compiler.AssertFormat()
	for name, check := range formats {
		compiler.RegisterFormat(&jsonschema.Format{Name: name, Validate: func(value any) error {
			if s, ok := value.(string); ok {
				return check(s)
			}
			return nil
		}})
	}
	return compiler, compiler.AddResource(resource, root)
}

// prepare changes everything that is or may hold a schema.
func prepare(node any, sealed bool) {
	switch node := node.(type) {
	case []any:
		for _, item := range node {
			prepare(item, sealed)
		}
	case map[string]any:
		separate(node)
		for name, member := range node {
			switch name {
			case "example", "examples", "enum", "const", "default":
				continue
			}
			prepare(member, sealed)
			switch properties, _ := member.(map[string]any); {
			case !sealed:
			case name == "schema", name == "items", name == "additionalProperties":
				seal(member)
			case name == "properties":
				for _, property := range properties {
					seal(property)
				}
			}
		}
	}
}

// separate moves the keywords at which jsonschema stops, and hides what else is
// wrong with a value, into an allOf, whose parts are judged side by side.
func separate(s map[string]any) {
	for _, hidden := range []string{"pattern", "minLength", "maxLength", "minimum", "maximum", "multipleOf"} {
		if s[hidden] == nil {
			continue
		}
		for _, keyword := range []string{"format", "enum"} {
			value := s[keyword]
			if _, isProperty := value.(map[string]any); value != nil && !isProperty {
				all, _ := s["allOf"].([]any)
				s["allOf"] = append(all, map[string]any{keyword: value})
				delete(s, keyword)
			}
		}
	}
}

// seal closes a schema that judges a value alone and says what properties it has:
// a part of another schema would refuse the properties of its neighbours.
func seal(node any) {
	s, _ := node.(map[string]any)
	isObject := strings.Contains(fmt.Sprint(s["type"]), "object")
	for _, keyword := range []string{"properties", "$ref", "allOf", "anyOf", "oneOf"} {
		isObject = isObject || s[keyword] != nil
	}
	if isObject && s["unevaluatedProperties"] == nil {
		s["unevaluatedProperties"] = false
	}
}
