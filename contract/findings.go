package contract

import (
	"cmp"
	"fmt"
	"math"
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
	order   []int // the way to it in the order of the document
	value   any
	schemas []*openapi3.Schema // that apply there
	hidden  bool               // it stands for a place below it whose name must not be shown
}

// finding is a violation with its sort key.
type finding struct {
	Violation
	order []int
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
	at := f.root.below(err.InstanceLocation...)
	switch k := err.ErrorKind.(type) {
	case *kind.Schema, *kind.Group, *kind.Reference, *kind.AllOf:
		for _, cause := range err.Causes {
			f.add(cause)
		}
	case *omitted:
		f.omitted += k.count
	case *kind.Required:
		for _, name := range k.Missing {
			missing := at.member(name)
			if !at.hidden {
				missing.path = named(at.path, name) // a name of the document, in a map too
			}
			f.record(missing, "required", nil)
		}
	case *kind.AdditionalProperties:
		for _, name := range k.Properties {
			f.record(at.member(name), "additionalProperties", nil)
		}
	case *kind.FalseSchema:
		switch {
		case !strings.HasSuffix(err.SchemaURL, unevaluated):
			f.record(at, "schema", nil)
		case at.hidden || len(at.schemas) == 0: // jsonschema also names what a failed $ref declares
			f.record(at, "additionalProperties", nil)
		}
	default:
		f.record(at, keyword(k), k)
	}
}

func (f *findings) record(at node, rule string, k jsonschema.ErrorKind) {
	f.list = append(f.list, finding{Violation{at.path, rule, reason(rule, k)}, at.order})
}

// sorted has each path and rule once.
func (f *findings) sorted() (found []Violation) {
	slices.SortFunc(f.list, func(a, b finding) int {
		return cmp.Or(slices.Compare(a.order, b.order), strings.Compare(a.Path, b.Path), strings.Compare(a.Rule, b.Rule), strings.Compare(a.Reason, b.Reason))
	})
	for _, one := range slices.CompactFunc(f.list, func(a, b finding) bool { return a.Path == b.Path && a.Rule == b.Rule }) {
		found = append(found, one.Violation)
	}
	return found
}

// below is the place that names lead to from n.
func (n node) below(names ...string) node {
	for _, name := range names {
		if items, ok := n.value.([]any); ok {
			n = n.item(name, items)
		} else {
			n = n.member(name)
		}
	}
	return n
}

func (n node) item(index string, items []any) node {
	i, _ := strconv.Atoi(index)
	next := node{path: n.path + "[" + index + "]", order: append(slices.Clip(n.order), i), value: items[i]}
	for _, s := range n.schemas {
		next.schemas = append(next.schemas, flatten(s.Items)...)
	}
	return next
}

// identifier is what an undeclared name must look like to be shown: any other
// name may be somebody's data.
var identifier = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]{0,63}$`)

// member is a member of n, or n itself, hidden, when the name must not be shown.
// Declared names come first in the order, as they are in the document; the names of a
// map are data, and its values share one path.
func (n node) member(name string) node {
	var next node
	key, isDeclared, isMap := math.MaxInt, false, false
	for _, s := range n.schemas {
		ref := s.Properties[name]
		if ref == nil {
			ref = s.AdditionalProperties.Schema
			isMap = isMap || ref != nil
		} else {
			isDeclared = true
			key = ref.Origin.Key.Line<<32 + ref.Origin.Key.Column
		}
		next.schemas = append(next.schemas, flatten(ref)...)
	}
	switch {
	case n.hidden:
		return n
	case isDeclared, !isMap && identifier.MatchString(name):
		next.path = named(n.path, name)
	case isMap:
		next.path = n.path + ".*"
	default:
		n.hidden = true
		return n
	}
	members, _ := n.value.(map[string]any)
	next.value = members[name]
	next.order = append(slices.Clip(n.order), key)
	return next
}

// named is the path of a member, spelled as package umbrella spells it.
func named(path, name string) string {
	if strings.ContainsAny(name, ".[]' ") {
		return path + "['" + name + "']"
	}
	return path + "." + name
}

// flatten lists the schema of ref, if there is one, and what it is composed of, which
// is never itself: the generator refuses that.
func flatten(ref *openapi3.SchemaRef) (all []*openapi3.Schema) {
	if ref == nil {
		return nil
	}
	all = append(all, ref.Value)
	for _, part := range slices.Concat(ref.Value.AllOf, ref.Value.AnyOf, ref.Value.OneOf) {
		all = append(all, flatten(part)...)
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
	case "type":
		return "must be of the documented type"
	case "additionalProperties":
		return "is not in the document, or has a property that is not"
	case "schema":
		return "must keep to the document's schema"
	}
	return fmt.Sprintf("must keep to the document's %q", rule)
}
