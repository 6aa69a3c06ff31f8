// Package spec reads the overlaid OpenAPI document for tests that loop over all
// of it, makes values that keep or break its rules, and calls the client's methods
// for its operations. No path, operation or field is named by hand here.
package spec

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/umbrella-api/umbrella-go/internal/format"
)

// Formats are our own, which the judges assert.
var Formats = map[string]func(string) error{
	"email": format.Email, "uri": format.URI, "date-time": format.DateTime, "date": format.Date, "uuid": format.UUID,
}

// Document is the overlaid document with its operations sorted by id.
type Document struct {
	Operations []*Operation
	Schemas    []*Schema // each one once

	root     any
	compiler *jsonschema.Compiler
	schemas  map[string]*Schema // by JSON pointer
}

// Operation is one method of one path.
type Operation struct {
	ID, Method, Path string
	Parameters       []*Parameter // those of the path item first
	Body             *Media       // nil if it takes none
	Responses        map[string]*Media
}

// Parameter is in path or query.
type Parameter struct {
	Name, In string
	Required bool
	Schema   *Schema
}

// Media is a body. Its Schema is nil for an answer without content.
type Media struct {
	Required bool
	Schema   *Schema
	Examples []any
}

// Success is the status and the body of the documented success.
func (o *Operation) Success() (status string, m *Media) {
	for status, m := range o.Responses {
		if status[0] == '2' {
			return status, m
		}
	}
	return "", nil
}

// Load reads the document at path and everything in it.
func Load(path string) (*Document, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return Parse(data)
}

// Parse reads a document. What the generators of values do not know is an error
// with its place: nothing would exercise it.
func Parse(data []byte) (*Document, error) {
	root, err := Decode(data)
	if err != nil {
		return nil, err
	}
	d := &Document{root: root, schemas: map[string]*Schema{}}
	d.compiler = newCompiler()
	if err := d.compiler.AddResource(resource, root); err != nil {
		return nil, err
	}
	for path, item := range object(d.at("/paths")) {
		for _, method := range []string{"get", "put", "post", "delete", "options", "head", "patch", "trace"} {
			if _, ok := object(item)[method]; !ok {
				continue
			}
			op, err := d.operation(path, method)
			if err != nil {
				return nil, err
			}
			d.Operations = append(d.Operations, op)
		}
	}
	slices.SortFunc(d.Operations, func(a, b *Operation) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(d.Schemas, func(a, b *Schema) int { return cmp.Compare(a.Pointer, b.Pointer) })
	return d, d.judgeByKin()
}

func (d *Document) operation(path, method string) (*Operation, error) {
	place := "/paths/" + token(path)
	raw := object(d.at(place + "/" + method))
	op := &Operation{Method: strings.ToUpper(method), Path: path, Responses: map[string]*Media{}}
	if op.ID, _ = raw["operationId"].(string); op.ID == "" {
		return nil, fmt.Errorf("%s/%s has no operationId", place, method)
	}
	for _, pointer := range []string{place + "/parameters", place + "/" + method + "/parameters"} {
		for i := range list(d.at(pointer)) {
			if err := d.parameter(op, fmt.Sprintf("%s/%d", pointer, i)); err != nil {
				return nil, err
			}
		}
	}
	place += "/" + method
	if raw["requestBody"] != nil {
		body, err := d.media(place + "/requestBody")
		if err != nil {
			return nil, err
		}
		op.Body = body
	}
	for status := range object(raw["responses"]) {
		m, err := d.media(place + "/responses/" + token(status))
		if err != nil {
			return nil, err
		}
		op.Responses[status] = m
	}
	if _, success := op.Success(); success == nil {
		return nil, fmt.Errorf("%s has no documented success", place)
	}
	return op, nil
}

func (d *Document) parameter(op *Operation, pointer string) error {
	pointer = d.resolve(pointer)
	raw := object(d.at(pointer))
	p := &Parameter{}
	p.Name, _ = raw["name"].(string)
	p.In, _ = raw["in"].(string)
	p.Required, _ = raw["required"].(bool)
	if p.In != "path" && p.In != "query" {
		return fmt.Errorf("%s: tests/internal/spec has to learn parameters in %q", pointer, p.In)
	}
	for name, usual := range map[string]any{"style": map[string]any{"path": "simple", "query": "form"}[p.In], "explode": p.In == "query"} {
		if value, ok := raw[name]; ok && value != usual {
			return fmt.Errorf("%s: tests/internal/spec has to learn %s: %v", pointer, name, value)
		}
	}
	var err error
	if p.Schema, err = d.schema(pointer + "/schema"); err != nil {
		return err
	}
	// One of the operation replaces one of the path item.
	op.Parameters = slices.DeleteFunc(op.Parameters, func(o *Parameter) bool { return o.Name == p.Name && o.In == p.In })
	op.Parameters = append(op.Parameters, p)
	return nil
}

// media reads a request body or a response.
func (d *Document) media(pointer string) (*Media, error) {
	pointer = d.resolve(pointer)
	raw := object(d.at(pointer))
	m := &Media{}
	m.Required, _ = raw["required"].(bool)
	content := object(raw["content"])
	if len(content) == 0 {
		return m, nil
	}
	pointer += "/content/" + token("application/json")
	body := object(content["application/json"])
	if len(content) > 1 || body == nil {
		return nil, fmt.Errorf("%s: tests/internal/spec has to learn media types beside application/json", pointer)
	}
	if example, ok := body["example"]; ok {
		m.Examples = append(m.Examples, example)
	}
	for name := range object(body["examples"]) {
		at := d.resolve(pointer + "/examples/" + token(name))
		m.Examples = append(m.Examples, object(d.at(at))["value"])
	}
	var err error
	m.Schema, err = d.schema(pointer + "/schema")
	return m, err
}

// at returns what a JSON pointer points to, nil if that is nothing.
func (d *Document) at(pointer string) any {
	node := d.root
	for _, name := range strings.Split(pointer, "/")[1:] {
		name = strings.NewReplacer("~1", "/", "~0", "~").Replace(name)
		switch v := node.(type) {
		case map[string]any:
			node = v[name]
		case []any:
			var i int
			if _, err := fmt.Sscan(name, &i); err != nil || i >= len(v) {
				return nil
			}
			node = v[i]
		default:
			return nil
		}
	}
	return node
}

// resolve follows $ref as often as there is one.
func (d *Document) resolve(pointer string) string {
	for range 100 {
		ref, ok := object(d.at(pointer))["$ref"].(string)
		if !ok {
			break
		}
		pointer = strings.TrimPrefix(ref, "#")
	}
	return pointer
}

func token(name string) string { return strings.NewReplacer("~", "~0", "/", "~1").Replace(name) }

func object(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

func list(v any) []any {
	l, _ := v.([]any)
	return l
}

// Decode reads JSON and keeps the text of numbers.
func Decode(data []byte) (v any, err error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	err = decoder.Decode(&v)
	return v, err
}
