package umbrella

import (
	"strings"

	"github.com/umbrella-api/umbrella-go/internal/check"
)

// ValidationError is a request that breaks the rules of openapi.yaml, found
// before anything was sent. errors.Is(err, ErrInvalidRequest) is true for it.
type ValidationError struct {
	// Fields has the broken rules, in the document's order: at least one, and the
	// first 50 of very many.
	Fields []FieldError
}

// FieldError is one broken rule. It never holds the value.
type FieldError struct {
	Path   string `json:"path"`   // JSONPath in the body, "$.signForms[0].fieldId", or a parameter, "$path.sessionId"
	Rule   string `json:"rule"`   // the schema keyword: required, type, pattern, format
	Reason string `json:"reason"` // what the document asks for
}

// Error implements error. It lists paths and reasons, not values.
func (e *ValidationError) Error() string {
	parts := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		parts[i] = f.Path + " " + f.Reason
	}
	return "umbrella: invalid request: " + strings.Join(parts, "; ")
}

// Is reports whether target is ErrInvalidRequest.
func (e *ValidationError) Is(target error) bool { return target == ErrInvalidRequest }

// Validate checks the body of a request against openapi.yaml as a server that
// enforces the document would, without I/O. The error is a *[ValidationError] that
// names every field in the wrong. The methods of [Client] call it by themselves.
func Validate[T Request](body T) error {
	var v check.Violations
	validateBody(&v, body)
	if len(v.List()) > 0 {
		return invalid(&v)
	}
	return nil
}

func invalid(v *check.Violations) error {
	e := &ValidationError{Fields: make([]FieldError, len(v.List()))}
	for i, broken := range v.List() {
		e.Fields[i] = FieldError(broken)
	}
	return e
}
