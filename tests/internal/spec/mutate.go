package spec

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
)

// Generator makes bodies that are nearly right out of ones that are right.
type Generator struct {
	Rand   *rand.Rand
	schema *Schema
	bases  []any
}

// NewGenerator makes bodies for m, from its examples and from a value that has
// every property.
func NewGenerator(s *Schema, examples []any, rng *rand.Rand) (*Generator, error) {
	full, err := s.Valid()
	if err != nil {
		return nil, err
	}
	g := &Generator{Rand: rng, schema: s}
	for _, base := range append([]any{full}, examples...) {
		data, err := json.Marshal(base)
		if err != nil {
			return nil, err
		}
		value, err := Decode(data)
		if err != nil {
			return nil, err
		}
		g.bases = append(g.bases, value)
	}
	return g, nil
}

// Value returns one of the bases after up to three changes.
func (g *Generator) Value() any {
	root := clone(g.bases[g.Rand.IntN(len(g.bases))])
	for range g.Rand.IntN(4) {
		sites := g.sites(nil, g.schema, root, func(v any) { root = v }, nil)
		sites[g.Rand.IntN(len(sites))]()
	}
	return root
}

// clone copies a JSON value that is to be changed.
func clone(value any) any {
	switch v := value.(type) {
	case map[string]any:
		v = maps.Clone(v)
		for name, member := range v {
			v[name] = clone(member)
		}
		return v
	case []any:
		v = slices.Clone(v)
		for i, item := range v {
			v[i] = clone(item)
		}
		return v
	}
	return value
}

// JSON is Value as JSON, of which now and then the text itself is broken.
func (g *Generator) JSON() ([]byte, error) {
	data, err := json.Marshal(g.Value())
	if err != nil {
		return nil, err
	}
	return g.garble(data), nil
}

// garble returns most of what it gets as it is.
func (g *Generator) garble(data []byte) []byte {
	at := g.Rand.IntN(len(data) + 1)
	switch g.Rand.IntN(80) {
	case 0:
		return data[:at]
	case 1:
		return append(data, " {}"...)
	case 2:
		return slices.Insert(data, at, "\xff"[0])
	case 3:
		return append([]byte(" \n\t"), data...)
	case 4:
		return append([]byte("\ufeff"), data...)
	case 5, 6:
		return g.twice(data)
	case 7: // the same, spelled otherwise
		return bytes.ReplaceAll(data, []byte("e"), []byte(`\u0065`))
	}
	return data
}

// twice repeats a member that begins somewhere in data with an odd value.
func (g *Generator) twice(data []byte) []byte {
	var starts []int
	for i, c := range data {
		if c == '"' && i > 0 && (data[i-1] == '{' || data[i-1] == ',') && bytes.HasPrefix(data[i+1+max(0, bytes.IndexByte(data[i+1:], '"')):], []byte(`":`)) {
			starts = append(starts, i)
		}
	}
	if len(starts) == 0 {
		return data
	}
	at := starts[g.Rand.IntN(len(starts))]
	name := data[at : at+1+bytes.IndexByte(data[at+1:], '"')+1]
	member := append(bytes.Clone(name), ":null,"...)
	return slices.Insert(bytes.Clone(data), at, member...)
}

// sites lists a change for every place in value, found along schema.
func (g *Generator) sites(sites []func(), s *Schema, value any, set func(any), drop func()) []func() {
	sites = append(sites, func() { set(g.value(s, value)) })
	if drop != nil {
		sites = append(sites, drop)
	}
	switch v := value.(type) {
	case map[string]any:
		sites = append(sites, func() { v[fmt.Sprintf("extra%d", g.Rand.IntN(3))] = g.any() })
		for _, name := range s.names() {
			member, present := v[name]
			set, drop := func(x any) { v[name] = x }, func() { delete(v, name) }
			sites = append(sites, func() { // another spelling, which is another name
				delete(v, name)
				v[strings.ToUpper(name)] = member
			})
			if present {
				sites = g.sites(sites, s.Properties[name], member, set, drop)
			} else {
				sites = append(sites, func() { set(g.value(s.Properties[name], nil)) })
			}
		}
		for _, name := range sorted(v) {
			if s.Additional != nil && s.Properties[name] == nil {
				sites = g.sites(sites, s.Additional, v[name], func(x any) { v[name] = x }, func() { delete(v, name) })
			}
		}
	case []any:
		sites = append(sites,
			func() { set(append(slices.Clone(v), g.any())) },
			func() { set(repeat(v, g.Rand.IntN(4))) },
			func() { set(repeat(v[:min(1, len(v))], s.limit("minItems", 2)-1)) },
			func() { set(repeat(v[:min(1, len(v))], s.limit("maxItems", 2)+1)) })
		for i := range v {
			if s.Items != nil {
				sites = g.sites(sites, s.Items, v[i], func(x any) { v[i] = x }, func() { set(slices.Delete(slices.Clone(v), i, i+1)) })
			}
		}
	}
	return sites
}

// repeat is bounded, as a document may allow very many items.
func repeat(v []any, n int) []any { return slices.Repeat(v, max(0, min(n, 200))) }

// value returns something to put where old was: often near an edge of s.
func (g *Generator) value(s *Schema, old any) any {
	switch {
	case g.Rand.IntN(5) == 0:
		return g.any()
	case s.is("object") || s.is("array"):
		made := s.variant(g.Rand.IntN(3), [][]*Schema{nil, {s}}[g.Rand.IntN(2)])
		if m, ok := made.(map[string]any); ok && g.Rand.IntN(2) == 0 {
			for _, name := range sorted(m) {
				if g.Rand.IntN(3) == 0 {
					delete(m, name)
				}
			}
		}
		return made
	case s.is("string") && g.Rand.IntN(2) == 0:
		if text, ok := old.(string); ok && text != "" {
			return g.edit(text)
		}
		return edges[g.Rand.IntN(len(edges))]
	case s.is("number") || s.is("integer"):
		if g.Rand.IntN(2) == 0 {
			return json.Number(numbers[g.Rand.IntN(len(numbers))])
		}
	}
	near := s.near()
	return near[g.Rand.IntN(len(near))]
}

// edit changes one character.
func (g *Generator) edit(text string) string {
	runes := []rune(text)
	i := g.Rand.IntN(len(runes))
	c := string([]rune("a0+@.:/ %\x7fé\"\\-")[g.Rand.IntN(14)])
	before, at, after := string(runes[:i]), string(runes[i]), string(runes[i+1:])
	return []string{before + after, before + c + at + after, before + c + after, text + c, c + text, strings.ToUpper(text)}[g.Rand.IntN(6)]
}

// any returns a value of any type.
func (g *Generator) any() any {
	return []any{
		nil, true, false, json.Number("0"), json.Number(numbers[g.Rand.IntN(len(numbers))]), "", edges[g.Rand.IntN(len(edges))],
		[]any{},
		[]any{nil},
		[]any{"x"},
		map[string]any{},
		map[string]any{"extra": "x"},
	}[g.Rand.IntN(12)]
}
