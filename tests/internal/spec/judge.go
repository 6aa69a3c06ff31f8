package spec

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

const resource = "file:///document.json"

// judge says whether a decoded value conforms.
type judge func(v any) bool

// rule judges by one keyword of one schema alone, so that no broken rule hides
// another at the same place.
type rule struct {
	keyword string
	ok      judge
}

func newCompiler() *jsonschema.Compiler {
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	for name, check := range Formats {
		c.RegisterFormat(&jsonschema.Format{Name: name, Validate: func(v any) error {
			if text, ok := v.(string); ok {
				return check(text)
			}
			return nil
		}})
	}
	return c
}

// judges compiles what a value of s is judged by: jsonschema for the whole and for
// each keyword, kin-openapi for the whole.
func (d *Document) judges(s *Schema) error {
	whole, err := d.compiler.Compile(resource + "#" + s.Pointer)
	if err != nil {
		return err
	}
	s.whole = func(v any) bool { return whole.Validate(v) == nil }
	for keyword, judged := range keywords {
		if value, ok := s.Raw[keyword]; ok && judged {
			c := newCompiler()
			if err := c.AddResource(resource, map[string]any{keyword: value}); err != nil {
				return err
			}
			one, err := c.Compile(resource)
			if err != nil {
				return fmt.Errorf("%s: %w", s.Pointer, err)
			}
			s.rules = append(s.rules, rule{keyword, func(v any) bool { return one.Validate(v) == nil }})
		}
	}
	slices.SortFunc(s.rules, func(a, b rule) int { return strings.Compare(a.keyword, b.keyword) })

	return nil
}

// judgeByKin gives each schema the verdict of kin-openapi, which reads the document
// by itself, with the schemas once more as components that have a name. A $ref in
// them is absolute, so it means the same there.
func (d *Document) judgeByKin() error {
	root := maps.Clone(object(d.root))
	components := maps.Clone(object(root["components"]))
	schemas := maps.Clone(object(components["schemas"]))
	if components == nil {
		components = map[string]any{}
	}
	if schemas == nil {
		schemas = map[string]any{}
	}
	for i, s := range d.Schemas {
		schemas[fmt.Sprintf("judged%d", i)] = s.Raw
	}
	components["schemas"], root["components"] = schemas, components
	data, err := json.Marshal(root)
	if err != nil {
		return err
	}
	doc, err := openapi3.NewLoader().LoadFromData(data)
	if err != nil {
		return err
	}
	for i, s := range d.Schemas {
		schema := doc.Components.Schemas[fmt.Sprintf("judged%d", i)].Value
		s.kin = func(v any) bool { return schema.VisitJSON(v, kinOptions...) == nil }
	}
	return nil
}

var kinOptions = func() []openapi3.SchemaValidationOption {
	formats := map[string]openapi3.StringFormatValidator{}
	for name, check := range Formats {
		formats[name] = openapi3.NewCallbackValidator(check)
	}
	return []openapi3.SchemaValidationOption{
		openapi3.WithStringFormatValidators(formats),
		openapi3.SetSchemaErrorMessageCustomizer(func(*openapi3.SchemaError) string { return "no" }),
	}
}()

// Conforms reports what jsonschema says of a decoded value.
func (s *Schema) Conforms(v any) bool { return s.whole(v) }

// ConformsToKin reports what kin-openapi's own validator, which has nothing of
// jsonschema, says of a decoded value.
func (s *Schema) ConformsToKin(v any) bool { return s.kin(v) }

// Broken lists every rule that v breaks, as "path keyword", sorted and each once. A
// value of the wrong type breaks no other rule. The names of a map's members are
// data and so not in the paths: each is a *.
func (s *Schema) Broken(v any) []string {
	found := s.broken(nil, "$", v)
	slices.Sort(found)
	return slices.Compact(found)
}

// HasUntypedNull reports whether v has null where s names no type, which
// kin-openapi refuses and JSON Schema allows.
func (s *Schema) HasUntypedNull(v any) bool {
	switch v := v.(type) {
	case nil:
		return len(s.Types) == 0
	case map[string]any:
		for name, member := range v {
			of := s.Properties[name]
			if of == nil {
				of = s.Additional
			}
			if of != nil && of.HasUntypedNull(member) {
				return true
			}
		}
	case []any:
		for _, item := range v {
			if s.Items != nil && s.Items.HasUntypedNull(item) {
				return true
			}
		}
	}
	return false
}

// Held is what a Go value made of v holds: no member that s does not know, and
// none that is null.
func (s *Schema) Held(v any) any {
	switch v := v.(type) {
	case map[string]any:
		held := map[string]any{}
		for name, member := range v {
			of := s.Properties[name]
			if of == nil {
				of = s.Additional
			}
			if of != nil && member != nil {
				held[name] = of.Held(member)
			}
		}
		if len(s.Properties) == 0 && s.Additional == nil {
			return v
		}
		return held
	case []any:
		held := slices.Clone(v)
		for i := range held {
			if s.Items != nil {
				held[i] = s.Items.Held(held[i])
			}
		}
		return held
	}
	return v
}

func (s *Schema) broken(found []string, path string, v any) []string {
	for _, r := range s.rules {
		if r.keyword == "type" && !r.ok(v) {
			return append(found, path+" type")
		}
	}
	for _, r := range s.rules {
		if r.keyword != "type" && !r.ok(v) {
			found = append(found, path+" "+r.keyword)
		}
	}
	for _, part := range s.parts {
		found = part.broken(found, path, v)
	}
	switch v := v.(type) {
	case map[string]any:
		for _, name := range texts(s.Raw["required"]) {
			if _, ok := v[name]; !ok {
				found = append(found, path+"."+name+" required")
			}
		}
		own := object(s.Raw["properties"])
		for name, member := range v {
			switch {
			case own[name] != nil:
				found = s.Properties[name].broken(found, path+"."+name, member)
			case s.Additional != nil:
				found = s.Additional.broken(found, path+".*", member)
			case s.Closed:
				found = append(found, path+"."+name+" additionalProperties")
			}
		}
	case []any:
		for i, item := range v {
			if s.Items != nil {
				found = s.Items.broken(found, fmt.Sprintf("%s[%d]", path, i), item)
			}
		}
	}
	return found
}
