package main

import (
	"fmt"
	"strings"

	"github.com/umbrella-api/umbrella-go/tools/internal/document"
)

// read writes the reader of an operation's success.
func (w *checkWriter) read(op *document.Operation, o *opNames) {
	at, s, out, root := len(w.functions), op.Success().Schema, o.Answer, "$"
	var body lines
	body.add("r := strictjson.NewReader(data)")
	if o.Data == "" {
		w.assign(&body, s, "&r", "out :=", out)
		body.block("if err := r.Err(); err != nil", "return nil, err\n")
	} else {
		s, out, root = w.envelope(&body, s, o), o.Data, "$.data"
	}
	result := "out"
	if strings.HasPrefix(o.Out, "*") {
		result = "&out"
	}
	var rules lines
	w.value(&rules, s, out, "out", "")
	if rules.Len() > 0 {
		body.add("v := check.Answer(%q)", root)
		body.WriteString(rules.String())
		body.block("if err := v.Err(); err != nil", "return nil, err\n")
	}
	body.add("return %s, nil", result)
	w.function(at, fmt.Sprintf("func read%s(data []byte) (%s, error)", o.Method, o.Out), body.String())
}

// envelope reads {status: boolean, data: object} and returns the schema of data.
func (w *checkWriter) envelope(body *lines, s *document.Schema, o *opNames) *document.Schema {
	s = alone(s)
	memberLimits(s, func(_, keyword, _ string) {
		w.fail(s, "an envelope {status, data} with %s; remove it in overlay.yaml", keyword)
	})
	var data *document.Schema
	var members lines
	for _, p := range s.AllProperties() {
		members.add("case %q:", p.Name)
		if p.Name == "data" {
			data = alone(p.Schema)
			w.assign(&members, data, "&r", "out =", o.Data)
		} else {
			members.add("success = r.Bool()")
		}
	}
	members.add("default:")
	w.further(&members, s, o.Answer)
	body.add("var out %s\nsuccess := false", o.Data)
	body.add("r.Object(func(name string) {\nswitch name {\n%s}\n}, %s)", members.String(), quoted(s.AllRequired()))
	body.block("if err := r.Err(); err != nil || !success", "return nil, unsuccessful(data, err)\n")
	if !w.envelopes {
		w.envelopes = true
		w.function(len(w.functions), `// unsuccessful is ErrUnsuccessful for an answer that says "status": false, whatever
// else is wrong with it, and err for any other.
func unsuccessful(data []byte, err error) error`,
			"if strictjson.IsFalse(data, \"status\") {\nreturn ErrUnsuccessful\n}\nreturn err\n")
	}
	return data
}

// readerOf returns the name of the function that reads a type.
func (w *checkWriter) readerOf(s *document.Schema, goType string) string {
	t, isNew := w.code(w.readers, s, goType, "From")
	if !isNew {
		return t.name
	}
	at := len(w.functions)
	var body lines
	if w.names.underlying(goType) == "struct" {
		w.structure(&body, s, goType)
	} else {
		w.collect(&body, s, "r", "x", "=", goType)
	}
	body.add("return x")
	w.function(at, fmt.Sprintf("// %s reads a value of type %s.\nfunc %[1]s(r *strictjson.Reader) (x %[3]s)",
		t.name, strings.TrimPrefix(goType, "api."), goType), body.String())
	return t.name
}

func (w *checkWriter) structure(body *lines, s *document.Schema, goType string) {
	var members, further lines
	for _, p := range s.AllProperties() {
		if f, ok := w.names.field(goType, p.Name); ok { // else the rules have failed
			members.add("case %q:", p.Name)
			w.readField(&members, p.Schema, f)
		}
	}
	w.further(&further, s, goType)
	must := ""
	if names := s.AllRequired(); len(names) > 0 {
		must = ", " + quoted(names)
	}
	var limits lines
	memberLimits(s, func(beyond, _, reason string) {
		limits.block("if "+beyond, fmt.Sprintf("r.Refuse(%q)\n", "an object with "+reason))
	})
	assign := ""
	if limits.Len() > 0 {
		assign = "members := "
	}
	if members.Len() == 0 {
		body.add("%sr.Object(func(%s string) {\n%s}%s)", assign, nameIfUsed(further.String()), further.String(), must)
	} else {
		body.add("%sr.Object(func(name string) {\nswitch name {\n%sdefault:\n%s}\n}%s)", assign, members.String(), further.String(), must)
	}
	body.WriteString(limits.String())
}

func nameIfUsed(code string) string {
	if strings.Contains(code, "[name]") {
		return "name"
	}
	return "_"
}

// further reads a member for which the Go type has no field of its own.
func (w *checkWriter) further(body *lines, s *document.Schema, goType string) {
	f, ok := w.names.field(goType, "-")
	switch {
	case s.Closed:
		body.add("r.Refuse(\"a member that the document does not have\")\nr.HideName()")
	case !ok:
		body.add("r.Skip()")
	default:
		body.block(fmt.Sprintf("if x.%s == nil", f.name), fmt.Sprintf("x.%s = %s{}\n", f.name, f.goType))
		w.entry(body, s.AdditionalProperties, "r", "x."+f.name+"[name]", w.names.elem(f.goType))
	}
}

