// Package sample makes JSON values that keep to a schema of the document: what
// the mock answers with. No value leaves it that a JSON Schema validator, which
// knows nothing of this package, has not accepted.
package sample

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"

	"github.com/umbrella-api/umbrella-go/tools/internal/document"
)

// Maker makes values for the schemas of one document.
type Maker struct {
	compiler *jsonschema.Compiler
	compiled map[*document.Schema]*jsonschema.Schema
	open     []*document.Schema // those that are being made, to end a recursion
	steps    int                // how many have been made for this value
}

// plenty is when a value has enough in it and gets no more properties that need
// not be there: schemas that refer to each other can be nested in very many ways.
const plenty = 500

const resource = "file:///document.json"

// New returns a Maker. The error says why the document cannot be compiled.
func New(doc *document.Document) (*Maker, error) {
	data, err := document.JSON(doc.Root)
	if err != nil {
		return nil, err
	}
	root, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("reading the document as JSON: %w", err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource(resource, root); err != nil {
		return nil, fmt.Errorf("reading the document as JSON Schema: %w", err)
	}
	return &Maker{compiler: compiler, compiled: map[*document.Schema]*jsonschema.Schema{}}, nil
}

// Answer returns the body of a documented answer: its example, else a value made
// from its schema; nil if it has no body. A broken example is not used, and
// complaint says so.
func (m *Maker) Answer(r *document.Response) (body []byte, complaint string, err error) {
	if r.Schema == nil {
		return nil, "", nil
	}
	if r.Example != nil {
		body, err := document.JSON(r.Example)
		if err != nil {
			return nil, "", fmt.Errorf("%s: the example: %w", r.Place, err)
		}
		if ok, err := m.allows(r.Schema, body); ok || err != nil {
			return body, "", err
		}
		complaint = fmt.Sprintf("the example of %s breaks its schema and is not used", r.Place.Path)
	}
	body, err = m.Value(r.Schema)
	return body, complaint, err
}

// Value returns a value that s allows. The error names the place for which none
// can be made, and what to do.
func (m *Maker) Value(s *document.Schema) ([]byte, error) {
	m.open, m.steps = nil, 0
	return m.make(s, 0)
}

// make returns the n-th value that s allows, counted from 0 and again from the
// first where there are fewer.
func (m *Maker) make(s *document.Schema, n int) ([]byte, error) {
	if slices.Contains(m.open, s) {
		return nil, impossible(s)
	}
	m.open = append(m.open, s)
	m.steps++
	defer func() { m.open = m.open[:len(m.open)-1] }()
	if s.Ref != nil {
		return m.make(s.Ref, n)
	}
	values, err := m.allowed(s, given(s))
	if err == nil && len(values) <= n {
		var made [][]byte
		if made, err = m.made(s, n); err == nil {
			values, err = m.allowed(s, append(values, made...))
		}
	}
	if len(values) > 0 {
		return values[n%len(values)], nil
	}
	if nothing, _ := m.allowed(s, [][]byte{[]byte("null")}); len(nothing) > 0 {
		return nothing[0], nil
	}
	if err != nil {
		return nil, err // about a place inside s
	}
	return nil, impossible(s)
}

// allowed is those of the values that s allows, each once.
func (m *Maker) allowed(s *document.Schema, values [][]byte) (allowed [][]byte, err error) {
	for _, value := range values {
		ok, err := m.allows(s, value)
		if err != nil {
			return nil, err
		}
		if ok && !slices.ContainsFunc(allowed, func(a []byte) bool { return bytes.Equal(a, value) }) {
			allowed = append(allowed, value)
		}
	}
	return allowed, nil
}

// allows reports whether s allows value. The error says why s cannot be compiled.
func (m *Maker) allows(s *document.Schema, value []byte) (bool, error) {
	schema, known := m.compiled[s]
	if !known {
		var err error
		fragment := (&url.URL{Fragment: s.Place.Pointer}).EscapedFragment()
		if schema, err = m.compiler.Compile(resource + "#" + fragment); err != nil {
			return false, fmt.Errorf("%s: %w", s.Place, err)
		}
		m.compiled[s] = schema
	}
	decoded, err := jsonschema.UnmarshalJSON(bytes.NewReader(value))
	return err == nil && schema.Validate(decoded) == nil, nil
}

// given lists the values that the document itself gives for s, best first.
func given(s *document.Schema) (values [][]byte) {
	for _, n := range append([]*yaml.Node{s.Example, s.Const, s.Default}, s.Enum...) {
		if n == nil {
			continue
		}
		if value, err := document.JSON(n); err == nil {
			values = append(values, value)
		}
	}
	return values
}

func impossible(s *document.Schema) error {
	return fmt.Errorf("%s: no value can be made for this schema: give it an example in overlay.yaml (target: %s, update: {example: …})", s.Place, s.Place.Path)
}

func quote(s string) []byte {
	data, _ := json.Marshal(s) // a string: cannot fail
	return data
}
