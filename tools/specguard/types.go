package main

import (
	"strings"

	"github.com/umbrella-api/umbrella-go/tools/internal/document"
)

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
		v.inline(op.Body, []string{op.ID + "Request"}, false)
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
