package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/umbrella-api/umbrella-go/tools/internal/document"
)

// alone follows $ref and an allOf of one part to the schema that has the rules.
func alone(s *document.Schema) *document.Schema {
	s = s.Target()
	for len(s.AllOf) == 1 && len(s.Properties) == 0 && len(s.Required) == 0 && s.MinProperties == nil && s.MaxProperties == nil {
		s = s.AllOf[0].Target()
	}
	return s
}

// isContainer reports whether a type that names.underlying returns is a list or a map.
func isContainer(under string) bool { return strings.HasPrefix(under, "[]") || isMap(under) }

func isMap(under string) bool { return strings.HasPrefix(under, "map[") }

// hasFunction reports whether a Go type has functions of its own.
func (w *checkWriter) hasFunction(goType string) bool {
	under := w.names.underlying(goType)
	return strings.HasPrefix(goType, "api.") && (under == "struct" || isContainer(under))
}

// code returns the entry for a Go type and whether it has still to be written.
func (w *checkWriter) code(all map[string]*typeCode, s *document.Schema, goType, suffix string) (*typeCode, bool) {
	key := goType
	for n := 2; all[key] != nil && all[key].schema != s; n++ {
		key = fmt.Sprintf("%s%d", goType, n) // one type for two schemas
	}
	if t := all[key]; t != nil {
		t.used = true
		return t, false
	}
	name := variable(strings.ReplaceAll(strings.TrimPrefix(key, "api."), "_", ""))
	t := &typeCode{name: name + suffix, schema: s}
	all[key] = t
	return t, true
}

// rulesOf returns the name of the function that checks a type, "" if there is
// nothing to check.
func (w *checkWriter) rulesOf(s *document.Schema, goType string) string {
	t, isNew := w.code(w.rules, s, goType, "Rules")
	if !isNew {
		return t.name
	}
	at, body, argument := len(w.functions), lines{}, "*"+goType
	if w.names.underlying(goType) == "struct" {
		w.object(&body, s, goType)
	} else {
		w.container(&body, s, goType, "x", "", false)
		argument = goType
	}
	if body.Len() == 0 && !t.used {
		t.name = ""
		return ""
	}
	w.function(at, fmt.Sprintf("// %s checks what the document says of %s.\nfunc %[1]s(v *check.Violations, x %[3]s)",
		t.name, strings.TrimPrefix(goType, "api."), argument), body.String())
	return t.name
}

func (w *checkWriter) object(body *lines, s *document.Schema, goType string) {
	known, must := []string{}, s.AllRequired()
	for _, p := range s.AllProperties() {
		f, ok := w.names.field(goType, p.Name)
		if !ok {
			w.fail(p.Schema, "the generated type %s has no field for it", goType)
		}
		w.field(body, p.Schema, f, "x", slices.Contains(must, p.Name))
		known = append(known, p.Name)
	}
	for _, name := range must {
		if !slices.Contains(known, name) {
			w.fail(s, "requires %s, which is no property; add it or remove it in overlay.yaml", name)
		}
	}
	if f, ok := w.names.field(goType, "-"); ok {
		if len(known) > 0 {
			body.add("check.Known(v, x.%s, %s)", f.name, quoted(known))
		}
		w.values(body, s.AdditionalProperties, w.names.elem(f.goType), "x."+f.name, "")
	}
	w.members(body, s, w.names.fields(goType))
}

// members counts those of a struct, where the document limits their number.
func (w *checkWriter) members(body *lines, s *document.Schema, fields []field) {
	var rules lines
	memberLimits(s, func(beyond, keyword, reason string) { rules.rule(beyond, "", keyword, "has "+reason) })
	if rules.Len() == 0 {
		return
	}
	always := 0
	var count lines
	for _, f := range fields {
		switch {
		case f.json == "-":
			count.add("members += len(x.%s)", f.name)
		case !f.omitempty:
			always++
		case f.pointer || f.goType == "any":
			count.block("if x."+f.name+" != nil", "members++\n")
		default:
			count.block("if len(x."+f.name+") > 0", "members++\n")
		}
	}
	body.block("if !v.IsAnswer()", fmt.Sprintf("members := %d\n", always)+count.String()+rules.String())
}

// memberLimits calls rule for each limit on the number of members of an object.
func memberLimits(s *document.Schema, rule func(beyond, keyword, reason string)) {
	for _, part := range s.Parts() {
		if least := part.MinProperties; least != nil {
			rule(fmt.Sprintf("members < %d", *least), "minProperties", "fewer than "+counted(*least, "member"))
		}
		if most := part.MaxProperties; most != nil {
			rule(fmt.Sprintf("members > %d", *most), "maxProperties", "more than "+counted(*most, "member"))
		}
	}
}

// rule adds a violation under a condition.
func (l *lines) rule(condition, name, keyword, reason string) {
	l.block("if "+condition, fmt.Sprintf("v.Add(%q, %q, %s)\n", name, keyword, goString(reason)))
}

// field checks a field of the struct in the variable x.
func (w *checkWriter) field(body *lines, s *document.Schema, f field, x string, must bool) {
	expr, under := x+"."+f.name, w.names.underlying(f.goType)
	isList := isContainer(under)
	if must && f.omitempty && (isList || f.pointer) {
		body.rule(expr+" == nil", f.json, "required", "is missing")
	}
	switch {
	case f.pointer:
		var code lines
		w.value(&code, s, f.goType, expr, f.json)
		body.after(expr+" != nil", code.String())
	case isList:
		if !f.omitempty && !alone(s).Nullable {
			body.add("v.Present(%q, %s == nil)", f.json, expr)
		}
		w.container(body, s, f.goType, expr, f.json, f.omitempty)
	default:
		w.value(body, s, f.goType, expr, f.json)
	}
}

// value checks the expression expr of a Go type; a pointer is not nil. Its place
// is the member name, or with "" the value that was entered last.
func (w *checkWriter) value(body *lines, s *document.Schema, goType, expr, name string) {
	if s == nil {
		return // any value
	}
	s = alone(s)
	plain, pointer := strings.CutPrefix(goType, "*")
	switch under := w.names.underlying(goType); {
	case under == "struct":
		function := w.rulesOf(s, plain)
		if function == "" {
			return
		}
		if !pointer {
			expr = "&" + expr
		}
		body.enter("Enter(%q)", name, fmt.Sprintf("%s(v, %s)\n", function, expr))
	case isContainer(under):
		w.list(body, s, goType, expr, name)
	case under == "any":
	default:
		if pointer {
			expr = "*" + expr
		}
		w.scalar(body, s, scalarType{plain, under}, expr, name)
	}
}

// enter adds code that runs within the member name.
func (l *lines) enter(call, name, code string) {
	if name == "" && strings.HasPrefix(call, "Enter(") {
		l.WriteString(code)
		return
	}
	if code != "" {
		l.block("if v."+fmt.Sprintf(call, name), code+"v.Leave()\n")
	}
}

// counted writes "1 item" or "2 items".
func counted(n int, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return fmt.Sprintf("%d %ss", n, unit)
}

// quoted writes names as the arguments of a call.
func quoted(names []string) string {
	all := make([]string, len(names))
	for i, name := range names {
		all[i] = fmt.Sprintf("%q", name)
	}
	return strings.Join(all, ", ")
}
