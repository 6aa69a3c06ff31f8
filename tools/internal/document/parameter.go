package document

import (
	"fmt"
	"slices"
)

// parameters reads those of a path and then those of its operation, which replace
// ones of the same name and kind.
func (r *reader) parameters(nodes []node) (all []*Parameter) {
	for _, n := range nodes {
		n, ok := r.follow(n, "parameters")
		if !ok {
			continue
		}
		p := r.parameter(n)
		same := slices.IndexFunc(all, func(q *Parameter) bool { return q.Name == p.Name && q.In == p.In })
		if same >= 0 {
			all[same] = p
		} else {
			all = append(all, p)
		}
	}
	return all
}

func (r *reader) parameter(n node) *Parameter {
	good := r.keys(n, "name in description required deprecated schema style explode example examples", refusals(map[string]string{
		"content":                       "give it a schema in overlay.yaml",
		"allowReserved allowEmptyValue": "remove it in overlay.yaml",
	}))
	p := &Parameter{
		Name: r.text(n, "name"), In: r.text(n, "in"), Description: r.text(n, "description"),
		Required: r.flag(n, "required", false), Place: n.place,
	}
	style, explode := "form", true
	switch p.In {
	case "path":
		style, explode = "simple", false
		if !p.Required {
			r.wrong(n, "the path parameter %s is not required; add required: true in overlay.yaml", p.Name)
		}
	case "query":
	default:
		r.refuse(n, fmt.Sprintf("a parameter in %q", p.In), "remove it in overlay.yaml; a RequestEditorFn can set it")
		return p
	}
	if s := r.text(n, "style"); s != "" && s != style {
		r.refuse(n, "style "+s, "remove it in overlay.yaml, or have it be "+style)
	}
	if e := r.flag(n, "explode", explode); e != explode {
		r.refuse(n, fmt.Sprintf("explode: %t", e), "remove it in overlay.yaml")
	}
	schema, ok := r.get(n, "schema")
	if !ok {
		if good {
			r.wrong(n, "the parameter %s has no schema; add one in overlay.yaml", p.Name)
		}
		return p
	}
	p.Schema = r.schema(schema)
	return p
}

// plain refuses parameters whose text is not obvious. It needs references resolved.
func (r *reader) plain(p *Parameter) {
	if p.Schema == nil || r.broken[p.Schema.Target()] {
		return
	}
	s := p.Schema.Target()
	where := node{place: p.Schema.Place}
	if s.Items != nil && slices.Contains(s.Types, "array") {
		if p.In == "path" {
			r.refuse(where, "an array in a path", "describe it as a string in overlay.yaml")
			return
		}
		if s = s.Items.Target(); r.broken[s] {
			return
		}
	}
	scalar := len(s.Types) == 1 && slices.Contains([]string{"string", "integer", "boolean"}, s.Types[0])
	if !scalar || s.Nullable || p.Schema.Target().Nullable {
		r.refuse(where, "a parameter that is not a string, integer, boolean or, in a query, an array of them", "describe it as one in overlay.yaml")
	}
}
