package spec

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
)

// Case is a value that breaks one rule of a schema at one place and, where that
// can be, nothing else.
type Case struct {
	Path, Rule string
	Value      any
}

// Cases makes one or more for each rule that s has at any depth. A rule that no
// value of a reasonable size breaks has none.
func (s *Schema) Cases() ([]Case, error) {
	full, err := s.Valid()
	if err != nil {
		return nil, err
	}
	c := &cases{root: s, full: full}
	c.walk(s, "$", nil, nil)
	return c.found, nil
}

// Neighbour is the full value of a schema with another scalar at one place.
type Neighbour struct {
	full, value any
	at          []any
}

// Value makes it.
func (n Neighbour) Value() any { return put(n.full, n.at, n.value) }

// Neighbours are all that are at or just beyond a limit of a rule, at every place.
func (s *Schema) Neighbours() ([]Neighbour, error) {
	full, err := s.Valid()
	if err != nil {
		return nil, err
	}
	c := &cases{full: full}
	c.walk(s, "$", nil, nil)
	return c.near, nil
}

type cases struct {
	root  *Schema // nil if only the neighbours are wanted
	full  any
	found []Case
	near  []Neighbour
}

// walk adds the cases of s, which is for the value at a place of the full one.
func (c *cases) walk(s *Schema, path string, at []any, above []*Schema) {
	if i := slices.Index(above, s); i >= 0 && slices.Contains(above[i+1:], s) {
		return // recursive: two places above had the same rules
	}
	above = append(slices.Clone(above), s)
	value := get(c.full, at)
	if c.root != nil {
		c.rules(s, path, at, value)
	}
	if !s.is("object") && !s.is("array") {
		for _, v := range s.near() {
			c.near = append(c.near, Neighbour{c.full, v, at})
		}
	}
	for _, part := range s.parts {
		c.walk(part, path, at, above)
	}
	switch value := value.(type) {
	case map[string]any:
		for _, name := range sorted(value) {
			member, below := s.Additional, path+".*"
			if object(s.Raw["properties"])[name] != nil {
				member, below = s.Properties[name], path+"."+name
			}
			if member != nil {
				c.walk(member, below, append(slices.Clone(at), name), above)
			}
		}
	case []any:
		if len(value) > 0 && s.Items != nil {
			c.walk(s.Items, path+"[0]", append(slices.Clone(at), 0), above)
		}
	}
}

// rules adds the cases of what s says of the value itself and of its names.
func (c *cases) rules(s *Schema, path string, at []any, value any) {
	for _, r := range s.rules {
		if r.keyword == "type" {
			c.types(s, path, at)
			continue
		}
		c.add(path, r.keyword, at, s.tries(value))
	}
	members, ok := value.(map[string]any)
	if !ok {
		return
	}
	for _, name := range texts(s.Raw["required"]) {
		without := maps.Clone(members)
		delete(without, name)
		c.add(path+"."+name, "required", at, []any{without})
	}
	if s.Closed {
		with := maps.Clone(members)
		with["extra"] = "x"
		c.add(path+".extra", "additionalProperties", at, []any{with})
	}
}

// types adds null and one other value of a wrong type.
func (c *cases) types(s *Schema, path string, at []any) {
	c.add(path, "type", at, []any{nil})
	c.add(path, "type", at, []any{"text", json.Number("1"), true, []any{}, map[string]any{}})
}

// add takes the first of values that breaks the rule alone, else the first that breaks it.
func (c *cases) add(path, rule string, at, values []any) {
	var best *Case
	for _, v := range values {
		root := put(c.full, at, v)
		broken := c.root.Broken(root)
		if !slices.Contains(broken, path+" "+rule) {
			continue
		}
		if len(broken) == 1 {
			best = &Case{path, rule, root}
			break
		}
		if best == nil {
			best = &Case{path, rule, root}
		}
	}
	if best != nil {
		c.found = append(c.found, *best)
	}
}

// tries are values that may break a rule of s, old being one that breaks none.
func (s *Schema) tries(old any) []any {
	switch old := old.(type) {
	case []any:
		tries := []any{[]any{}, repeat(old[:min(1, len(old))], 2)}
		for _, n := range []int{s.limit("minItems", 1) - 1, s.limit("maxItems", 0) + 1} {
			made := []any{}
			for i := range max(0, min(n, 1000)) {
				if s.Items != nil {
					made = append(made, s.Items.variant(i, []*Schema{s}))
				}
			}
			tries = append(tries, made, repeat(old[:min(1, len(old))], n))
		}
		return tries
	case map[string]any:
		with, without := maps.Clone(old), maps.Clone(old)
		for i := range min(1000, s.limit("maxProperties", 0)+1) {
			with["more"+strconv.Itoa(i)] = "x"
			if s.Additional != nil {
				with["more"+strconv.Itoa(i)] = s.Additional.variant(i, []*Schema{s})
			}
		}
		for _, name := range sorted(old) {
			if !slices.Contains(s.Required, name) && len(without) >= s.limit("minProperties", 0) {
				delete(without, name)
			}
		}
		return []any{with, without}
	}
	return s.near()
}

func get(v any, at []any) any {
	for _, step := range at {
		switch step := step.(type) {
		case string:
			v = v.(map[string]any)[step]
		case int:
			v = v.([]any)[step]
		}
	}
	return v
}

// put returns root with value at a place that it has, and leaves root as it is.
func put(root any, at []any, value any) any {
	if len(at) == 0 {
		return value
	}
	if name, ok := at[0].(string); ok {
		node := maps.Clone(root.(map[string]any))
		node[name] = put(node[name], at[1:], value)
		return node
	}
	node, i := slices.Clone(root.([]any)), at[0].(int)
	node[i] = put(node[i], at[1:], value)
	return node
}

// Envelope returns the schema of data if s is an answer of the form {status, data},
// of which the client returns data.
func (s *Schema) Envelope() *Schema {
	status, data := s.Properties["status"], s.Properties["data"]
	if status == nil || data == nil || !status.is("boolean") || !data.is("object") {
		return nil
	}
	return data
}
