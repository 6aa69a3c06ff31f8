package contract

import (
	"cmp"
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
		switch err := err.(type) {
		case nil:
		case openapi3.MultiError:
			for _, e := range err {
				walk(e)
			}
		case *openapi3.SchemaError:
			causes, nested := errors.Unwrap(err.Origin).(openapi3.MultiError)
			if nested && !slices.Contains(alternatives, err.SchemaField) {
				walk(causes)
			} else {
				found = append(found, locate(root, err)...)
			}
		default:
			found = append(found, root.violation("schema"))
		}
	}
	walk(err)
	slices.SortStableFunc(found, func(a, b placed) int {
		return cmp.Or(slices.Compare(a.order, b.order), strings.Compare(a.Rule, b.Rule))
	})
	var violations []Violation
	for i, f := range found {
		if i == 0 || f.Path != found[i-1].Path || f.Rule != found[i-1].Rule {
			violations = append(violations, f.Violation)
		}
	}
	return violations
}

// alternatives are keywords that fail as a whole: the causes below them say only
// why each way out was closed.
var alternatives = []string{"anyOf", "oneOf", "contains", "minContains", "propertyNames"}

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
		ref := s.Properties[token]
		switch {
		case ref != nil:
			declared = ref
		case s.Items != nil || len(s.PrefixItems) > 0:
			isItem, ref = true, s.Items
		default:
			ref = s.AdditionalProperties.Schema
		}
		next.schemas = append(next.schemas, flatten(ref)...)
	}
	key := "~" + token // after everything declared
	switch {
	case identifier.MatchString(token):
		next.path = n.path + "." + token
	case declared != nil:
		next.path = fmt.Sprintf("%s[%q]", n.path, token)
	case isItem && strings.Trim(token, "0123456789") == "":
		next.path, key = n.path+"["+token+"]", fmt.Sprintf("%020s", token)
	default:
		return n, false
	}
	if declared != nil && declared.Origin != nil {
		key = fmt.Sprintf("%010d:%010d", declared.Origin.Key.Line, declared.Origin.Key.Column)
	}
	next.order = append(slices.Clip(n.order), key)
	return next, true
}

// flatten lists the schema of ref, if there is one, and what it is composed of
// with allOf.
func flatten(ref *openapi3.SchemaRef) []*openapi3.Schema {
	if ref == nil {
		return nil
	}
	all := []*openapi3.Schema{ref.Value}
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
	case "type", "pattern", "format":
		for _, s := range n.schemas {
			switch {
			case rule == "type" && !s.Type.IsEmpty():
				reason = "must be of type " + strings.Join(*s.Type, " or ")
			case rule == "pattern" && s.Pattern != "":
				reason = "must match " + s.Pattern
			case rule == "format" && s.Format != "":
				reason = "must be " + cmp.Or(formatNames[s.Format], "of the format "+s.Format)
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

var formatNames = map[string]string{
	"email":     "an e-mail address (local@domain)",
	"uri":       "an absolute URI (scheme://host/path)",
	"date-time": "an RFC 3339 date-time with a zone",
}
