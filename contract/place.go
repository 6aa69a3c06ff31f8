package contract

import (
	"math"
	"slices"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// place is where in a body a value can stand. Places are made as far as they are
// asked for: a schema may hold itself.
type place struct {
	schemas  []*jsonschema.Schema // that apply there
	position int                  // in the document
	order    map[string]int

	named map[string]*place // what properties or patternProperties name
	other *place            // all the other members
	items map[int]*place    // what prefixItems names, and then all the other items
}

const undeclared = math.MaxInt

// newPlace is the place of schemas and all that they are composed of.
func newPlace(order map[string]int, position int, schemas ...*jsonschema.Schema) *place {
	p := &place{position: position, order: order, named: make(map[string]*place), items: make(map[int]*place)}
	for len(schemas) > 0 {
		s := schemas[0]
		schemas = schemas[1:]
		if s != nil && !slices.Contains(p.schemas, s) {
			p.schemas = append(p.schemas, s)
			schemas = slices.Concat(schemas, []*jsonschema.Schema{s.Ref, s.Then, s.Else}, s.AllOf, s.AnyOf, s.OneOf)
		}
	}
	return p
}

func (p *place) item(i int) *place {
	longest := 0
	for _, s := range p.schemas {
		longest = max(longest, len(s.PrefixItems))
	}
	i = min(i, longest)
	if p.items[i] == nil {
		var schemas []*jsonschema.Schema
		for _, s := range p.schemas {
			if i < len(s.PrefixItems) {
				schemas = append(schemas, s.PrefixItems[i])
			} else {
				schemas = append(schemas, s.Items2020)
			}
		}
		p.items[i] = newPlace(p.order, undeclared, schemas...)
	}
	return p.items[i]
}

func (p *place) property(name string) *place {
	if p.named[name] != nil {
		return p.named[name]
	}
	var named, other []*jsonschema.Schema
	position := undeclared
	for _, s := range p.schemas {
		if declared := s.Properties[name]; declared != nil {
			named = append(named, declared)
			position = min(position, p.order[location(declared.Location)])
		}
		for pattern, schema := range s.PatternProperties {
			if pattern.MatchString(name) {
				named = append(named, schema)
			}
		}
		if rest, ok := s.AdditionalProperties.(*jsonschema.Schema); ok {
			other = append(other, rest)
		}
	}
	switch {
	case named != nil:
		p.named[name] = newPlace(p.order, position, named...)
		return p.named[name]
	case p.other == nil:
		p.other = newPlace(p.order, undeclared, other...)
	}
	return p.other
}
