package check_test

import (
	"errors"
	"math"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/internal/check"
)

func TestViolations_NameThePlace(t *testing.T) {
	var v check.Violations
	v.Add("", "type", "a")
	v.Add("email", "format", "b")
	require.True(t, v.EnterItem("signForms", 10))
	v.Add("fieldId", "required", "c")
	require.True(t, v.Enter("inner"))
	v.Add("a.b", "type", "d")
	require.True(t, v.EnterItem("", 0))
	v.Add("", "enum", "e")
	v.Leave()
	v.Leave()
	v.Leave()
	require.True(t, v.EnterValue("labels"))
	v.Add("", "maxLength", "f")
	v.Leave()
	v.Root("$query")
	v.Add("limit", "minimum", "g")
	require.Equal(t, []check.Violation{
		{"$", "type", "a"},
		{"$.email", "format", "b"},
		{"$.signForms[10].fieldId", "required", "c"},
		{"$.signForms[10].inner['a.b']", "type", "d"},
		{"$.signForms[10].inner[0]", "enum", "e"},
		{"$.labels.*", "maxLength", "f"},
		{"$query.limit", "minimum", "g"},
	}, v.List())
	require.Zero(t, v.More())
}

func TestViolations_ErrIsTheFirstWithoutTheRoot(t *testing.T) {
	var v check.Violations
	require.NoError(t, v.Err())
	require.False(t, v.IsAnswer())
	v = *check.Answer("$.data")
	require.True(t, v.IsAnswer())
	v.Add("url", "format", "does not have the format uri")
	v.Add("id", "type", "is wrong")
	require.EqualError(t, v.Err(), "data.url does not have the format uri")

	var root check.Violations
	root.EnterItem("", 3)
	root.Add("", "type", "is wrong")
	require.EqualError(t, root.Err(), "[3] is wrong")
}

func TestViolations_KeepFiftyAndCountTheRest(t *testing.T) {
	var v check.Violations
	for i := range 60 {
		v.Add(strconv.Itoa(i), "type", "is wrong")
	}
	require.Len(t, v.List(), 50)
	require.Equal(t, "$.49", v.List()[49].Path)
	require.Equal(t, 10, v.More())
}

func TestViolations_DepthIsBounded(t *testing.T) {
	var v check.Violations
	depth := 0
	for v.Enter("a") {
		depth++
	}
	require.Equal(t, 1000, depth)
	v.Leave()
	require.False(t, v.Enter("b"), "one value that is too deep ends the search")
	require.Len(t, v.List(), 1)
}

func TestViolations_CheckValues(t *testing.T) {
	for want, run := range map[string]func(v *check.Violations){
		"": func(v *check.Violations) {
			v.Text("x", "ü")
			v.Number("x", 1)
			v.Time("x", time.Now())
			v.Format("x", "f", nil)
			v.Present("x", false)
		},
		"type":   func(v *check.Violations) { require.False(t, v.Text("x", "a\xff")) },
		"type ":  func(v *check.Violations) { require.False(t, v.Number("x", math.NaN())) },
		"type  ": func(v *check.Violations) { v.Present("x", true) },
		"format": func(v *check.Violations) { v.Format("x", "uri", errors.New("not a URI")) },
		"format ": func(v *check.Violations) {
			v.Time("x", time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC))
		},
		"format  ": func(v *check.Violations) {
			v.Time("x", time.Date(2025, 1, 1, 0, 0, 0, 0, time.FixedZone("", 24*60*60)))
		},
		"type   ": func(v *check.Violations) { check.Known(v, map[string]int{"x": 1}, "a", "x") },
	} {
		var v check.Violations
		run(&v)
		if want == "" {
			require.Empty(t, v.List())
			continue
		}
		require.Len(t, v.List(), 1, want)
		require.Equal(t, "$.x", v.List()[0].Path)
		require.Contains(t, want, v.List()[0].Rule)
	}
}

func TestUnique_FindsEqualItems(t *testing.T) {
	many := make([]int, 100)
	for i := range many {
		many[i] = i
	}
	require.True(t, check.Unique(many))
	many[99] = 0
	require.False(t, check.Unique(many))
	require.True(t, check.Unique([]string{}))
	require.True(t, check.Unique([]string{"a", "A"}))
	require.False(t, check.Unique([]string{"a", "b", "a"}))

	type item struct{ P *int }
	require.True(t, check.UniqueJSON([]item{{new(1)}, {new(2)}}))
	require.False(t, check.UniqueJSON([]item{{new(1)}, {new(1)}}), "equal, not the same pointer")
	require.False(t, check.UniqueJSON([]any{map[string]any{"a": 1, "b": 2}, map[string]any{"b": 2, "a": 1}}))
	require.True(t, check.UniqueJSON([]float64{math.NaN(), math.NaN()}), "cannot be sent at all")
}

func TestMultipleOf_IsThatOfDecimals(t *testing.T) {
	for _, test := range []struct {
		value float64
		of    string
		want  bool
	}{
		{0.3, "0.1", true},
		{0.57, "0.01", true},
		{19.99, "0.01", true},
		{1e300, "1e2", true},
		{0, "7", true},
		{-4.5, "1.5", true},
		{0.35, "0.1", false},
		{1e-300, "0.01", false},
		{1, "3", false},
		{1, "0", false},
	} {
		require.Equal(t, test.want, check.MultipleOf(test.value, test.of), "%v of %s", test.value, test.of)
	}
	require.True(t, check.MultipleOf(float32(0.3), "0.1"))
}

func TestKeys_AreSorted(t *testing.T) {
	require.Equal(t, []string{"a", "b", "c"}, check.Keys(map[string]int{"c": 1, "a": 1, "b": 1}))
}

func TestSpan_TakesCharactersOfASet(t *testing.T) {
	for _, test := range []struct {
		s           string
		least, most int
		set, rest   string
		want        bool
	}{
		{"123a", 1, -1, "0-9", "a", true},
		{"123a", 1, 2, "0-9", "3a", true},
		{"a", 1, -1, "0-9", "a", false},
		{"a", 0, -1, "0-9", "a", true},
		{"", 0, 1, "0-9", "", true},
		{"üöx", 2, 2, "öü", "x", true},
		{"a/b", 1, -1, "^/", "/b", true},
		{"-a-", 3, 3, "a-", "", true},
		{"^", 1, 1, "^", "", true},
		{"a^", 2, 2, "a^", "", true},
		{"x", 0, 0, "a-z", "x", true},
	} {
		s := test.s
		require.Equal(t, test.want, check.Span(&s, test.least, test.most, test.set), test)
		require.Equal(t, test.rest, s, test)
	}
	s := "abc"
	require.True(t, check.Literal(&s, "ab"))
	require.False(t, check.Literal(&s, "d"))
	require.Equal(t, "c", s)
}
