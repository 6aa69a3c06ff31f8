package main

import (
	"fmt"
	"math"
	"math/big"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/umbrella-api/umbrella-go/tools/internal/document"
)

// scalarType is a Go type and the one that it is made of.
type scalarType struct{ name, under string }

// as converts an expression to the type that a scalar is made of.
func (t scalarType) as(expr string) string {
	if t.name == t.under {
		return expr
	}
	return t.under + "(" + expr + ")"
}

func (w *checkWriter) scalar(body *lines, s *document.Schema, t scalarType, expr, name string) {
	w.enum(body, s, t, expr, name)
	switch t.under {
	case "bool":
	case "string":
		w.text(body, s, t, expr, name)
	case "time.Time":
		if s.Pattern != "" || s.MinLength != nil || s.MaxLength != nil || s.Enum != nil || s.Const != nil {
			w.fail(s, "a %s with pattern, length or enum; keep one of them in overlay.yaml", s.Format)
		}
		body.add("v.Time(%q, %s)", name, t.as(expr))
	case "int", "int32", "int64":
		w.integer(body, s, t, expr, name)
	case "float32", "float64":
		var code lines
		w.float(&code, s, t, expr, name)
		number := t.as(expr)
		if t.under == "float32" {
			number = "float64(" + expr + ")"
		}
		test := fmt.Sprintf("v.Number(%q, %s)", name, number)
		if code.Len() == 0 {
			body.add("%s", test)
		}
		body.after(test, code.String())
	default:
		w.fail(s, "became the Go type %s, which the checks do not know", t.name)
	}
}

// enum checks enum and const.
func (w *checkWriter) enum(body *lines, s *document.Schema, t scalarType, expr, name string) {
	if s.Const != nil {
		body.rule(expr+" != "+literal(s.Const, t.under), name, "const", "is not "+literal(s.Const, t.under))
	}
	if len(s.Enum) == 0 {
		return
	}
	var values []string
	for _, value := range s.Enum {
		values = append(values, literal(value, t.under))
	}
	list := strings.Join(values, ", ")
	reason := "is not one of " + list
	if len(values) > 10 {
		reason = fmt.Sprintf("is not one of the %d values that the document has", len(values))
	}
	if t.under == "bool" && len(values) > 1 {
		return // both
	}
	body.add("switch %s {\ncase %s:\ndefault:\nv.Add(%q, \"enum\", %s)\n}", expr, list, name, goString(reason))
}

// literal writes a scalar of the document in Go.
func literal(value *yaml.Node, under string) string {
	switch under {
	case "string":
		return fmt.Sprintf("%q", value.Value)
	case "bool":
		return strings.ToLower(value.Value)
	}
	if n, ok := new(big.Rat).SetString(value.Value); ok && n.IsInt() && !strings.HasPrefix(under, "float") {
		return n.Num().String()
	}
	return value.Value
}

func (w *checkWriter) text(body *lines, s *document.Schema, t scalarType, expr, name string) {
	expr = t.as(expr)
	var code lines
	if s.MinLength != nil && *s.MinLength == 1 {
		code.rule(expr+` == ""`, name, "minLength", "is empty")
	} else if s.MinLength != nil && *s.MinLength > 1 {
		code.rule(fmt.Sprintf("utf8.RuneCountInString(%s) < %d", expr, *s.MinLength), name, "minLength", "has fewer than "+counted(*s.MinLength, "character"))
	}
	if s.MaxLength != nil {
		code.rule(fmt.Sprintf("utf8.RuneCountInString(%s) > %d", expr, *s.MaxLength), name, "maxLength", "has more than "+counted(*s.MaxLength, "character"))
	}
	if function := map[string]string{"email": "Email", "uri": "URI", "date-time": "DateTime", "date": "Date", "uuid": "UUID"}[s.Format]; function != "" {
		code.add("v.Format(%q, %q, format.%s(%s))", name, s.Format, function, expr)
	} else if s.Format != "" {
		w.fail(s, "format %s is not checked; remove it in overlay.yaml", s.Format)
	}
	if s.Pattern != "" {
		code.rule("!"+w.matcher(s, expr, name), name, "pattern", "does not match "+s.Pattern)
	}
	test := fmt.Sprintf("v.Text(%q, %s)", name, expr)
	if code.Len() == 0 && len(s.Enum) == 0 && s.Const == nil {
		body.add("%s", test) // one of an enum is text
	}
	body.after(test, code.String())
}

