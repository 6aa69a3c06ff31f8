package main

import (
	"iter"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/umbrella-api/umbrella-go/tools/internal/document"
)

var methods = []string{"get", "put", "post", "delete", "options", "head", "patch", "trace"}

// operation is one whose name may be missing, so document.Load may refuse it.
type operation struct {
	method, path, id string
	preview          bool
}

func (o operation) String() string { return strings.ToUpper(o.method) + " " + o.path }

// key is the same for paths that differ in the names of their parameters alone.
func (o operation) key() string { return o.method + " " + parameter.ReplaceAllString(o.path, "{}") }

func operations(root *yaml.Node) (all []operation) {
	var doc struct{ Paths yaml.Node }
	_ = root.Decode(&doc) // what is wrong here and below, document.Load refuses
	for path, item := range members(&doc.Paths) {
		for method, node := range members(item) {
			if !slices.Contains(methods, method) {
				continue
			}
			var names struct {
				ID      string `yaml:"operationId"`
				Preview bool   `yaml:"x-preview"`
			}
			_ = node.Decode(&names)
			all = append(all, operation{method, path, names.ID, names.Preview})
		}
	}
	return all
}

func members(n *yaml.Node) iter.Seq2[string, *yaml.Node] {
	return func(yield func(string, *yaml.Node) bool) {
		for i := 1; n.Kind == yaml.MappingNode && i < len(n.Content); i += 2 {
			if !yield(n.Content[i-1].Value, n.Content[i]) {
				return
			}
		}
	}
}

// types are the schemas that become Go types: the folded names that are taken,
// and those inline ones that have none.
type types struct {
	taken    map[string]bool
	nameless []naming
}

func typesOf(doc *document.Document) *types {
	v := &types{taken: map[string]bool{}}
	for name := range strings.FieldsSeq(reservedTypes) {
		v.taken[fold(name)] = true
	}
	for _, s := range doc.Schemas {
		v.taken[fold(s.Name)] = true
		v.inline(s, []string{s.Name}, true)
	}
	for _, op := range doc.Operations {
		if op.Body != nil {
			v.inline(op.Body.Schema, []string{op.ID + "Request"}, false)
		}
		for _, response := range op.Responses {
			name := op.ID + "Response"
			if response != op.Success() {
				name += response.Status
			}
			v.inline(response.Schema, []string{name}, false)
		}
	}
	return v
}

// inline looks at s and what is in it. trail leads to s from the nearest schema
// that has a name.
func (v *types) inline(s *document.Schema, trail []string, named bool) {
	if s == nil || s.Ref != nil {
		return
	}
	if s.GoName != "" {
		v.taken[fold(s.GoName)] = true
		trail, named = []string{s.GoName}, true
	}
	if !named && (len(s.Properties) > 0 || len(s.Enum) > 0 || s.Const != nil) {
		v.nameless = append(v.nameless, naming{s.Place.Path, s.Place.Path, "x-go-type-name", typeNames(trail)})
	}
	last := len(trail) - 1
	of := func(suffix string) []string { return append(trail[:last:last], trail[last]+" "+suffix) }
	v.inline(s.Items, of("item"), false)
	v.inline(s.AdditionalProperties, of("value"), false)
	for _, p := range s.Properties {
		v.inline(p.Schema, append(trail[:last+1:last+1], p.Name), false)
	}
	for _, part := range s.AllOf { // merged into one type
		v.inline(part, trail, true)
	}
}
