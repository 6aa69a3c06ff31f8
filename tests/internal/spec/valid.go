package spec

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Valid makes a value that keeps s and has every property. Where s recurs, it has
// only what is required.
func (s *Schema) Valid() (any, error) {
	v := s.variant(0, nil)
	if !s.Conforms(v) {
		return nil, fmt.Errorf("%s: no value was found that keeps the schema (breaks %v): give it an example", s.Pointer, s.Broken(v))
	}
	return v, nil
}

// variant makes the n-th value, so that the items of one array can differ. It is
// for a place below values of the schemas above.
func (s *Schema) variant(n int, above []*Schema) any {
	switch {
	case s.is("object") || s.Types == nil && len(s.Properties) > 0:
		return s.members(n, above)
	case s.is("array"):
		return s.items(above)
	}
	s.find()
	if len(s.valid) == 0 {
		return nil
	}
	return s.valid[n%len(s.valid)]
}

func (s *Schema) items(above []*Schema) any {
	items := []any{}
	usual := 2
	switch {
	case s.Items == nil || slices.Contains(above, s):
		usual = 0
	case len(above) > 2:
		usual = 1
	}
	for i := range max(s.limit("minItems", 0), min(usual, s.limit("maxItems", usual))) {
		if s.Items == nil {
			items = append(items, i)
			continue
		}
		items = append(items, s.Items.variant(i, append(slices.Clone(above), s)))
	}
	return items
}

func (s *Schema) members(n int, above []*Schema) any {
	again := slices.Contains(above, s)
	low, high := s.limit("minProperties", 0), s.limit("maxProperties", 1<<30)
	// wanted reports whether another optional member is to be added to so many.
	wanted := func(have int) bool { return have < high && (!again || low > 0 && have <= low && len(above) < 20) }
	above = append(slices.Clone(above), s)
	made := map[string]any{}
	for _, name := range s.Required {
		switch {
		case s.Properties[name] != nil:
			made[name] = s.Properties[name].variant(n, above)
		case s.Additional != nil:
			made[name] = s.Additional.variant(n, above)
		default:
			made[name] = "text"
		}
	}
	for _, name := range s.names() {
		if _, there := made[name]; !there && wanted(len(made)) {
			made[name] = s.Properties[name].variant(n, above)
		}
	}
	for i := 0; s.Additional != nil && i < max(2, low) && wanted(len(made)); i++ {
		made["key"+strconv.Itoa(i)] = s.Additional.variant(n+i, above)
	}
	return made
}

// find collects scalars that keep s, and those that are near it.
func (s *Schema) find() {
	s.once.Do(func() {
		seen := map[string]bool{}
		for _, v := range s.candidates(rand.New(rand.NewPCG(1, 1))) {
			text, err := json.Marshal(v)
			if err != nil || seen[string(text)] {
				continue
			}
			seen[string(text)] = true
			s.nearby = append(s.nearby, v)
			if s.Conforms(v) {
				s.valid = append(s.valid, v)
			}
		}
	})
}

// near are scalars that keep s or break it narrowly; at least one.
func (s *Schema) near() []any {
	s.find()
	return s.nearby
}

// candidates are scalars that may keep s or break it narrowly.
func (s *Schema) candidates(rng *rand.Rand) []any {
	all := append([]any{}, s.Examples...)
	if v, ok := s.Raw["const"]; ok {
		all = append(all, v)
	}
	all = append(all, list(s.Raw["enum"])...)
	if len(s.Types) == 0 {
		all = append(all, "text", json.Number("1"), true, []any{"x"})
	}
	if s.is("boolean") {
		all = append(all, true, false)
	}
	if s.is("integer") || s.is("number") {
		all = append(all, s.numbers()...)
	}
	if s.is("string") {
		all = append(all, s.strings(rng)...)
	}
	return append(all, nil)
}

