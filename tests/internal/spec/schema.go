package spec

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// keywords are the schema keywords that the generators know how to keep and to
// break: true for those that one value is judged by, whatever is inside it.
var keywords = map[string]bool{
	"type": true, "format": true, "pattern": true, "enum": true, "const": true,
	"minLength": true, "maxLength": true, "minItems": true, "maxItems": true, "uniqueItems": true,
	"minimum": true, "maximum": true, "exclusiveMinimum": true, "exclusiveMaximum": true, "multipleOf": true,
	"minProperties": true, "maxProperties": true,
	"required": false, "properties": false, "additionalProperties": false, "items": false, "allOf": false, "$ref": false,
}

var annotations = []string{"title", "description", "example", "examples", "default", "deprecated", "$comment"}

// Schema is a JSON Schema, with its $ref followed.
type Schema struct {
	Pointer    string
	Raw        map[string]any
	Types      []string
	Properties map[string]*Schema // those of allOf too
	Required   []string           // those of allOf too
	Additional *Schema            // nil if it is true or false
	Closed     bool               // additionalProperties: false
	Items      *Schema
	Examples   []any

	parts []*Schema // of allOf
	rules []rule
	whole judge
	kin   judge

	once   sync.Once
	nearby []any // scalars that keep it or break it narrowly
	valid  []any // those that keep it
}

func (s *Schema) is(kind string) bool { return slices.Contains(s.Types, kind) }

// names are those of the properties, sorted.
func (s *Schema) names() []string { return sorted(s.Properties) }

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// limit returns a keyword whose value is a count.
func (s *Schema) limit(keyword string, otherwise int) int {
	n, ok := s.Raw[keyword].(json.Number)
	if !ok {
		return otherwise
	}
	f, _ := n.Float64()
	return int(f)
}

func (d *Document) schema(pointer string) (*Schema, error) {
	pointer = d.resolve(pointer)
	if s := d.schemas[pointer]; s != nil {
		return s, nil
	}
	raw := object(d.at(pointer))
	if raw == nil {
		return nil, fmt.Errorf("%s: tests/internal/spec has to learn a schema that is no object", pointer)
	}
	s := &Schema{Pointer: pointer, Raw: raw, Properties: map[string]*Schema{}}
	d.schemas[pointer] = s
	d.Schemas = append(d.Schemas, s)
	for name := range raw {
		if _, known := keywords[name]; !known && !slices.Contains(annotations, name) && !strings.HasPrefix(name, "x-") {
			return nil, fmt.Errorf("%s: tests/internal/spec has to learn the schema keyword %q", pointer, name)
		}
	}
	if name, ok := raw["format"].(string); ok && Formats[name] == nil && s.string("type") == "string" {
		return nil, fmt.Errorf("%s: tests/internal/spec has to learn the format %q", pointer, name)
	}
	s.Types = texts(raw["type"])
	s.Required = texts(raw["required"])
	if example, ok := raw["example"]; ok {
		s.Examples = append(s.Examples, example)
	}
	s.Examples = append(s.Examples, list(raw["examples"])...)
	if err := d.children(s); err != nil {
		return nil, err
	}
	return s, d.judges(s)
}

func (d *Document) children(s *Schema) (err error) {
	for name := range object(s.Raw["properties"]) {
		if s.Properties[name], err = d.schema(s.Pointer + "/properties/" + token(name)); err != nil {
			return err
		}
	}
	switch additional := s.Raw["additionalProperties"].(type) {
	case bool:
		s.Closed = !additional
	case map[string]any:
		if s.Additional, err = d.schema(s.Pointer + "/additionalProperties"); err != nil {
			return err
		}
	}
	if s.Raw["items"] != nil {
		if s.Items, err = d.schema(s.Pointer + "/items"); err != nil {
			return err
		}
	}
	for i := range list(s.Raw["allOf"]) {
		part, err := d.schema(fmt.Sprintf("%s/allOf/%d", s.Pointer, i))
		if err != nil {
			return err
		}
		s.parts = append(s.parts, part)
		maps.Copy(s.Properties, part.Properties)
		s.Required = append(s.Required, part.Required...)
		if len(s.Types) == 0 {
			s.Types = part.Types
		}
	}
	return nil
}

func (s *Schema) string(keyword string) string {
	text, _ := s.Raw[keyword].(string)
	return text
}

// texts returns a string, or an array of strings, as a list.
func texts(v any) []string {
	if text, ok := v.(string); ok {
		return []string{text}
	}
	var all []string
	for _, item := range list(v) {
		text, _ := item.(string)
		all = append(all, text)
	}
	return all
}
