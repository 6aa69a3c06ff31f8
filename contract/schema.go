package contract

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// node is a place in a body: how its path reads, where it stands in the
// document, and the schemas that apply there.
type node struct {
	path    string
	order   []string
	schemas []*openapi3.Schema
}

// placed is a violation with its sort key.
type placed struct {
	Violation
	order []string
}

// translate turns kin-openapi's errors, which hold values, into violations,
// which do not: in document order, one for each path and rule.
func translate(err error, root node) []Violation {
	var found []placed
	var walk func(error)
	walk = func(err error) {
		each(err, func(err error) {
			failed, ok := err.(*openapi3.SchemaError)
			if !ok {
				found = append(found, root.violation("schema"))
				return
			}
			causes, nested := errors.Unwrap(failed.Origin).(openapi3.MultiError)
			if nested && !isAlternative(failed.SchemaField) {
				walk(causes)
				return
			}
			found = append(found, locate(root, failed)...)
		})
	}
	walk(err)
	slices.SortStableFunc(found, func(a, b placed) int {
		if c := slices.Compare(a.order, b.order); c != 0 {
			return c
		}
		return strings.Compare(a.Rule, b.Rule)
	})
	var violations []Violation
	for i, f := range found {
		if i == 0 || f.Path != found[i-1].Path || f.Rule != found[i-1].Rule {
			violations = append(violations, f.Violation)
		}
	}
	return violations
}

// each calls visit for err, or for each error of a list.
func each(err error, visit func(error)) {
	if list, ok := err.(openapi3.MultiError); ok {
		for _, e := range list {
			each(e, visit)
		}
	} else if err != nil {
		visit(err)
	}
}

// isAlternative tells keywords that fail as a whole: the causes below them say
// only why each way out was closed.
func isAlternative(keyword string) bool {
	switch keyword {
	case "anyOf", "oneOf", "contains", "minContains", "propertyNames":
		return true
	}
	return false
}

// locate places one failed keyword. A missing or surplus property is reported
// at its own path, not at its parent's.
func locate(root node, failed *openapi3.SchemaError) []placed {
	at := root
	for _, token := range failed.JSONPointer() {
		next, ok := at.child(token)
		if !ok {
			return []placed{at.violation(failed.SchemaField)}
		}
		at = next
	}
	var found []placed
	members, _ := failed.Value.(map[string]any)
	for _, s := range at.schemas {
		switch failed.SchemaField {
		case "required":
			for _, name := range s.Required {
				if _, present := members[name]; !present {
					child, _ := at.child(name)
					found = append(found, child.violation("required"))
				}
			}
		case "additionalProperties":
			if has := s.AdditionalProperties.Has; has == nil || *has || len(s.PatternProperties) > 0 {
				continue
			}
			for name := range members {
				if s.Properties[name] == nil {
					child, _ := at.child(name)
					found = append(found, child.violation("additionalProperties"))
				}
			}
		}
	}
	if len(found) == 0 {
		found = append(found, at.violation(failed.SchemaField))
	}
	return found
}

// identifier is what an undeclared name must look like to be shown: any other
// name may be somebody's data.
var identifier = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]{0,63}$`)

// child is the place of a property or an item below n, or n itself and false
// when its name must not be shown.
func (n node) child(token string) (node, bool) {
	var declared *openapi3.SchemaRef
	var isItem bool
	var next node
	for _, s := range n.schemas {
		switch property := s.Properties[token]; {
		case property != nil:
			declared = property
			next.schemas = append(next.schemas, flatten(property.Value)...)
		case s.Items != nil:
			isItem = true
			next.schemas = append(next.schemas, flatten(s.Items.Value)...)
		case len(s.PrefixItems) > 0:
			isItem = true
		case s.AdditionalProperties.Schema != nil:
			next.schemas = append(next.schemas, flatten(s.AdditionalProperties.Schema.Value)...)
		}
	}
	safe := identifier.MatchString(token)
	key := "~" + token // after everything declared
	switch {
	case declared != nil && safe:
		next.path = n.path + "." + token
	case declared != nil:
		next.path = fmt.Sprintf("%s[%q]", n.path, token)
	case isItem && strings.Trim(token, "0123456789") == "":
		next.path, key = n.path+"["+token+"]", fmt.Sprintf("%020s", token)
	case safe:
		next.path = n.path + "." + token
	default:
		return n, false
	}
	if declared != nil && declared.Origin != nil {
		key = fmt.Sprintf("%010d:%010d", declared.Origin.Key.Line, declared.Origin.Key.Column)
	}
	next.order = append(slices.Clip(n.order), key)
	return next, true
}

// flatten lists s and what it is composed of with allOf.
func flatten(s *openapi3.Schema) []*openapi3.Schema {
	all := []*openapi3.Schema{s}
	for i := 0; i < len(all); i++ {
		for _, part := range all[i].AllOf {
			if !slices.Contains(all, part.Value) {
				all = append(all, part.Value)
			}
		}
	}
	return all
}

// violation says that the keyword rule fails at n, in words of our own.
func (n node) violation(rule string) placed {
	reason := fmt.Sprintf("must keep to the document's %q", rule)
	switch rule {
	case "required":
		reason = "is missing"
	case "additionalProperties":
		reason = "is not in the document, or has a property that is not"
	case "type":
		for _, s := range n.schemas {
			if types := s.Type.Slice(); len(types) > 0 {
				reason = "must be of type " + strings.Join(types, " or ")
			}
		}
	case "pattern":
		for _, s := range n.schemas {
			if s.Pattern != "" {
				reason = "must match " + s.Pattern
			}
		}
	case "format":
		for _, s := range n.schemas {
			if s.Format != "" {
				reason = "must be " + formatName(s.Format)
			}
		}
	case "enum", "const", "minLength", "maxLength", "minItems", "maxItems", "uniqueItems", "minimum", "maximum",
		"exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minProperties", "maxProperties",
		"anyOf", "oneOf", "contains", "minContains", "maxContains", "propertyNames":
	default:
		rule, reason = "schema", "must keep to the document's schema"
	}
	return placed{Violation{n.path, rule, reason}, n.order}
}

func formatName(format string) string {
	switch format {
	case "email":
		return "an e-mail address (local@domain)"
	case "uri":
		return "an absolute URI (scheme://host/path)"
	case "date-time":
		return "an RFC 3339 date-time with a zone"
	}
	return "of the format " + format
}
