package contract

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// node is a place in a body.
type node struct {
	path    string
	order   []string // the way to it in the order of the document
	value   any
	schemas []*openapi3.Schema // that apply there
}

// finding is a violation with its sort key.
type finding struct {
	Violation
	order []string
}

// findings collects what jsonschema says of one body.
type findings struct {
	root    node
	list    []finding
	omitted int // beside those of list
}

// add takes err apart. Alternatives such as anyOf fail as a whole: the causes
// below them say only why each way out was closed.
func (f *findings) add(err *jsonschema.ValidationError) {
	at, shown := f.root.below(err.InstanceLocation...)
	switch k := err.ErrorKind.(type) {
	case *kind.Schema, *kind.Group, *kind.Reference, *kind.AllOf:
		for _, cause := range err.Causes {
			f.add(cause)
		}
	case *omitted:
		f.omitted += k.count
	case *kind.Required:
		f.members(err.InstanceLocation, k.Missing, "required")
	case *kind.AdditionalProperties:
		f.members(err.InstanceLocation, k.Properties, "additionalProperties")
	case *kind.FalseSchema:
		switch {
		case !strings.HasSuffix(err.SchemaURL, "/unevaluatedProperties"):
			f.record(at, "schema", nil)
		case !shown || len(at.schemas) == 0: // jsonschema also names what a failed $ref declares
			f.record(at, "additionalProperties", nil)
		}
	default:
		f.record(at, keyword(k), k)
	}
}

// members records missing or surplus members, each at its own place.
func (f *findings) members(of, names []string, rule string) {
	for _, name := range names {
		at, _ := f.root.below(append(of, name)...)
		f.record(at, rule, nil)
	}
}

func (f *findings) record(at node, rule string, k jsonschema.ErrorKind) {
	f.list = append(f.list, finding{Violation{at.path, rule, reason(rule, k)}, at.order})
}

// verdict keeps the smallest violations, each path and rule once.
func (f *findings) verdict() verdict {
	slices.SortFunc(f.list, func(a, b finding) int {
		return cmp.Or(slices.Compare(a.order, b.order), strings.Compare(a.Rule, b.Rule), strings.Compare(a.Reason, b.Reason))
	})
	list := slices.CompactFunc(f.list, func(a, b finding) bool { return a.Path == b.Path && a.Rule == b.Rule })
	v := verdict{omitted: f.omitted + len(list)}
	for _, one := range list[:min(len(list), maxViolations)] {
		v.found = append(v.found, one.Violation)
		v.omitted--
	}
	return v
}

// identifier is what an undeclared name must look like to be shown: any other
// name may be somebody's data.
var identifier = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]{0,63}$`)

// below is the place that names lead to from n, or the last one above it, and
// false, when a name must not be shown.
func (n node) below(names ...string) (node, bool) {
	for _, name := range names {
		var next node
		var declared *openapi3.SchemaRef
		items, isItem := n.value.([]any)
		i, _ := strconv.Atoi(name)
		for _, s := range n.schemas {
			ref := s.Properties[name]
			switch {
			case isItem && i < len(s.PrefixItems):
				ref = s.PrefixItems[i]
			case isItem:
				ref = s.Items
			case ref != nil:
				declared = ref
			default:
				ref = s.AdditionalProperties.Schema
			}
			next.schemas = append(next.schemas, flatten(ref)...)
		}
		key := "~" + name // after everything declared
		if declared != nil && declared.Origin != nil {
			key = fmt.Sprintf("%010d:%010d", declared.Origin.Key.Line, declared.Origin.Key.Column)
		}
		switch {
		case isItem:
			next.path, key, next.value = n.path+"["+name+"]", fmt.Sprintf("%020d", i), items[i]
		case identifier.MatchString(name):
			next.path = n.path + "." + name
		case declared != nil:
			next.path = fmt.Sprintf("%s[%q]", n.path, name)
		default:
			return n, false
		}
		if members, ok := n.value.(map[string]any); ok {
			next.value = members[name]
		}
		next.order = append(slices.Clip(n.order), key)
		n = next
	}
	return n, true
}

// flatten lists the schema of ref, if there is one, and what it is composed of.
func flatten(ref *openapi3.SchemaRef) (all []*openapi3.Schema) {
	pending := openapi3.SchemaRefs{ref}
	for len(pending) > 0 {
		ref, pending = pending[0], pending[1:]
		if ref == nil || ref.Value == nil || slices.Contains(all, ref.Value) {
			continue
		}
		s := ref.Value
		all = append(all, s)
		if len(s.AllOf)+len(s.AnyOf)+len(s.OneOf) > 0 || s.Then != nil || s.Else != nil {
			pending = slices.Concat(pending, s.AllOf, s.AnyOf, s.OneOf, openapi3.SchemaRefs{s.Then, s.Else})
		}
	}
	return all
}

// keyword is the rule that k breaks.
func keyword(k jsonschema.ErrorKind) string { return append(k.KeywordPath(), "schema")[0] }

// reason says what the document wants, in words of our own.
func reason(rule string, k jsonschema.ErrorKind) string {
	switch k := k.(type) {
	case *kind.Type:
		return "must be of type " + strings.Join(k.Want, " or ")
	case *kind.Pattern:
		return "must match " + k.Want
	case *kind.Format:
		return "must be " + strings.TrimPrefix(k.Err.Error(), "not ") // an error of internal/format
	}
	switch rule {
	case "required":
		return "is missing"
	case "additionalProperties":
		return "is not in the document, or has a property that is not"
	case "schema":
		return "must keep to the document's schema"
	}
	return fmt.Sprintf("must keep to the document's %q", rule)
}
