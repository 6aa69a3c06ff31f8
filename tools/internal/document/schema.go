package document

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"gopkg.in/yaml.v3"
)

const (
	annotations = "title description deprecated example examples default readOnly writeOnly externalDocs xml " +
		"contentEncoding contentMediaType contentSchema $comment"
	schemaKeys = annotations + " type enum const format pattern minLength maxLength " +
		"minimum maximum exclusiveMinimum exclusiveMaximum multipleOf items minItems maxItems uniqueItems " +
		"properties required additionalProperties minProperties maxProperties allOf"
)

var refusedInSchemas = refusals(map[string]string{
	"oneOf anyOf": "describe one form in overlay.yaml, or remove the keyword there to take any value",
	"not if then else dependentRequired dependentSchemas dependencies": "remove it in overlay.yaml, or write the rule out in properties and required",
	"patternProperties propertyNames":                                  "remove it in overlay.yaml, or use additionalProperties",
	"prefixItems additionalItems contains minContains maxContains":     "remove it in overlay.yaml, or use items",
	"unevaluatedProperties unevaluatedItems":                           "remove it in overlay.yaml, or use additionalProperties",
	"discriminator":                                                    "remove it in overlay.yaml",
	"nullable":                                                         "it is not of OpenAPI 3.1; write type: [..., 'null']",
	"$defs definitions":                                                "move the schemas to components.schemas",
	"$id $schema $anchor $dynamicAnchor $dynamicRef $vocabulary":       "remove it; schemas refer to each other as #/components/schemas/…",
	"x-go-type x-go-type-import x-go-json-ignore x-omitempty x-omitzero x-go-type-skip-optional-pointer": "remove it from overlay.yaml; x-go-type-name and x-go-name may name things",
})

// refusals gives each of the keywords, which are separated by spaces, its advice.
func refusals(lists map[string]string) map[string]string {
	all := map[string]string{}
	for keys, advice := range lists {
		for key := range strings.FieldsSeq(keys) {
			all[key] = advice
		}
	}
	return all
}

// schemas reads components.schemas.
func (r *reader) schemas() {
	section, _ := r.at(r.root, "components", "schemas")
	for _, n := range r.children(section) {
		r.named[n.key] = &Schema{Name: n.key} // first, for references forward
	}
	for _, n := range r.children(section) {
		s := r.named[n.key]
		r.fill(s, n)
		r.doc.Schemas = append(r.doc.Schemas, s)
	}
	for _, s := range r.doc.Schemas {
		for next, steps := s, 0; next.Ref != nil; next, steps = next.Ref, steps+1 {
			if steps > len(r.named) {
				r.errs = append(r.errs, fmt.Errorf("%s: a $ref leads to itself; write its target out", s.Place))
				s.Ref, r.broken[s] = nil, true
				break
			}
		}
	}
}

func (r *reader) schema(n node) *Schema {
	s := &Schema{}
	r.fill(s, n)
	return s
}

func (r *reader) fill(s *Schema, n node) {
	s.Place, s.Node = n.place, n.Node
	r.doc.All = append(r.doc.All, s)
	if n.Tag == "!!bool" {
		r.refuse(n, "a schema that is "+n.Value, "write {} for any value, or describe it")
		r.broken[s] = true
		return
	}
	byDefault, _ := r.get(n, "default")
	s.GoName, s.Example, s.Default = r.text(n, "x-go-type-name"), r.example(n), byDefault.Node
	if ref, ok := r.get(n, "$ref"); ok {
		r.reference(s, n, ref)
		return
	}
	r.broken[s] = !r.keys(n, schemaKeys, refusedInSchemas)
	r.types(s, n)
	r.object(s, n)
	r.array(s, n)
	r.scalars(s, n)
	r.enum(s, n)
}

func (r *reader) reference(s *Schema, n, ref node) {
	for _, child := range r.children(n) {
		if child.key == "x-go-type-name" || child.key != "$ref" && !isOneOf(child.key, annotations) {
			r.refuse(child, child.key+" beside $ref", "write both into an allOf, or the target out")
		}
	}
	name, local := strings.CutPrefix(ref.Value, "#/components/schemas/")
	name = unescape(name)
	target, known := r.named[name]
	switch {
	case !strings.HasPrefix(ref.Value, "#"):
		r.refuse(ref, fmt.Sprintf("a $ref to %q, out of the document,", ref.Value), "write its target out")
	case !local || strings.Contains(name, "/"):
		r.refuse(ref, fmt.Sprintf("a $ref to %q", ref.Value), "move its target to components.schemas")
	case !known:
		r.wrong(ref, "there is no %s in components.schemas; correct the $ref", name)
	}
	s.Ref, r.broken[s] = target, target == nil
}

// example returns example or the first of examples, of a schema or of a media
// type, where examples have names.
func (r *reader) example(n node) *yaml.Node {
	if example, ok := r.get(n, "example"); ok {
		return example.Node
	}
	examples, _ := r.get(n, "examples")
	for _, example := range r.children(examples) {
		if examples.Kind == yaml.SequenceNode {
			return example.Node
		}
		if example, ok := r.follow(example, "examples"); ok {
			value, _ := r.get(example, "value")
			return value.Node
		}
	}
	return nil
}