// numbers are those at the limits and beside them.
func (s *Schema) numbers() []any {
	var all []any
	add := func(f float64) { all = append(all, json.Number(strconv.FormatFloat(f, 'f', -1, 64))) }
	step := 1.0
	if n, ok := s.Raw["multipleOf"].(json.Number); ok {
		step, _ = n.Float64()
	}
	for _, keyword := range []string{"minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"} {
		if n, ok := s.Raw[keyword].(json.Number); ok {
			f, _ := n.Float64()
			all = append(all, n)
			for _, d := range []float64{step, -step, 1, -1, 0.5, -0.5} {
				add(f + d)
			}
		}
	}
	for _, f := range []float64{1, 0, -1, 2, 3, 0.5, 7} {
		add(f * step)
	}
	return append(all, json.Number("1.0"), json.Number("1e2"), json.Number("1.5"))
}

// strings are made from format, pattern and lengths.
func (s *Schema) strings(rng *rand.Rand) []any {
	var all []string
	all = append(all, ofFormat[s.string("format")]...)
	if pattern := s.string("pattern"); pattern != "" {
		if tree, err := syntax.Parse(pattern, syntax.Perl); err == nil {
			for i := range 100 {
				var b strings.Builder
				count := func(low, high int) int { return low + rng.IntN(high-low+1) }
				if i < len(limits) {
					count = limits[i]
				}
				match(&b, tree, count, rng)
				all = append(all, b.String(), b.String()+"<%")
				for _, of := range ofFormat[s.string("format")] {
					all = append(all, b.String()+of)
				}
			}
		}
	}
	all = append(all, "text", "another text")
	low, high := s.limit("minLength", 0), s.limit("maxLength", -1)
	for _, n := range []int{low - 1, low, low + 1, high - 1, high, high + 1} {
		if n >= 0 {
			all = append(all, strings.Repeat("a", n), strings.Repeat("é", n))
		}
	}
	for i := range 20 {
		all = append(all, fmt.Sprintf("%0*d", max(1, low), i))
	}
	var values []any
	for _, text := range append(all, edges...) {
		if utf8.ValidString(text) {
			values = append(values, text)
		}
	}
	return values
}

var ofFormat = map[string][]string{
	"email":     {"user@example.com", "b@example.com"},
	"uri":       {"https://example.com/a?b=c", "https://example.com/b", "com.example.app:/signed"},
	"date-time": {"2025-07-30T08:55:52.520909994Z", "1996-12-19T16:39:57-08:00", "1937-01-01T12:00:27.87+00:20"}, // Go's time holds no leap second
	"date":      {"2025-07-30", "2024-02-29"},
	"uuid":      {"123e4567-e89b-12d3-a456-426614174000", "74884FE3-C9E1-4462-B60F-C461E422000C"},
}

// limits are how often a part of a pattern is repeated to be just inside or just
// outside of what the pattern allows.
var limits = []func(low, high int) int{
	func(low, _ int) int { return low },
	func(_, high int) int { return high },
	func(low, _ int) int { return max(0, low-1) },
	func(_, high int) int { return high + 1 },
}

// match writes a string that tree matches, if count keeps between low and high.
func match(b *strings.Builder, tree *syntax.Regexp, count func(low, high int) int, rng *rand.Rand) {
	low, high := 0, 0
	switch tree.Op {
	case syntax.OpConcat, syntax.OpCapture:
		for _, sub := range tree.Sub {
			match(b, sub, count, rng)
		}
		return
	case syntax.OpLiteral:
		b.WriteString(string(tree.Rune))
		return
	case syntax.OpCharClass:
		i := rng.IntN(len(tree.Rune)/2) * 2
		from, to := tree.Rune[i], min(tree.Rune[i+1], tree.Rune[i]+50)
		b.WriteRune(from + rune(rng.IntN(int(to-from)+1)))
		return
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		b.WriteByte("ab01"[rng.IntN(4)])
		return
	case syntax.OpAlternate:
		match(b, tree.Sub[rng.IntN(len(tree.Sub))], count, rng)
		return
	case syntax.OpStar:
		low, high = 0, 4
	case syntax.OpPlus:
		low, high = 1, 5
	case syntax.OpQuest:
		low, high = 0, 1
	case syntax.OpRepeat:
		low, high = tree.Min, tree.Max
		if high < 0 {
			high = low + 4
		}
	}
	for range count(low, high) {
		for _, sub := range tree.Sub { // none for an anchor
			match(b, sub, count, rng)
		}
	}
}
