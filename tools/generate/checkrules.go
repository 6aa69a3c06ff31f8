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

// properties are those of an object and of the parts of its allOf.
func properties(s *document.Schema) (all []*document.Property) {
	s = s.Target()
	all = append(all, s.Properties...)
	for _, part := range s.AllOf {
		all = append(all, properties(part)...)
	}
	return all
}

// required are the names that an object and the parts of its allOf require.
func required(s *document.Schema) (all []string) {
	s = s.Target()
	all = append(all, s.Required...)
	for _, part := range s.AllOf {
		for _, name := range required(part) {
			if !slices.Contains(all, name) {
				all = append(all, name)
			}
		}
	}
	return all
}

// hasFunction reports whether a Go type has functions of its own.
func (w *checkWriter) hasFunction(goType string) bool {
	under := w.names.underlying(goType)
	return strings.HasPrefix(goType, "api.") && (under == "struct" || strings.HasPrefix(under, "[]") || strings.HasPrefix(under, "map["))
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
	if isNew {
		at := len(w.functions)
		body, argument := lines{}, "*"+goType
		if w.names.underlying(goType) == "struct" {
			w.object(&body, s, goType)
		} else {
			w.container(&body, s, goType, "x", "", false)
			argument = goType
		}
		t.empty = body.Len() == 0 && !t.used
		if !t.empty {
			short := strings.TrimPrefix(goType, "api.")
			w.function(fmt.Sprintf("%s checks what the document says of %s.", t.name, short),
				fmt.Sprintf("func %s(v *check.Violations, x %s)", t.name, argument), body.String())
			w.last(at)
		}
	}
	if t.empty {
		return ""
	}
	return t.name
}

func (w *checkWriter) object(body *lines, s *document.Schema, goType string) {
	fields, known, must := w.names.fields(goType), []string{}, required(s)
	for _, p := range properties(s) {
		for _, f := range fields {
			if f.json == p.Name {
				w.field(body, p.Schema, f, "x", slices.Contains(must, p.Name))
				known = append(known, p.Name)
			}
		}
		if !slices.Contains(known, p.Name) {
			w.fail(p.Schema, "the generated type %s has no field for it", goType)
		}
	}
	for _, name := range must {
		if !slices.Contains(known, name) {
			w.fail(s, "requires %s, which is no property; add it or remove it in overlay.yaml", name)
		}
	}
	for _, f := range fields {
		if f.json == "-" {
			if len(known) > 0 {
				body.add("check.Known(v, x.%s, %s)", f.name, quoted(known))
			}
			w.values(body, s.AdditionalProperties, w.names.elem(f.goType), "x."+f.name, "")
		}
	}
	w.members(body, s, fields, must)
}

