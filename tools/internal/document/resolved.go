package document

import "slices"

// resolved refuses what can be told only when every schema is read.
func (r *reader) resolved() {
	for _, s := range r.doc.All {
		if len(s.AllOf) > 0 {
			r.allOf(s)
		}
	}
	for _, op := range r.doc.Operations {
		for _, p := range op.Parameters {
			r.plain(p)
		}
		r.isBody(op.Body, "a request body")
		if success := op.Success(); success != nil {
			r.isBody(success.Schema, "a success")
		}
	}
}

func (r *reader) allOf(s *Schema) {
	seen := map[string]bool{}
	for _, p := range s.Properties {
		seen[p.Name] = true
	}
	if s.Closed || s.AdditionalProperties != nil {
		r.refuse(node{place: s.Place}, "additionalProperties beside allOf", "remove it in overlay.yaml, or write the schema out")
	}
	for _, part := range s.AllOf {
		where, target := node{place: part.Place}, part.Target()
		switch {
		case r.broken[target]:
			continue
		case !part.isObject([]*Schema{s}):
			r.refuse(where, "allOf of other than objects, or of itself,", "write the schema out in overlay.yaml")
			r.broken[s] = true
			continue
		case target.Nullable:
			r.refuse(where, "null in an allOf", "write the schema out in overlay.yaml")
		case target.Closed || target.AdditionalProperties != nil:
			r.refuse(where, "additionalProperties in an allOf", "remove it in overlay.yaml, or write the schema out")
		}
		for _, p := range part.AllProperties() {
			if seen[p.Name] {
				r.refuse(where, "the property "+p.Name+" in two parts of an allOf", "write the schema out in overlay.yaml")
			}
			seen[p.Name] = true
		}
	}
}

// isObject reports whether s is an object or an allOf of them. above are the
// schemas that lead to s by allOf.
func (s *Schema) isObject(above []*Schema) bool {
	s = s.Target()
	if slices.Contains(above, s) {
		return false
	}
	for _, part := range s.AllOf {
		if !part.isObject(append(above, s)) {
			return false
		}
	}
	return slices.Contains(s.Types, "object") || len(s.Types) == 0 && len(s.AllOf) > 0
}

// isBody refuses a body or the answer of a success that is no object: the methods
// take and return pointers to structs.
func (r *reader) isBody(s *Schema, what string) {
	if s != nil && !r.broken[s.Target()] && (!s.isObject(nil) || s.Target().Nullable) {
		r.refuse(node{place: s.Place}, what+" that is not an object", "describe it as one in overlay.yaml")
	}
}
