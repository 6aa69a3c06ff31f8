package main

import (
	"fmt"
	"strings"

	"github.com/umbrella-api/umbrella-go/tools/internal/document"
)

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
	least, most, unit, keywords := s.MinItems, s.MaxItems, "item", [2]string{"minItems", "maxItems"}
	mapped := isMap(w.names.underlying(goType))
	if mapped {
		least, most, unit, keywords = s.MinProperties, s.MaxProperties, "member", [2]string{"minProperties", "maxProperties"}
	}
	if least != nil && *least > 0 && !(omitempty && *least == 1) {
		body.rule(fmt.Sprintf("%s && len(%s) < %d", isSent(expr, omitempty), expr, *least), name, keywords[0], "has fewer than "+counted(*least, unit))
	}
	if most != nil {
		body.rule(fmt.Sprintf("len(%s) > %d", expr, *most), name, keywords[1], "has more than "+counted(*most, unit))
	}
	elem := w.names.elem(goType)
	if mapped {
		w.keys(body, s, expr, name, omitempty)
		w.values(body, s.AdditionalProperties, elem, expr, name)
		return
	}
	if s.UniqueItems {
		unique := fmt.Sprintf("!check.Unique(%s)", expr)
		if !w.comparable(elem) {
			unique = fmt.Sprintf("!v.IsAnswer() && !check.UniqueJSON(%s)", expr)
		}
		body.rule(unique, name, "uniqueItems", "has an item twice")
	}
	w.items(body, s.Items, elem, expr, name)
}

// keys checks that a map has the members that it must have.
func (w *checkWriter) keys(body *lines, s *document.Schema, expr, name string, omitempty bool) {
	var code lines
	for _, key := range s.AllRequired() {
		code.block(fmt.Sprintf("if _, ok := %s[%q]; !ok", expr, key), fmt.Sprintf("v.Add(%q, \"required\", \"is missing\")\n", key))
	}
	var inner lines
	inner.enter("Enter(%q)", name, code.String())
	body.after(isSent(expr, omitempty), inner.String())
}

// isSent is the test for a list or map that is not left out.
func isSent(expr string, omitempty bool) string {
	if omitempty {
		return "len(" + expr + ") > 0"
	}
	return expr + " != nil"
}

// comparable reports whether Go compares values of a type as JSON does.
func (w *checkWriter) comparable(goType string) bool {
	switch w.names.underlying(goType) {
	case "string", "bool", "int", "int32", "int64", "float32", "float64":
		return goType[0] != '*'
	}
	return false
}

func (w *checkWriter) items(body *lines, s *document.Schema, elem, expr, name string) {
	item := expr + "[i]"
	head := fmt.Sprintf("for i := range %s", expr)
	if w.names.underlying(elem) != "struct" && elem[0] != '*' {
		item, head = "item", fmt.Sprintf("for i, item := range %s", expr)
	}
	var code, guarded, inner lines
	w.value(&code, s, elem, item, "")
	if elem[0] == '*' {
		guarded.after(item+" != nil", code.String())
	} else {
		guarded.WriteString(code.String())
	}
	inner.enter("EnterItem(%q, i)", name, guarded.String())
	body.block(head, inner.String())
}

// values checks the names and values of a map.
func (w *checkWriter) values(body *lines, s *document.Schema, elem, expr, name string) {
	var code, inner, loop lines
	w.value(&code, s, elem, "value", "")
	inner.add("v.Text(\"\", key)")
	if elem[0] == '*' {
		inner.block(fmt.Sprintf("if value := %s[key]; value != nil", expr), code.String())
	} else if code.Len() > 0 {
		inner.add("value := %s[key]", expr)
		inner.WriteString(code.String())
	}
	loop.enter("EnterValue(%q)", name, inner.String())
	body.block(fmt.Sprintf("for _, key := range check.Keys(%s)", expr), loop.String())
}
