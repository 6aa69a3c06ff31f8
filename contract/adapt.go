package contract

import (
	"slices"
	"strconv"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// adapter changes compiled schemas, and all that they lead to, for what jsonschema
// does otherwise than this package.
type adapter struct {
	sealed bool
	done   map[*jsonschema.Schema]bool
}

// value adapts a schema that judges a value alone. A part of another schema is not
// sealed: it would refuse the properties of its neighbours.
func (a adapter) value(s *jsonschema.Schema) {
	if s != nil && a.sealed && s.UnevaluatedProperties == nil && isObject(s) {
		s.UnevaluatedProperties = &jsonschema.Schema{Bool: new(bool), Location: s.Location + unevaluated}
	}
	a.part(s)
}

// unevaluated ends the location of the schemas that refuse a property.
const unevaluated = "/unevaluatedProperties"

// isObject reports whether s says what properties a value has.
func isObject(s *jsonschema.Schema) bool {
	composed := s.Ref != nil || len(s.AllOf)+len(s.AnyOf)+len(s.OneOf) > 0
	return composed || s.Properties != nil || s.Types != nil && slices.Contains(s.Types.ToStrings(), "object")
}

func (a adapter) part(s *jsonschema.Schema) {
	if s == nil || a.done[s] {
		return
	}
	a.done[s] = true
	a.part(s.Ref)
	for _, part := range slices.Concat(s.AllOf, s.AnyOf, s.OneOf) {
		a.part(part)
	}
	for _, property := range s.Properties {
		a.value(property)
	}
	rest, _ := s.AdditionalProperties.(*jsonschema.Schema)
	a.value(rest)
	a.value(s.Items2020)
	if s.Items2020 != nil && len(s.PrefixItems) == 0 {
		s.Extensions = append(s.Extensions, items{s.Items2020})
		s.Items2020 = nil
	}
	// At a wrong format or enum jsonschema stops, and hides what else is wrong with the
	// value. The parts of an allOf are judged side by side.
	isText := s.Pattern != nil || s.MinLength != nil || s.MaxLength != nil
	isMore := isText || s.Minimum != nil || s.Maximum != nil || s.MultipleOf != nil
	if isMore && (s.Format != nil || s.Enum != nil) {
		part := &jsonschema.Schema{DraftVersion: s.DraftVersion, Location: s.Location, Format: s.Format, Enum: s.Enum}
		s.AllOf, s.Format, s.Enum = append(s.AllOf, part), nil, nil
	}
}

// items judges an array as the keyword items does, but keeps the errors of the
// first wrong items only and counts the rest: those of a megabyte of wrong items
// would take hundreds of megabytes.
type items struct{ schema *jsonschema.Schema }

// Validate implements jsonschema.SchemaExt.
func (s items) Validate(ctx *jsonschema.ValidatorContext, value any) {
	array, _ := value.([]any)
	wrong, rest := 0, 0
	for i, item := range array {
		err, _ := ctx.Validate(s.schema, item, []string{strconv.Itoa(i)}).(*jsonschema.ValidationError)
		if err == nil {
			continue
		}
		if wrong++; wrong <= maxViolations {
			ctx.AddErr(err)
		} else {
			rest += count(err)
		}
	}
	if rest > 0 {
		ctx.AddError(&omitted{count: rest})
	}
}

// omitted stands for errors that were not kept.
type omitted struct {
	kind.Group
	count int
}

// count is how many findings err leads to, or a few more.
func count(err *jsonschema.ValidationError) (n int) {
	switch k := err.ErrorKind.(type) {
	case *kind.Schema, *kind.Group, *kind.Reference, *kind.AllOf:
		for _, cause := range err.Causes {
			n += count(cause)
		}
		return n
	case *kind.Required:
		return len(k.Missing)
	case *kind.AdditionalProperties:
		return len(k.Properties)
	case *omitted:
		return k.count
	}
	return 1
}