func (r *reader) types(s *Schema, n node) {
	types, ok := r.get(n, "type")
	list := []node{types}
	switch {
	case ok && types.Kind == yaml.SequenceNode:
		list = r.children(types)
	case !ok && r.untyped(n):
		return
	case !ok:
		_, merged := r.get(n, "allOf")
		if !merged && !r.broken[s] {
			r.wrong(n, "has no type, so its rules hold for some values only; add the type in overlay.yaml")
			r.broken[s] = true
		}
		return
	}
	for _, t := range list {
		switch {
		case t.Value == "null":
			s.Nullable = true
		case slices.Contains([]string{"string", "integer", "number", "boolean", "object", "array"}, t.Value):
			s.Types = append(s.Types, t.Value)
		default:
			r.wrong(t, "type %q is none of JSON Schema; correct it", t.Value)
			r.broken[s] = true
			return
		}
	}
	if len(s.Types) != 1 {
		r.refuse(types, "type with other than one type (and null)", "keep one type in overlay.yaml")
		r.broken[s] = true
	}
}

// untyped reports whether n says nothing but annotations: any value will do.
func (r *reader) untyped(n node) bool {
	for _, child := range r.children(n) {
		if !isOneOf(child.key, annotations) {
			return false
		}
	}
	return true
}

func (r *reader) object(s *Schema, n node) {
	properties, _ := r.get(n, "properties")
	for _, child := range r.children(properties) {
		if child.key == "" || child.key == "-" || strings.ContainsFunc(child.key, untaggable) {
			r.refuse(child, fmt.Sprintf("the property name %q", child.key), "encoding/json has no tag for it; remove the property in overlay.yaml")
		}
		s.Properties = append(s.Properties, &Property{child.key, r.schema(child)})
	}
	required, _ := r.get(n, "required")
	for _, name := range r.children(required) {
		s.Required = append(s.Required, name.Value)
	}
	s.MinProperties, s.MaxProperties = r.count(n, "minProperties"), r.count(n, "maxProperties")
	more, ok := r.get(n, "additionalProperties")
	switch {
	case ok && more.Tag == "!!bool":
		s.Closed = more.Value == "false"
	case ok:
		s.AdditionalProperties = r.schema(more)
	}
	allOf, _ := r.get(n, "allOf")
	for _, part := range r.children(allOf) {
		s.AllOf = append(s.AllOf, r.schema(part))
	}
}

// untaggable reports whether encoding/json would ignore a tag with c in its name.
func untaggable(c rune) bool {
	return !unicode.IsLetter(c) && !unicode.IsDigit(c) && !strings.ContainsRune("!#$%&()*+-./:;<=>?@[]^_{|}~ ", c)
}

func (r *reader) array(s *Schema, n node) {
	if items, ok := r.get(n, "items"); ok {
		s.Items = r.schema(items)
	} else if slices.Contains(s.Types, "array") {
		r.wrong(n, "is an array without items; say in overlay.yaml what is in it, items: {} for anything")
	}
	s.MinItems, s.MaxItems = r.count(n, "minItems"), r.count(n, "maxItems")
	s.UniqueItems = r.flag(n, "uniqueItems", false)
}

func (r *reader) scalars(s *Schema, n node) {
	s.Format, s.Pattern = r.text(n, "format"), r.text(n, "pattern")
	if slices.Contains(s.Types, "string") && slices.Contains([]string{"byte", "binary", "json"}, s.Format) {
		r.refuse(n, "format "+s.Format, "remove it in overlay.yaml, then the value is a plain string")
	}
	s.MinLength, s.MaxLength = r.count(n, "minLength"), r.count(n, "maxLength")
	s.Minimum, s.Maximum = r.number(n, "minimum"), r.number(n, "maximum")
	s.ExclusiveMinimum, s.ExclusiveMaximum = r.number(n, "exclusiveMinimum"), r.number(n, "exclusiveMaximum")
	s.MultipleOf = r.number(n, "multipleOf")
}

func (r *reader) enum(s *Schema, n node) {
	if value, ok := r.get(n, "const"); ok {
		r.scalarOf(s, value, "const")
		s.Const = value.Node
	}
	values, ok := r.get(n, "enum")
	if !ok {
		return
	}
	nullable := false
	for _, value := range r.children(values) {
		if value.Tag == "!!null" {
			nullable = true
			continue
		}
		r.scalarOf(s, value, "enum")
		s.Enum = append(s.Enum, value.Node)
	}
	s.Nullable = s.Nullable && nullable // null has to be in both
	if len(s.Enum) == 0 {
		r.refuse(values, "an enum without a value other than null", "remove it in overlay.yaml")
	}
}

// scalarOf refuses a value of enum or const that the schema's type does not have.
func (r *reader) scalarOf(s *Schema, value node, keyword string) {
	tags := map[string]string{"!!int": "integer number", "!!float": "number", "!!bool": "boolean", "!!str": "string", "!!timestamp": "string"}
	fits := value.Kind == yaml.ScalarNode && len(s.Types) == 1 && strings.Contains(tags[value.Tag], s.Types[0])
	if fits && strings.Contains(tags[value.Tag], "number") {
		fits = isNumber(value.Node)
	}
	if !fits {
		r.refuse(value, "a value of "+keyword+" that is not of the schema's one type", "correct it or the type, or remove it, in overlay.yaml")
	}
}