// after adds code that runs if test is true. If the code is one if, it is joined.
func (l *lines) after(test, code string) {
	rest, ok := strings.CutPrefix(code, "if ")
	if ok && strings.Count(code, "}\n") == 1 && strings.HasSuffix(code, "\n}\n") {
		l.add("if %s && %s", test, strings.TrimSpace(rest))
		return
	}
	l.block("if "+test, code)
}

// limits are those of minimum, maximum and their exclusive forms.
func limits(s *document.Schema) []struct{ text, keyword, operator, reason string } {
	return []struct{ text, keyword, operator, reason string }{
		{s.Minimum, "minimum", "<", "is less than "},
		{s.ExclusiveMinimum, "exclusiveMinimum", "<=", "is not more than "},
		{s.Maximum, "maximum", ">", "is more than "},
		{s.ExclusiveMaximum, "exclusiveMaximum", ">=", "is not less than "},
	}
}

func (w *checkWriter) integer(body *lines, s *document.Schema, t scalarType, expr, name string) {
	low, high := big.NewInt(math.MinInt64), big.NewInt(math.MaxInt64)
	if t.under == "int32" {
		low, high = big.NewInt(math.MinInt32), big.NewInt(math.MaxInt32)
	}
	for _, limit := range limits(s) {
		value, ok := new(big.Rat).SetString(limit.text)
		if !ok {
			continue
		}
		bound := new(big.Int).Div(value.Num(), value.Denom()) // rounded down
		operator := limit.operator
		if !value.IsInt() && operator[0] == '<' { // x < 1.5 and x <= 1.5 are x <= 1
			operator = "<="
		} else if !value.IsInt() { // x > 1.5 and x >= 1.5 are x > 1
			operator = ">"
		}
		beyond := bound.Cmp(low) < 0 && operator[0] == '<' || bound.Cmp(high) > 0 && operator[0] == '>'
		switch {
		case beyond: // no value of the Go type breaks it
		case bound.Cmp(low) < 0 || bound.Cmp(high) > 0:
			w.fail(s, "%s %s lies beyond the integers of Go; correct it in overlay.yaml", limit.keyword, limit.text)
		default:
			body.rule(fmt.Sprintf("%s %s %s", wide(t, expr, bound), operator, bound), name, limit.keyword, limit.reason+limit.text)
		}
	}
	of, ok := new(big.Rat).SetString(s.MultipleOf)
	switch {
	case !ok || of.Num().IsInt64() && of.Num().Int64() == 1:
	case !of.Num().IsInt64() || of.Num().Cmp(high) > 0:
		w.fail(s, "multipleOf %s lies beyond the integers of Go; correct it in overlay.yaml", s.MultipleOf)
	default:
		body.rule(fmt.Sprintf("%s%%%s != 0", wide(t, expr, of.Num()), of.Num()), name, "multipleOf", "is not a multiple of "+s.MultipleOf)
	}
}

// wide lets an int be compared with a number that an int of 32 bits cannot hold.
func wide(t scalarType, expr string, bound *big.Int) string {
	if t.under == "int" && bound.BitLen() > 31 {
		return "int64(" + expr + ")"
	}
	return expr
}

func (w *checkWriter) float(body *lines, s *document.Schema, t scalarType, expr, name string) {
	for _, limit := range limits(s) {
		value, ok := new(big.Rat).SetString(limit.text)
		if !ok {
			continue
		}
		if f, _ := value.Float64(); math.IsInf(f, 0) || t.under == "float32" && math.Abs(f) > math.MaxFloat32 {
			w.fail(s, "%s %s lies beyond the numbers of Go; remove it in overlay.yaml", limit.keyword, limit.text)
			continue
		}
		body.rule(fmt.Sprintf("%s %s %s", expr, limit.operator, limit.text), name, limit.keyword, limit.reason+limit.text)
	}
	if of := s.MultipleOf; of != "" {
		body.rule(fmt.Sprintf("!check.MultipleOf(%s, %q)", t.as(expr), of), name, "multipleOf", "is not a multiple of "+of)
	}
}
