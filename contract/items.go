package contract

import (
	"strconv"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

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
