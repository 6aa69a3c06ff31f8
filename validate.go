package umbrella

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/internal/format"
	"github.com/umbrella-api/umbrella-go/internal/strictjson"
)

// ValidationError is a request that breaks the rules of openapi.yaml, found
// before anything was sent. errors.Is(err, ErrInvalidRequest) is true for it.
type ValidationError struct {
	// Fields has every broken rule, in the document's order; at least one.
	Fields []FieldError
}

// FieldError is one broken rule. It never holds the value.
type FieldError struct {
	Path   string // JSONPath in the body: "$.email", "$.signForms[0].fieldId", "$"
	Rule   string // the schema keyword: required, type, pattern, format; or json
	Reason string // what the document asks for
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

// Validate checks a request against openapi.yaml as a server that enforces the
// document would, without I/O. The error is a *[ValidationError] that names every
// field in the wrong. [Client.CreateSessionLink] calls it by itself.
func Validate(req api.CreateSessionLinkRequest) error {
	var v validation
	for _, p := range [...]struct {
		name, value string
	}{{"email", req.Email}, {"phoneNumber", req.PhoneNumber}, {"redirectUrl", req.RedirectURL}, {"docUrl", req.DocURL}} {
		v.text("$.", p.name, p.value)
	}
	for i, f := range req.SignForms {
		v.item("signForms", i, "fieldId", f.FieldID)
		v.item("signForms", i, "actorId", f.ActorID)
	}
	for i, f := range req.FillForm {
		v.item("fillForm", i, "fieldId", f.FieldID)
		v.item("fillForm", i, "value", f.Value)
	}
	return v.result()
}

// ValidateJSON is [Validate] for a request body that is still JSON, where fields
// can also be missing, null or of the wrong type, or appear twice.
func ValidateJSON(data []byte) error {
	var v validation
	if err := strictjson.Check(data); err != nil {
		v.add("$", "json", "is "+err.Error())
		return v.result()
	}
	top, ok := v.object("$", data)
	if !ok {
		return v.result()
	}
	for _, name := range []string{"email", "phoneNumber", "redirectUrl", "docUrl"} {
		v.member("$.", name, top)
	}
	v.items("signForms", top, "fieldId", "actorId")
	v.items("fillForm", top, "fieldId", "value")
	return v.result()
}

type validation struct{ fields []FieldError }

func (v *validation) result() error {
	if len(v.fields) == 0 {
		return nil
	}
	return &ValidationError{Fields: v.fields}
}

func (v *validation) add(path, rule, reason string) {
	v.fields = append(v.fields, FieldError{path, rule, reason})
}

// text checks a string against the rules that the document has for its name.
func (v *validation) text(parent, name, value string) {
	if !utf8.ValidString(value) {
		// encoding/json would replace the bad bytes without a word.
		v.add(parent+name, "type", "is not valid UTF-8 and so not a JSON string")
		return
	}
	switch name {
	case "email":
		v.format(parent+name, "email", format.Email(value))
	case "phoneNumber":
		if !isPhoneNumber(value) {
			v.add(parent+name, "pattern", `does not match ^\+?[1-9]\d{1,14}$ (E.164)`)
		}
	case "redirectUrl":
		v.format(parent+name, "uri", format.URI(value))
	case "docUrl":
		v.format(parent+name, "uri", format.URI(value))
		if !strings.HasPrefix(value, "https://") {
			v.add(parent+name, "pattern", "does not match ^https://")
		}
	}
}

func (v *validation) format(path, name string, err error) {
	if err != nil {
		v.add(path, "format", fmt.Sprintf("does not have the format %s: %v", name, err))
	}
}

// isPhoneNumber is the document's pattern ^\+?[1-9]\d{1,14}$ without a regexp
// to compile in every importer's start-up.
func isPhoneNumber(s string) bool {
	s = strings.TrimPrefix(s, "+")
	return len(s) >= 2 && len(s) <= 15 && s[0] != '0' && strings.Trim(s, "0123456789") == ""
}

// item checks a string in an array of objects. Such strings have no rule beyond
// being text, so the path is built only when one is broken.
func (v *validation) item(array string, i int, name, value string) {
	if !utf8.ValidString(value) {
		v.text(itemPath(array, i)+".", name, value)
	}
}

func itemPath(array string, i int) string { return "$." + array + "[" + strconv.Itoa(i) + "]" }

func (v *validation) object(path string, data []byte) (map[string]json.RawMessage, bool) {
	var members map[string]json.RawMessage
	if json.Unmarshal(data, &members) != nil || members == nil {
		v.add(path, "type", "is not an object")
		return nil, false
	}
	return members, true
}

func (v *validation) member(parent, name string, members map[string]json.RawMessage) {
	raw, ok := members[name]
	if !ok {
		v.add(parent+name, "required", "is missing")
		return
	}
	var value *string
	if json.Unmarshal(raw, &value) != nil || value == nil {
		v.add(parent+name, "type", "is not a string")
		return
	}
	v.text(parent, name, *value)
}

func (v *validation) items(array string, members map[string]json.RawMessage, names ...string) {
	raw, ok := members[array]
	if !ok {
		return
	}
	var items []json.RawMessage
	if json.Unmarshal(raw, &items) != nil || items == nil {
		v.add("$."+array, "type", "is not an array")
		return
	}
	for i, item := range items {
		path := itemPath(array, i)
		object, ok := v.object(path, item)
		if !ok {
			continue
		}
		for _, name := range names {
			v.member(path+".", name, object)
		}
	}
}
