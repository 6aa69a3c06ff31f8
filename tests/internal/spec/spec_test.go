package spec

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func everything(t *testing.T) *Document {
	d, err := Load("testdata/everything.json")
	require.NoError(t, err)
	require.Len(t, d.Operations, 1)
	return d
}

func TestCases_BreakEachRuleAlone(t *testing.T) {
	s := everything(t).Operations[0].Body.Schema
	full, err := s.Valid()
	require.NoError(t, err)
	require.Empty(t, s.Broken(full))
	require.True(t, s.Conforms(full))
	require.True(t, s.ConformsToKin(full))

	cases, err := s.Cases()
	require.NoError(t, err)
	var rules []string
	for _, c := range cases {
		rules = append(rules, c.Path+" "+c.Rule)
		require.Equal(t, []string{c.Path + " " + c.Rule}, s.Broken(c.Value))
		require.False(t, s.Conforms(c.Value), "%s %s", c.Path, c.Rule)
	}
	for _, want := range []string{
		"$ type", "$.name required", "$.day required", "$ minProperties", "$.name minLength", "$.name maxLength", "$.day format", "$.mail format",
		"$.page format", "$.page pattern", "$.at format", "$.id format", "$.phone pattern", "$.kind enum", "$.version const", "$.note type", "$.note maxLength",
		"$.count minimum", "$.count maximum", "$.count multipleOf", "$.count type", "$.ratio exclusiveMinimum", "$.ratio exclusiveMaximum",
		"$.list minItems", "$.list maxItems", "$.list uniqueItems", "$.list[0] type", "$.list[0] minLength",
		"$.labels.* minLength", "$.labels maxProperties", "$.closed.extra additionalProperties", "$.closed.a type",
		"$.both.x required", "$.both.x type", "$.both.y minLength", "$.children[0] type",
	} {
		require.Contains(t, rules, want)
	}
}

func TestNeighbours_AreOnBothSidesOfALimit(t *testing.T) {
	s := everything(t).Operations[0].Body.Schema
	near, err := s.Neighbours()
	require.NoError(t, err)
	lengths, phones := map[int]bool{}, map[int]bool{}
	for _, n := range near {
		v := n.Value().(map[string]any)
		name, _ := v["name"].(string)
		phone, _ := v["phone"].(string)
		lengths[utf8.RuneCountInString(name)] = true
		if strings.HasPrefix(phone, "+") {
			phones[len(phone)] = true
		}
	}
	for _, n := range []int{1, 2, 3, 4, 5, 6} {
		require.Contains(t, lengths, n)
	}
	for _, n := range []int{4, 5, 16, 17} {
		require.Contains(t, phones, n)
	}
}

func TestBroken_AgreesWithTheWholeSchema(t *testing.T) {
	s := everything(t).Operations[0].Body.Schema
	g, err := NewGenerator(s, nil, rand.New(rand.NewPCG(1, 2)))
	require.NoError(t, err)
	valid := 0
	for range 1000 {
		v := g.Value()
		require.Equal(t, s.Conforms(v), len(s.Broken(v)) == 0, "%v", s.Broken(v))
		if s.Conforms(v) {
			valid++
		}
	}
	require.Greater(t, valid, 100)
	require.Less(t, valid, 900)
}

func TestParse_RefusesWhatNothingWouldExercise(t *testing.T) {
	data, err := os.ReadFile("testdata/everything.json")
	require.NoError(t, err)
	for _, tt := range []struct{ name, old, made, want string }{
		{"keyword", `"maxLength": 3`, `"contains": {}`, "keyword \"contains\""},
		{"format", `"format": "date"`, `"format": "hostname"`, "format \"hostname\""},
		{"place", `"in": "query", "required": true`, `"in": "header", "required": true`, "parameters in \"header\""},
		{"style", `"name": "tag",`, `"name": "tag", "explode": false,`, "learn explode"},
		{"media type", "application/json", "text/plain", "media types"},
		{"success", `"201"`, `"400"`, "no documented success"},
		{"id", `"operationId": "makePart",`, ``, "no operationId"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.Contains(t, string(data), tt.old)
			_, err := Parse([]byte(strings.Replace(string(data), tt.old, tt.made, 1)))
			require.ErrorContains(t, err, tt.want)
		})
	}
}

type fake struct{ got []any }

type (
	mode   string
	params struct {
		Tag *[]string `json:"tag,omitempty"`
		Dry *bool     `json:"dry,omitempty"`
	}
	part struct {
		Name string   `json:"name"`
		List []string `json:"list,omitempty"`
	}
)

func (f *fake) MAKEPart(_ context.Context, id string, number int, m mode, p *params, body part, _ ...func()) (*part, error) {
	f.got = []any{id, number, m, p, body}
	return &body, errors.New("done")
}

func TestCall_PutsEachValueWhereItBelongs(t *testing.T) {
	op := everything(t).Operations[0]
	client := &fake{}
	m, err := Find(client, op)
	require.NoError(t, err)
	values := map[string]any{"thingId": "a/b", "number": json.Number("7"), "mode": "fast", "tag": []any{"x y", "z"}}
	in := Input{Parameters: map[*Parameter]any{}, Body: []byte(`{"name":"n","list":["l"]}`)}
	for _, p := range op.Parameters {
		if value, ok := values[p.Name]; ok {
			in.Parameters[p] = value
		}
	}
	call, err := m.Bind(t.Context(), in)
	require.NoError(t, err)
	result, err := call.Do()
	require.EqualError(t, err, "done")
	require.Equal(t, &part{"n", []string{"l"}}, result)
	require.Equal(t, []any{"a/b", 7, mode("fast"), &params{Tag: &[]string{"x y", "z"}}, part{"n", []string{"l"}}}, client.got)

	set, err := call.Parameters()
	require.NoError(t, err)
	require.Equal(t, in.Parameters, set)
	body, err := call.Body()
	require.NoError(t, err)
	require.JSONEq(t, string(in.Body), string(body))
	require.True(t, SameURL(op.URL(set), "/things/a%2fb/parts/7?mode=fast&tag=x+y&tag=z"))
	require.False(t, SameURL(op.URL(set), "/things/a/b/parts/7?mode=fast&tag=x+y&tag=z"))

	in.Body = []byte(`{"name":1}`)
	_, err = m.Bind(t.Context(), in)
	require.Error(t, err, "no Go value is that")
	require.True(t, call.Spoil(1))
	_, _ = call.Do()
	require.Equal(t, part{"n", []string{"l\xff"}}, client.got[4])
}

func TestFind_RefusesAMethodThatLacksAnArgument(t *testing.T) {
	op := *everything(t).Operations[0]
	op.Parameters = op.Parameters[1:]
	_, err := Find(&fake{}, &op)
	require.ErrorContains(t, err, "arguments")
	op.ID = "other"
	_, err = Find(&fake{}, &op)
	require.ErrorContains(t, err, "no method for other")
}

func TestGenerator_RepeatsMembersAndBreaksText(t *testing.T) {
	s := everything(t).Operations[0].Body.Schema
	g, err := NewGenerator(s, nil, rand.New(rand.NewPCG(1, 3)))
	require.NoError(t, err)
	seen := map[string]bool{}
	for range 500 {
		data := g.JSON()
		switch {
		case !json.Valid(data):
			seen["broken"] = true
		case Unique(data):
			seen["unique"] = true
		default:
			seen["repeated"] = true
		}
	}
	require.Equal(t, []string{"broken", "repeated", "unique"}, slices.Sorted(maps.Keys(seen)))
}
