package main

import (
	"fmt"
	"maps"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/umbrella-api/umbrella-go/tools/internal/document"
)

// matcher returns an expression that reports whether expr matches the pattern of s.
// The function that it calls, if any, is named after the first property that needs it.
func (w *checkWriter) matcher(s *document.Schema, expr, name string) string {
	translated, err := translate(s.Pattern)
	if err != nil {
		w.fail(s, "pattern %s: %v; write it otherwise, or remove it, in overlay.yaml", s.Pattern, err)
		return "false"
	}
	tree, err := syntax.Parse(translated, syntax.Perl)
	if err != nil {
		w.fail(s, "pattern %s is not one that Go can match: %v; write it otherwise, or remove it, in overlay.yaml", s.Pattern, err)
		return "false"
	}
	parts, begins, ends := sequence(tree)
	if begins && len(parts) == 1 && parts[0].text != "" {
		if ends {
			return fmt.Sprintf("(%s == %q)", expr, parts[0].text)
		}
		return fmt.Sprintf("strings.HasPrefix(%s, %q)", expr, parts[0].text)
	}
	function, ok := w.matchers[s.Pattern]
	if !ok {
		function = w.matcherName(name)
		w.matchers[s.Pattern] = function
		comment := fmt.Sprintf("// %s reports whether s matches %s.\n", function, oneLine(s.Pattern))
		if begins && decided(parts) {
			w.function(len(w.functions), fmt.Sprintf("%sfunc %s(s string) bool", comment, function), plainMatch(parts, ends))
		} else {
			w.functions = append(w.functions, fmt.Sprintf("%svar %s = pattern.New(%s)\n", comment, function, goString(translated)))
		}
	}
	return function + "(" + expr + ")"
}

func (w *checkWriter) matcherName(name string) string {
	letters := strings.Map(func(r rune) rune {
		if r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			return r
		}
		return -1
	}, name)
	base := "matchesItem"
	if letters != "" {
		base = "matches" + strings.ToUpper(letters[:1]) + letters[1:]
	}
	taken, function := slices.Collect(maps.Values(w.matchers)), base
	for n := 2; slices.Contains(taken, function); n++ {
		function = fmt.Sprintf("%s%d", base, n)
	}
	return function
}

// goString writes s as Go would best be read.
func goString(s string) string {
	text := fmt.Sprintf("%q", s)
	if strings.Contains(text, `\`) && strconv.CanBackquote(s) {
		return "`" + s + "`"
	}
	return text
}

// part is a literal text, or between least and most characters of a class.
type part struct {
	text        string
	class       []rune // pairs, as in package syntax
	least, most int    // most is -1 without a limit
}

// sequence takes a pattern apart into literals and classes with counts, and says
// whether it is tied to the begin and the end of the string. It returns no parts
// if the pattern is of another kind.
func sequence(tree *syntax.Regexp) (parts []part, begins, ends bool) {
	var flat []*syntax.Regexp
	flatten(tree, &flat)
	if len(flat) > 0 && flat[0].Op == syntax.OpBeginText {
		begins, flat = true, flat[1:]
	}
	if n := len(flat); n > 0 && flat[n-1].Op == syntax.OpEndText {
		ends, flat = true, flat[:n-1]
	}
	for _, re := range flat {
		p, ok := partOf(re)
		if !ok {
			return nil, begins, ends
		}
		parts = append(parts, p)
	}
	return parts, begins, ends
}

func flatten(re *syntax.Regexp, into *[]*syntax.Regexp) {
	switch re.Op {
	case syntax.OpConcat, syntax.OpCapture:
		for _, sub := range re.Sub {
			flatten(sub, into)
		}
	case syntax.OpEmptyMatch:
	default:
		*into = append(*into, re)
	}
}

func partOf(re *syntax.Regexp) (part, bool) {
	class, count := re, [2]int{1, 1}
	counts := map[syntax.Op][2]int{
		syntax.OpQuest: {0, 1}, syntax.OpStar: {0, -1}, syntax.OpPlus: {1, -1}, syntax.OpRepeat: {re.Min, re.Max},
	}
	if repeated, ok := counts[re.Op]; ok {
		class, count = re.Sub[0], repeated
	}
	for class.Op == syntax.OpCapture {
		class = class.Sub[0]
	}
	p := part{class: class.Rune, least: count[0], most: count[1]}
	switch {
	case class.Op == syntax.OpCharClass:
		return p, len(class.Rune) > 0 && len(class.Rune) <= 40
	case class.Op != syntax.OpLiteral || class.Flags&syntax.FoldCase != 0 || class != re && len(class.Rune) > 1:
		return part{}, false
	case class == re:
		p.text = string(re.Rune)
	}
	p.class = []rune{class.Rune[0], class.Rune[0]}
	return p, true
}

// decided reports whether taking as many characters as there are is always right:
// where the count varies, nothing that can follow begins with the same character.
func decided(parts []part) bool {
	if len(parts) == 0 {
		return false
	}
	for i, p := range parts {
		if p.text != "" || p.least == p.most {
			continue
		}
		for _, next := range parts[i+1:] {
			if overlap(p.class, next.class) {
				return false
			}
			if next.least > 0 {
				break
			}
		}
	}
	return true
}

func overlap(a, b []rune) bool {
	for i := 0; i < len(a); i += 2 {
		for j := 0; j < len(b); j += 2 {
			if a[i] <= b[j+1] && b[j] <= a[i+1] {
				return true
			}
		}
	}
	return false
}

func plainMatch(parts []part, ends bool) string {
	var calls []string
	for _, p := range parts {
		switch {
		case p.text != "":
			calls = append(calls, fmt.Sprintf("check.Literal(&s, %q)", p.text))
		default:
			calls = append(calls, fmt.Sprintf("check.Span(&s, %d, %d, %q)", p.least, p.most, classText(p.class)))
		}
	}
	if ends {
		calls = append(calls, `s == ""`)
	}
	return "return " + strings.Join(calls, " &&\n") + "\n"
}

// classText writes a class as check.Span reads it.
func classText(class []rune) string {
	if class[0] == 0 && class[len(class)-1] == unicode.MaxRune && len(class) > 2 {
		inverse := make([]rune, 0, len(class))
		for i := 1; i+1 < len(class); i += 2 {
			inverse = append(inverse, class[i]+1, class[i+1]-1)
		}
		return "^" + ranges(inverse)
	}
	return ranges(class)
}

// ranges keeps "-" and "^" from being read as more than themselves.
func ranges(class []rune) string {
	var all, caret, dash string
	for i := 0; i < len(class); i += 2 {
		low, high := class[i], class[i+1]
		switch low {
		case '^':
			caret, low = "^", low+1
		case '-':
			dash, low = "-", low+1
		}
		switch {
		case high < low:
		case high == low:
			all += string(low)
		default:
			all += string(low) + "-" + string(high)
		}
	}
	if all == "" {
		return dash + caret
	}
	return all + caret + dash
}