func (w *checkWriter) readField(body *lines, s *document.Schema, f field) {
	target := "x." + f.name
	w.assign(body, s, "r", target+" =", f.goType)
	// The rules take an empty list or map for one that is not sent.
	s = alone(s)
	least := s.MinItems
	must := 0
	if isMap(w.names.underlying(f.goType)) {
		least, must = s.MinProperties, len(s.AllRequired())
	}
	if least != nil {
		must = max(must, *least)
	}
	if !f.omitempty || f.pointer || must == 0 {
		return
	}
	empty := "len(" + target + ") == 0"
	if s.Nullable {
		empty = target + " != nil && " + empty
	}
	body.block("if "+empty, "r.Refuse(\"empty\")\n")
}

var readerMethods = map[string]string{
	"string": "String", "bool": "Bool", "int": "Int", "int32": "Int32", "int64": "Int64",
	"float32": "Float32", "float64": "Float64", "time.Time": "Time", "any": "Any",
}

// assign reads a value of a Go type from the reader r. To is where it goes, with
// the operator: "x.Name =".
func (w *checkWriter) assign(body *lines, s *document.Schema, r, to, goType string) {
	nullable := s != nil && alone(s).Nullable
	plain, pointer := strings.CutPrefix(goType, "*")
	under := w.names.underlying(plain)
	var code lines
	switch {
	case s != nil && w.hasFunction(plain):
		code.add("%s %s", to, pointed(pointer, fmt.Sprintf("%s(%s)", w.readerOf(alone(s), plain), r)))
	case s != nil && isContainer(under):
		target, operator, _ := strings.Cut(to, " ")
		if operator == ":=" || strings.Contains(target, "[") || pointer { // no variable of its own
			w.collect(&code, alone(s), r, "inner", ":=", plain)
			code.add("%s %s", to, pointed(pointer, "inner"))
		} else {
			w.collect(&code, alone(s), r, target, "=", plain)
		}
	default:
		call := fmt.Sprintf("%s.%s()", strings.TrimPrefix(r, "&"), readerMethods[under])
		if plain != under {
			call = plain + "(" + call + ")"
		}
		if readerMethods[under] == "" {
			w.fail(s, "became the Go type %s, which the readers do not know", goType)
		}
		code.add("%s %s", to, pointed(pointer, call))
	}
	if nullable && under != "any" {
		body.block(fmt.Sprintf("if !%s.Null()", strings.TrimPrefix(r, "&")), code.String())
		return
	}
	body.WriteString(code.String())
}

func pointed(pointer bool, expr string) string {
	if pointer {
		return "new(" + expr + ")"
	}
	return expr
}

// collect reads a list or a map into target, which the operator is to set.
func (w *checkWriter) collect(body *lines, s *document.Schema, r, target, operator, goType string) {
	elem, method := w.names.elem(goType), strings.TrimPrefix(r, "&")
	body.add("%s %s %s{}", target, operator, goType)
	var code lines
	if isMap(w.names.underlying(goType)) {
		w.entry(&code, s.AdditionalProperties, r, target+"[key]", elem)
		body.add("%s.Object(func(key string) {\n%s})", method, code.String())
		return
	}
	switch {
	case s.Items != nil && !alone(s.Items).Nullable && w.isNested(s.Items, elem) && elem[0] != '*':
		w.collect(&code, alone(s.Items), r, "item", ":=", elem)
		code.add("%s = append(%s, item)", target, target)
	case s.Items != nil && (alone(s.Items).Nullable || w.isNested(s.Items, elem)):
		code.add("var item %s", elem)
		w.assign(&code, s.Items, r, "item =", elem)
		code.add("%s = append(%s, item)", target, target)
	default:
		var value lines
		w.assign(&value, s.Items, r, "", elem)
		code.add("%s = append(%s, %s)", target, target, strings.TrimSpace(value.String()))
	}
	array := "Array"
	if s.UniqueItems && !w.comparable(elem) {
		array = "UniqueArray"
	}
	body.add("%s.%s(func() {\n%s})", method, array, code.String())
}

// entry reads a value of a map, whose name is data.
func (w *checkWriter) entry(body *lines, s *document.Schema, r, target, elem string) {
	if s != nil && alone(s).Nullable {
		body.add("var value %s", elem)
		w.assign(body, s, r, "value =", elem)
		body.add("%s = value", target)
	} else {
		w.assign(body, s, r, target+" =", elem)
	}
	body.add("%s.HideName()", strings.TrimPrefix(r, "&"))
}

// isNested reports whether reading a type takes more than one expression.
func (w *checkWriter) isNested(s *document.Schema, goType string) bool {
	plain := strings.TrimPrefix(goType, "*")
	return s != nil && !w.hasFunction(plain) && isContainer(w.names.underlying(plain))
}
