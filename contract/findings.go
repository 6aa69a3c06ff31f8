package contract

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// findings collects what jsonschema finds in one body: the smallest in document
// order, each place and rule once. The rest is counted.
type findings struct {
	body  any
	root  *place
	found []finding
	total int

	// Of the finding at hand; reused, as one megabyte can have half a million.
	key  []rank
	path []byte
}

type finding struct {
	Violation
	key   []rank
	times int // as the parts of an allOf may agree, or nameless places be one
}

// rank orders the values below one place: by document, by index or by name.
type rank struct {
	position int
	name     string
}

func (a rank) compare(b rank) int {
	return cmp.Or(cmp.Compare(a.position, b.position), strings.Compare(a.name, b.name))
}

func (f *findings) verdict() verdict {
	v := verdict{omitted: f.total}
	for _, one := range f.found {
		v.found = append(v.found, one.Violation)
		v.omitted -= one.times
	}
	return v
}

// add takes err apart. Alternatives such as anyOf fail as a whole: the causes
// below them say only why each way out was closed.
func (f *findings) add(err *jsonschema.ValidationError) {
	switch k := err.ErrorKind.(type) {
	case *kind.Schema, *kind.Group, *kind.Reference, *kind.AllOf:
		for _, cause := range err.Causes {
			f.add(cause)
		}
	case *kind.Required:
		for _, name := range k.Missing {
			f.record(err, "required", name)
		}
	case *kind.AdditionalProperties:
		for _, name := range k.Properties {
			f.record(err, "additionalProperties", name)
		}
	case *kind.FalseSchema:
		rule := "schema"
		if strings.HasSuffix(err.SchemaURL, "/unevaluatedProperties") {
			rule = "additionalProperties"
		}
		f.record(err, rule)
	default:
		f.record(err, append(k.KeywordPath(), "schema")[0])
	}
}

// record adds what err says of its place, or of the member name of it.
func (f *findings) record(err *jsonschema.ValidationError, rule string, name ...string) {
	known := f.locate(err.InstanceLocation, name)
	if _, isFalse := err.ErrorKind.(*kind.FalseSchema); isFalse && known && rule == "additionalProperties" {
		return // where a $ref fails, jsonschema counts its properties as unevaluated
	}
	f.total++
	i, again := slices.BinarySearchFunc(f.found, rule, func(have finding, rule string) int {
		return cmp.Or(slices.CompareFunc(have.key, f.key, rank.compare), strings.Compare(have.Rule, rule))
	})
	switch {
	case again:
		f.found[i].times++
	case i < maxViolations:
		violation := Violation{string(f.path), rule, reason(err.ErrorKind, rule)}
		f.found = slices.Insert(f.found, i, finding{violation, slices.Clone(f.key), 1})
		f.found = f.found[:min(len(f.found), maxViolations)]
	}
}

// locate sets key and path to the place that the names lead to, or to the last
// one above it that may be shown. It reports whether the document has a schema
// for the value there.
func (f *findings) locate(location, member []string) (known bool) {
	at, value := f.root, f.body
	f.key, f.path = f.key[:0], append(f.path[:0], '$')
	for _, names := range [][]string{location, member} {
		for _, name := range names {
			if items, ok := value.([]any); ok {
				i, _ := strconv.Atoi(name)
				at, value = at.item(i), items[i]
				f.key = append(f.key, rank{position: i})
				f.path = append(append(append(f.path, '['), name...), ']')
				continue
			}
			members, _ := value.(map[string]any)
			at, value = at.property(name), members[name]
			known = len(at.schemas) > 0
			switch {
			case isIdentifier(name):
				f.path = append(append(f.path, '.'), name...)
			case at.position < undeclared:
				f.path = fmt.Appendf(f.path, "[%q]", name)
			default:
				return known // any other name may be somebody's data
			}
			f.key = append(f.key, rank{at.position, name})
		}
	}
	return known
}

func isIdentifier(name string) bool {
	for i := range len(name) {
		c := name[i]
		isLetter := 'a' <= c|0x20 && c|0x20 <= 'z' || c == '_'
		if !isLetter && (i == 0 || c != '-' && (c < '0' || c > '9')) {
			return false
		}
	}
	return name != "" && len(name) <= 64
}

// reason says what the document wants, in words of our own.
func reason(k jsonschema.ErrorKind, rule string) string {
	switch k := k.(type) {
	case *kind.Type:
		return "must be of type " + strings.Join(k.Want, " or ")
	case *kind.Pattern:
		return "must match " + k.Want
	case *kind.Format:
		return "must be " + cmp.Or(formats[k.Want].words, "of the format "+k.Want)
	case *kind.InvalidJsonValue:
		return "could not be checked"
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
