package sample

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/umbrella-api/umbrella-go/tools/internal/document"
)

// made lists values, at least n+1 where s has as many, that s may allow.
func (m *Maker) made(s *document.Schema, n int) (values [][]byte, err error) {
	kind := "object"
	if len(s.Types) > 0 && len(s.AllOf) == 0 {
		kind = s.Types[0]
	}
	switch kind {
	case "boolean":
		return [][]byte{[]byte("true"), []byte("false")}, nil
	case "integer", "number":
		return numbers(s, n), nil
	case "string":
		return texts(s, n), nil
	}
	for i := range n + 1 {
		var value []byte
		if kind == "array" {
			value, err = m.array(s, i)
		} else {
			value, err = m.object(s, i)
		}
		if err != nil {
			return nil, err
		}
		values = append(values, value)
	}
	return values, nil
}

// array makes one element, or as many as there must be.
func (m *Maker) array(s *document.Schema, n int) ([]byte, error) {
	var elements [][]byte
	for i := range max(bound(s.MinItems, 0), min(1, bound(s.MaxItems, 1))) {
		value := fmt.Append(nil, n+i) // without a schema anything goes
		if s.Items != nil {
			var err error
			if value, err = m.make(s.Items, n+i); err != nil && bound(s.MinItems, 0) == 0 {
				break // an array of itself is empty at its end
			} else if err != nil {
				return nil, err
			}
		}
		elements = append(elements, value)
	}
	return slices.Concat([]byte("["), bytes.Join(elements, []byte(",")), []byte("]")), nil
}

type member struct {
	name  string
	value []byte
}

// object makes an object with all its properties but those that lead back to
// itself.
func (m *Maker) object(s *document.Schema, n int) ([]byte, error) {
	required := s.AllRequired()
	members, err := m.properties(s, n, required)
	if err != nil {
		return nil, err
	}
	has := func(name string) bool {
		return slices.ContainsFunc(members, func(p member) bool { return p.name == name })
	}
	for _, name := range required {
		if !has(name) {
			value, err := m.additional(s, n)
			if err != nil {
				return nil, err
			}
			members = append(members, member{name, value})
		}
	}
	for i := len(members) - 1; i >= 0 && len(members) > bound(s.MaxProperties, len(members)); i-- {
		if !slices.Contains(required, members[i].name) {
			members = slices.Delete(members, i, i+1)
		}
	}
	least := bound(s.MinProperties, 0)
	if s.AdditionalProperties != nil && len(members) == 0 {
		least = max(least, min(1, bound(s.MaxProperties, 1)))
	}
	for i := n; len(members) < least; i++ {
		value, err := m.additional(s, i)
		if err != nil && bound(s.MinProperties, 0) == 0 {
			break // a map of itself is empty at its end
		} else if err != nil {
			return nil, err
		}
		members = append(members, member{fmt.Sprintf("key%d", i+1), value})
	}
	var written [][]byte
	for _, p := range members {
		written = append(written, slices.Concat(quote(p.name), []byte(":"), p.value))
	}
	return slices.Concat([]byte("{"), bytes.Join(written, []byte(",")), []byte("}")), nil
}

// additional makes the value of a member that is not among the properties.
func (m *Maker) additional(s *document.Schema, n int) ([]byte, error) {
	if s.AdditionalProperties == nil {
		return quote("string" + nth(n)), nil
	}
	return m.make(s.AdditionalProperties, n)
}

// properties makes the properties of the parts of an allOf and of s itself, which
// has the last word.
func (m *Maker) properties(s *document.Schema, n int, required []string) (all []member, err error) {
	for _, part := range s.AllOf {
		of, err := m.properties(part.Target(), n, required)
		if err != nil {
			return nil, err
		}
		all = append(all, of...)
	}
	for _, p := range s.Properties {
		must := slices.Contains(required, p.Name)
		if !must && m.steps > plenty {
			continue
		}
		value, err := m.make(p.Schema, n)
		if err != nil && must {
			return nil, err
		}
		if err == nil {
			all = slices.DeleteFunc(all, func(o member) bool { return o.name == p.Name })
			all = append(all, member{p.Name, value})
		}
	}
	return all, nil
}
