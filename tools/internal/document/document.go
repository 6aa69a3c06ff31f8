// Package document is the vendor's OpenAPI document with overlay.yaml applied, as
// the generators read it: in the order in which it is written, with the text of
// its numbers, and with a place for every complaint.
package document

import (
	"fmt"
	"slices"

	"gopkg.in/yaml.v3"
)

// Document is all that the generators use.
type Document struct {
	// Operations are in the order of the document.
	Operations []*Operation
	// Schemas are the named ones of components.schemas, in the order of the document.
	Schemas []*Schema
	// All are those of Schemas and every other that operations and Schemas hold.
	All []*Schema
	// Root is the overlaid document itself.
	Root *yaml.Node
	// Useless are the indexes of those actions of the overlay that change nothing.
	Useless []int
}

// Operation is one method of one path.
type Operation struct {
	ID          string // operationId as written
	Method      string // in capitals: POST
	Path        string // the template: /sessions/{sessionId}
	Summary     string
	Description string
	Deprecated  bool
	Preview     bool         // x-preview: not in the vendor's document, but on pages of its own
	Parameters  []*Parameter // in path and query, in the order of the document, those of the path item first
	Body        *Schema      // of its application/json; nil if it takes none
	Responses   []*Response  // in the order of the document
	Place       Place
}

// Success is the documented 2xx answer. Load refuses a document without exactly one.
func (o *Operation) Success() *Response {
	for _, r := range o.Responses {
		if r.Status[0] == '2' {
			return r
		}
	}
	return nil
}

// Parameter is a path or query parameter.
type Parameter struct {
	Name        string
	In          string // path or query
	Required    bool
	Description string
	Schema      *Schema
	Place       Place
}

// Response is one documented answer.
type Response struct {
	Status      string // "200"; never "default" or "4XX": Load refuses them
	Description string
	Schema      *Schema    // of application/json; nil if there is no content
	Example     *yaml.Node // the first one, or nil
	Place       Place
}

// Schema is a JSON Schema. An empty keyword is one that the document does not have.
type Schema struct {
	Place Place
	Node  *yaml.Node // what it was read from

	// Ref is what a $ref points to. No other keyword is beside it.
	Ref *Schema
	// Name is that in components.schemas, "" for an inline schema.
	Name string
	// GoName is x-go-type-name, "" if there is none.
	GoName string

	Types    []string // without null
	Nullable bool     // null is among the types

	Example *yaml.Node // example, or the first of examples; nil if there is none
	Default *yaml.Node

	// Objects.
	Properties           []*Property // in the order of the document
	Required             []string    // may name what is not in Properties
	AdditionalProperties *Schema     // of a map; nil if true, false or not there
	Closed               bool        // additionalProperties: false
	MinProperties        *int
	MaxProperties        *int
	AllOf                []*Schema // of objects

	// Arrays.
	Items       *Schema
	MinItems    *int
	MaxItems    *int
	UniqueItems bool

	// Strings.
	Format    string
	Pattern   string
	MinLength *int
	MaxLength *int

	// Numbers, as the document spells them: 1e2, 9007199254740993.
	Minimum, Maximum, ExclusiveMinimum, ExclusiveMaximum, MultipleOf string

	Enum  []*yaml.Node // scalars, without null
	Const *yaml.Node   // a scalar, or nil
}

// Property is a named member of an object.
type Property struct {
	Name   string
	Schema *Schema
}

// Target follows Ref to the schema that says something.
func (s *Schema) Target() *Schema {
	for s.Ref != nil {
		s = s.Ref
	}
	return s
}

// Parts are an object and, one after the other, those of its allOf.
func (s *Schema) Parts() []*Schema {
	s = s.Target()
	all := []*Schema{s}
	for _, part := range s.AllOf {
		all = append(all, part.Parts()...)
	}
	return all
}

// AllProperties are those of all parts of an object.
func (s *Schema) AllProperties() (all []*Property) {
	for _, part := range s.Parts() {
		all = append(all, part.Properties...)
	}
	return all
}

// AllRequired are the names that any part of an object requires, each once.
func (s *Schema) AllRequired() (all []string) {
	for _, part := range s.Parts() {
		for _, name := range part.Required {
			if !slices.Contains(all, name) {
				all = append(all, name)
			}
		}
	}
	return all
}

// Place is where something stands in the document, for a person to find it.
type Place struct {
	File    string // openapi.yaml or overlay.yaml
	Line    int
	Path    string // JSONPath, as an overlay names it: $.components.schemas.Person.properties.age
	Pointer string // JSON pointer: /components/schemas/Person/properties/age
}

func (p Place) String() string { return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Path) }