// members counts those of a struct, where the document limits their number.
func (w *checkWriter) members(body *lines, s *document.Schema, fields []field, must []string) {
	if s.MinProperties == nil && s.MaxProperties == nil {
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
	body.add("members := %d", always)
	body.WriteString(count.String())
	if s.MinProperties != nil {
		body.rule(fmt.Sprintf("members < %d", *s.MinProperties), "", "minProperties", "has fewer than "+counted(*s.MinProperties, "member"))
	}
	if s.MaxProperties != nil {
		body.rule(fmt.Sprintf("members > %d", *s.MaxProperties), "", "maxProperties", "has more than "+counted(*s.MaxProperties, "member"))
	}
}

// rule adds a violation under a condition.
func (l *lines) rule(condition, name, keyword, reason string) {
	l.block("if "+condition, fmt.Sprintf("v.Add(%q, %q, %s)\n", name, keyword, goString(reason)))
}

// field checks a field of the struct in the variable x.
func (w *checkWriter) field(body *lines, s *document.Schema, f field, x string, must bool) {
	expr, under := x+"."+f.name, w.names.underlying(f.goType)
	isList := strings.HasPrefix(under, "[]") || strings.HasPrefix(under, "map[")
	if must && f.omitempty && (isList || f.pointer) {
		body.rule(expr+" == nil", f.json, "required", "is missing")
	}
	switch {
	case f.pointer:
		var code lines
		w.value(&code, s, f.goType, expr, f.json)
		body.after(expr+" != nil", code.String())
	case isList && !f.omitempty && !alone(s).Nullable:
		body.add("v.Present(%q, %s == nil)", f.json, expr)
		w.container(body, s, f.goType, expr, f.json, false)
	case isList:
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
	case strings.HasPrefix(under, "[]"), strings.HasPrefix(under, "map["):
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

// list checks a list or map that is not a field: one that is nil is sent as null.
func (w *checkWriter) list(body *lines, s *document.Schema, goType, expr, name string) {
	if strings.HasPrefix(goType, "*") {
		goType, expr = goType[1:], "*"+expr
	}
	if !s.Nullable {
		body.add("v.Present(%q, %s == nil)", name, expr)
	}
	if !w.hasFunction(goType) {
		w.container(body, s, goType, expr, name, false)
	} else if function := w.rulesOf(s, goType); function != "" {
		body.enter("Enter(%q)", name, fmt.Sprintf("%s(v, %s)\n", function, expr))
	}
}

// container checks a list or a map and what is in it. One that is nil is null or
// not sent; with omitempty one that is empty is not sent either.
func (w *checkWriter) container(body *lines, s *document.Schema, goType, expr, name string, omitempty bool) {
	s = alone(s)
	isMap := strings.HasPrefix(w.names.underlying(goType), "map[")
	least, most, unit, keywords := s.MinItems, s.MaxItems, "item", [2]string{"minItems", "maxItems"}
	if isMap {
		least, most, unit, keywords = s.MinProperties, s.MaxProperties, "member", [2]string{"minProperties", "maxProperties"}
	}
	if least != nil && *least > 0 && !(omitempty && *least == 1) {
		sent := expr + " != nil"
		if omitempty {
			sent = "len(" + expr + ") > 0"
		}
		body.rule(fmt.Sprintf("%s && len(%s) < %d", sent, expr, *least), name, keywords[0], "has fewer than "+counted(*least, unit))
	}
	if most != nil {
		body.rule(fmt.Sprintf("len(%s) > %d", expr, *most), name, keywords[1], "has more than "+counted(*most, unit))
	}
	elem := w.names.elem(goType)
	if isMap {
		w.keys(body, s, expr, name, omitempty)
		w.values(body, s.AdditionalProperties, elem, expr, name)
		return
	}
	if s.UniqueItems {
		body.rule(fmt.Sprintf("!check.%s(%s)", w.unique(elem), expr), name, "uniqueItems", "has an item twice")
	}
	w.items(body, s.Items, elem, expr, name)
}

// keys checks that a map has the members that it must have.
func (w *checkWriter) keys(body *lines, s *document.Schema, expr, name string, omitempty bool) {
	var code lines
	for _, key := range required(s) {
		code.block(fmt.Sprintf("if _, ok := %s[%q]; !ok", expr, key), fmt.Sprintf("v.Add(%q, \"required\", \"is missing\")\n", key))
	}
	var inner lines
	inner.enter("Enter(%q)", name, code.String())
	sent := expr + " != nil"
	if omitempty {
		sent = "len(" + expr + ") > 0"
	}
	if code.Len() > 0 {
		body.after(sent, inner.String())
	}
}

// unique names the function that compares items of a type as JSON does.
func (w *checkWriter) unique(elem string) string {
	switch w.names.underlying(elem) {
	case "string", "bool", "int", "int32", "int64", "float32", "float64":
		if elem[0] != '*' {
			return "Unique"
		}
	}
	return "UniqueJSON"
}

func (w *checkWriter) items(body *lines, s *document.Schema, elem, expr, name string) {
	item := expr + "[i]"
	code, head := lines{}, fmt.Sprintf("for i := range %s", expr)
	if w.names.underlying(elem) != "struct" && elem[0] != '*' {
		item, head = "item", fmt.Sprintf("for i, item := range %s", expr)
	}
	w.value(&code, s, elem, item, "")
	inner := lines{}
	inner.enter("EnterItem(%q, i)", name, code.String())
	if elem[0] == '*' && code.Len() > 0 {
		guarded := lines{}
		guarded.after(item+" != nil", code.String())
		inner = lines{}
		inner.enter("EnterItem(%q, i)", name, guarded.String())
	}
	body.block(head, inner.String())
}

// values checks the names and values of a map.
func (w *checkWriter) values(body *lines, s *document.Schema, elem, expr, name string) {
	var code, loop lines
	w.value(&code, s, elem, "value", "")
	inner := "v.Text(\"\", key)\n"
	if code.Len() > 0 {
		if elem[0] == '*' {
			guarded := lines{}
			guarded.block(fmt.Sprintf("if value := %s[key]; value != nil", expr), code.String())
			inner += guarded.String()
		} else {
			inner += fmt.Sprintf("value := %s[key]\n%s", expr, code.String())
		}
	}
	loop.enter("EnterValue(%q)", name, inner)
	body.block(fmt.Sprintf("for _, key := range check.Keys(%s)", expr), loop.String())
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
