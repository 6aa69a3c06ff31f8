package contract

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"mime"
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/umbrella-api/umbrella-go/internal/format"
)

// formats are asserted in bodies and parameters alike.
var formats = map[string]struct {
	check func(string) error
	words string
}{
	"email":     {format.Email, "an e-mail address (local@domain)"},
	"uri":       {format.URI, "an absolute URI (scheme://host/path)"},
	"date-time": {format.DateTime, "an RFC 3339 date-time with a zone"},
	"date":      {format.Date, "an RFC 3339 date"},
	"uuid":      {format.UUID, "a UUID"},
}

// load reads the document, compiles the schemas of all bodies and builds the routers.
func (v *Validator) load(data []byte) error {
	loader := openapi3.NewLoader()
	loader.IncludeOrigin = true // positions give violations their order; YAML has them, JSON has not
	doc, err := loader.LoadFromData(append([]byte("# JSON as YAML\n"), bytes.ReplaceAll(data, []byte("\t"), []byte(" "))...))
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
	p := preparation{root: root, sealed: sealed}
	p.walk(root)
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

// preparation changes the copy of the document that jsonschema gets.
type preparation struct {
	root   any
	sealed bool
}

// walk goes through everything that is or may hold a schema.
func (p preparation) walk(node any) {
	switch node := node.(type) {
	case []any:
		for _, item := range node {
			p.walk(item)
		}
	case map[string]any:
		separate(node)
		for name, member := range node {
			switch name {
			case "example", "examples", "enum", "const", "default":
			case "not", "if": // closed, they would say something else
				preparation{}.walk(member)
			case "schema", "items", "additionalProperties":
				p.walk(member)
				p.seal(member)
			case "properties":
				p.walk(member)
				properties, _ := member.(map[string]any)
				for _, property := range properties {
					p.seal(property)
				}
			default:
				p.walk(member)
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

// seal closes a schema that judges a value alone: a part of another one would
// refuse the properties of its neighbours.
func (p preparation) seal(node any) {
	if s, ok := node.(map[string]any); ok && p.sealed && s["unevaluatedProperties"] == nil && p.isObject(s, 0) {
		s["unevaluatedProperties"] = false
	}
}

// isObject reports whether a schema, or what it is composed of, says what
// properties an object has. One that says nothing stays open.
func (p preparation) isObject(node any, depth int) bool {
	s, _ := node.(map[string]any)
	if s["properties"] != nil || strings.Contains(fmt.Sprint(s["type"]), "object") {
		return true
	}
	var parts []any
	for _, keyword := range []string{"allOf", "anyOf", "oneOf"} {
		some, _ := s[keyword].([]any)
		parts = append(parts, some...)
	}
	if ref, ok := s["$ref"].(string); ok {
		target := p.root
		for name := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
			members, _ := target.(map[string]any)
			target = members[name]
		}
		parts = append(parts, target)
	}
	return depth < 16 && slices.ContainsFunc(parts, func(part any) bool { return p.isObject(part, depth+1) })
}
