// Copied into package umbrella beside what rules.yaml generates.
package umbrella

import (
	"encoding/json"
	"errors"
	"maps"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/internal/check"
)

func good() api.Rules {
	return api.Rules{Text: "üü", Count: 1, Tags: []string{"a"}, Labels: map[string]string{}, NullTags: nil}
}

// broken lists path and rule of what checkSetRules finds.
func broken(in setRulesInput) (all []string) {
	v := new(check.Violations)
	checkSetRules(v, &in)
	for _, violation := range v.List() {
		all = append(all, violation.Path+" "+violation.Rule)
	}
	return all
}

var requests = []struct {
	want string // space-separated pairs of path and rule
	set  func(r *api.Rules)
}{
	{"", func(r *api.Rules) {}},
	{"$.text minLength", func(r *api.Rules) { r.Text = "ü" }},
	{"$.text maxLength", func(r *api.Rules) { r.Text = "üüüüü" }},
	{"", func(r *api.Rules) { r.Text = "🎉🎉🎉🎉" }},
	{"$.text type", func(r *api.Rules) { r.Text = "a\xff" }},
	{"$.count minimum", func(r *api.Rules) { r.Count = 0 }},
	{"$.count maximum", func(r *api.Rules) { r.Count = 11 }},
	{"$.tags type", func(r *api.Rules) { r.Tags = nil }},
	{"$.tags minItems", func(r *api.Rules) { r.Tags = []string{} }},
	{"$.tags maxItems", func(r *api.Rules) { r.Tags = []string{"a", "b", "c", "d"} }},
	{"$.tags uniqueItems", func(r *api.Rules) { r.Tags = []string{"a", "b", "a"} }},
	{"$.tags[1] minLength", func(r *api.Rules) { r.Tags = []string{"a", ""} }},
	{"$.labels type", func(r *api.Rules) { r.Labels = nil }},
	{"$.labels maxProperties", func(r *api.Rules) { r.Labels = map[string]string{"a": "", "b": "", "c": ""} }},
	{"$.labels.* maxLength", func(r *api.Rules) { r.Labels["secret"] = "long" }},
	{"$.labels.* type", func(r *api.Rules) { r.Labels["\xff"] = "" }},
	{"$.null_text maxLength", func(r *api.Rules) { r.NullText = new("long") }},
	{"$.null_tags minItems", func(r *api.Rules) { r.NullTags = []*api.RulesNullTags{} }},
	{"$.null_tags[1] enum", func(r *api.Rules) { r.NullTags = []*api.RulesNullTags{nil, new(api.RulesNullTags("c"))} }},
	{"$.email format", func(r *api.Rules) { r.Email = new("nobody") }},
	{"$.link pattern", func(r *api.Rules) { r.Link = new("http://example.com") }},
	{"$.link format", func(r *api.Rules) { r.Link = new("https://a b") }},
	{"$.at format", func(r *api.Rules) { r.At = new(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)) }},
	{"", func(r *api.Rules) { r.At = new(time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)) }},
	{"$.day format", func(r *api.Rules) { r.Day = new("2025-02-29") }},
	{"$.id format", func(r *api.Rules) { r.ID = new("1") }},
	{"$.code pattern", func(r *api.Rules) { r.Code = new("ABCD-1") }},
	{"", func(r *api.Rules) { r.Code = new("ABC-123") }},
	{"$.word pattern", func(r *api.Rules) { r.Word = new("abca" + "b") }},
	{"", func(r *api.Rules) { r.Word = new("abca") }},
	{"$.colour enum", func(r *api.Rules) { r.Colour = new(api.Colour("Red")) }},
	{"", func(r *api.Rules) { r.Colour = new(api.ColourRed) }},
	{"$.level enum", func(r *api.Rules) { r.Level = new(api.RulesLevel(3)) }},
	{"$.only const", func(r *api.Rules) { r.Only = new(api.RulesOnly("that")) }},
	{"$.big multipleOf", func(r *api.Rules) { r.Big = new(int64(math.MaxInt64)) }},
	{"$.small exclusiveMinimum", func(r *api.Rules) { r.Small = new(int32(0)) }},
	{"$.small exclusiveMaximum", func(r *api.Rules) { r.Small = new(int32(7)) }},
	{"", func(r *api.Rules) { r.Small = new(int32(1)) }},
	{"$.ratio multipleOf", func(r *api.Rules) { r.Ratio = new(0.015) }},
	{"", func(r *api.Rules) { r.Ratio = new(0.57) }}, // 0.57/0.01 is 56.99… in floats
	{"$.ratio exclusiveMinimum", func(r *api.Rules) { r.Ratio = new(0.0) }},
	{"$.ratio maximum", func(r *api.Rules) { r.Ratio = new(1.51) }},
	{"$.ratio type", func(r *api.Rules) { r.Ratio = new(math.NaN()) }},
	{"$.ratio type", func(r *api.Rules) { r.Ratio = new(math.Inf(-1)) }},
	{"", func(r *api.Rules) { r.Optional = []api.Colour{} }}, // is not sent
	{"$.optional[0] enum", func(r *api.Rules) { r.Optional = []api.Colour{""} }},
	{"$.pairs[0] maxItems $.pairs[1] type $.pairs[2][1] maximum", func(r *api.Rules) { r.Pairs = [][]int{{1, 2, 3}, nil, {1, 10}} }},
	{"$.derived.base const", func(r *api.Rules) { r.Derived = &api.Derived{} }},
	{"$.derived maxProperties", func(r *api.Rules) { r.Derived = &api.Derived{Base: "yes", More: new("")} }},
	{"$.closed maxProperties", func(r *api.Rules) { r.Closed = &api.Closed{A: new(""), B: new("")} }},
	{"$.extra.* maximum", func(r *api.Rules) { r.Extra = &api.Extra{AdditionalProperties: map[string]int{"b": 10}} }},
	{"$.extra.a type", func(r *api.Rules) { r.Extra = &api.Extra{AdditionalProperties: map[string]int{"a": 1}} }},
	{"$.tree.* type", func(r *api.Rules) { r.Tree = &api.Tree{"a": nil} }},
	{"$.parent.count minimum", func(r *api.Rules) { r.Parent = new(good()); r.Parent.Count = 0 }},
	{"$.children[1].count minimum", func(r *api.Rules) { r.Children = []api.Rules{good(), good()}; r.Children[1].Count = 0 }},
	{"$.children uniqueItems", func(r *api.Rules) { r.Children = []api.Rules{good(), good()} }},
	{"$.has.a required", func(r *api.Rules) { r.Has = map[string]string{"b": ""} }},
	{"$.nulls.* maximum", func(r *api.Rules) { r.Nulls = map[string]*int{"a": nil, "b": new(10)} }},
	{"$.text minLength $.count minimum $.day format", func(r *api.Rules) { r.Text, r.Count, r.Day = "", 0, new("") }},
}

func TestRules_RequestsThatBreakARuleAreRefusedWithItsPlace(t *testing.T) {
	for _, test := range requests {
		in := setRulesInput{code: "ab", limit: 1, body: good()}
		test.set(&in.body)
		require.Equal(t, test.want, strings.Join(broken(in), " "))
	}
}

func TestRules_ParametersAreJudgedToo(t *testing.T) {
	in := setRulesInput{code: "a", limit: 0, body: good(), params: &api.SetRulesParams{Tag: []string{"a", "long", "c"}}}
	require.Equal(t, []string{"$path.code minLength", "$query.limit minimum", "$query.tag maxItems", "$query.tag[1] maxLength"}, broken(in))
}

func TestRules_AValueThatLeadsToItselfIsRefused(t *testing.T) {
	in := setRulesInput{code: "ab", limit: 1, body: good()}
	loop := good()
	loop.Parent = &loop
	in.body.Parent = &loop
	found := broken(in)
	require.Len(t, found, 1)
	require.True(t, strings.HasSuffix(found[0], ".parent.parent type"))
}

const goodAnswer = `{"text":"abc","count":1,"tags":["a"],"labels":{},"null_text":null,"null_tags":null,"flag":true}`

// answer is goodAnswer with a member set to a JSON text, or without it.
func read(t *testing.T, name, text string) string {
	members := map[string]json.RawMessage{}
	require.NoError(t, json.Unmarshal([]byte(goodAnswer), &members))
	maps.DeleteFunc(members, func(member string, _ json.RawMessage) bool { return member == name })
	if text != "" {
		members[name] = json.RawMessage(text)
	}
	data, err := json.Marshal(members)
	require.NoError(t, err)
	return string(data)
}

var answers = []struct{ name, text, want string }{
	{"flag", "true", ""},
	{"flag", "", "flag is missing"},
	{"flag", "null", "flag is not a boolean"},
	{"null_text", "", "null_text is missing"},
	{"null_text", `"long"`, "null_text has more than 3 characters"},
	{"text", `"\ud83c\udf89"`, "text has fewer than 2 characters"},
	{"text", "1", "text is not a string"},
	{"count", "1.0", ""},
	{"count", "1e1", ""},
	{"count", "1.5", "count is not an integer"},
	{"count", "11", "count is more than 10"},
	{"count", "1e400", "count is beyond what Go can hold"},
	{"count", "9223372036854775808", "count is beyond what Go can hold"},
	{"ratio", "1e400", "ratio is beyond what Go can hold"},
	{"ratio", "0.57", ""},
	{"ratio", "0.575", "ratio is not a multiple of 0.01"},
	{"tags", "[]", "tags has fewer than 1 item"},
	{"tags", `["a",null]`, "tags[1] is not a string"},
	{"tags", `["a","\u0061"]`, "tags has an item twice"},
	{"null_tags", `[null,"a"]`, ""},
	{"null_tags", `["c"]`, `null_tags[0] is not one of "a", "b"`},
	{"optional", "[]", "optional is empty"},
	{"optional", "null", "optional is not an array"},
	{"labels", `{"secret":1}`, "labels.* is not a string"},
	{"labels", `{"secret":"long"}`, "labels.* has more than 3 characters"},
	{"labels", `{"a":"","a":""}`, "labels is an object in which a name appears twice"},
	{"nulls", `{"a":null,"b":1}`, ""},
	{"has", `{}`, "has is empty"},
	{"has", `{"b":""}`, "has.a is missing"},
	{"closed", `{"a":"","secret":1}`, "closed.* is a member that the document does not have"},
	{"extra", `{"a":"","more":9}`, ""},
	{"extra", `{"secret":10}`, "extra.* is more than 9"},
	{"unknown", `{"a":[1,{}]}`, ""},
	{"unknown", `{"secret":{"b":1,"b":2}}`, "* is an object in which a name appears twice"},
	{"FLAG", `"not the flag"`, ""},
	{"at", `"2016-12-31t23:59:60z"`, ""},
	{"at", `"2016-12-31"`, "at is not a date-time (RFC 3339)"},
	{"day", `"2025-13-01"`, "day does not have the format date"},
	{"parent", goodAnswer, ""},
	{"parent", strings.Replace(goodAnswer, `"a"`, `""`, 1), "parent.tags[0] is empty"},
	{"parent", "[]", "parent is not a JSON object"},
	{"children", `[` + goodAnswer + `,{}]`, "children[1].text is missing"},
	{"children", `[` + goodAnswer + `,` + goodAnswer[:len(goodAnswer)-1] + `,"unknown":1}]`, ""},
	{"children", `[` + goodAnswer + `, {"count":1.0,` + strings.Replace(goodAnswer[1:], `"count":1,`, "", 1) + `]`, "children is an array with an item twice"},
	{"closed", `{"a":"","b":""}`, "closed is an object with more than 1 member"},
	{"derived", `{"base":"yes","own":1,"unknown":1}`, "derived is an object with more than 2 members"},
	{"tree", `{"a":{"b":{}}}`, ""},
	{"pairs", `[[],[1,2],[10]]`, "pairs[2][0] is more than 9"},
	{"level", "3", "level is not one of 1, 2"},
}

func TestRules_AnswersAreReadStrictly(t *testing.T) {
	for _, test := range answers {
		data := read(t, test.name, test.text)
		out, err := readSetRules([]byte(data))
		if test.want == "" {
			require.NoError(t, err, data)
			require.NotNil(t, out)
			continue
		}
		require.Nil(t, out)
		require.ErrorContains(t, err, test.want, data)
		require.NotContains(t, err.Error(), "secret")
	}
}

func TestRules_AnAnswerKeepsEachValue(t *testing.T) {
	want := good()
	want.NullText, want.Big, want.Single = new("abc"), new(int64(-9223372036854775805)), new(0.1)
	want.At = new(time.Date(2017, 1, 1, 0, 0, 0, 0, time.UTC))
	want.Extra = &api.Extra{A: new("x"), AdditionalProperties: map[string]int{"b": 2}}
	want.Tree = &api.Tree{"a": {"b": {}}}
	want.Pairs = [][]int{{}, {1}}
	want.Anything = map[string]any{"a": []any{1.0, nil}}
	want.Children = []api.Rules{good()}
	data, err := json.Marshal(want)
	require.NoError(t, err)
	got, err := readSetRules(data)
	require.NoError(t, err)
	require.Equal(t, &want, got)

	got, err = readSetRules([]byte(strings.Replace(string(data), "2017-01-01T00:00:00Z", "2016-12-31T23:59:60Z", 1)))
	require.NoError(t, err)
	require.Equal(t, want.At, got.At)
}

func TestRules_AnEnvelopeHandsOutItsData(t *testing.T) {
	out, err := readGetRules([]byte(`{"data":` + goodAnswer + `,"status":true,"more":1}`))
	require.NoError(t, err)
	require.Equal(t, "abc", out.Text)

	for data, want := range map[string]string{
		`{"data":{},"status":true}`: "data.text is missing",
		`{"status":true}`:           "data is missing",
		`{"data":` + strings.Replace(goodAnswer, "1", "0", 1) + `,"status":true}`: "data.count is less than 1",
		`{"status":null,"data":{}}`:                  "status is not a boolean",
		`{"status":false,"status":false}`:            "appears twice",
		`{"status":false,"data":{"a":1,"a":1}}`:      "appears twice",
		`{"status":false}x`:                          "not one valid JSON value",
		`{"Status":false,"data":` + goodAnswer + `}`: "status is missing",
	} {
		_, err := readGetRules([]byte(data))
		require.ErrorContains(t, err, want, data)
		require.False(t, errors.Is(err, ErrUnsuccessful))
	}
	for _, data := range []string{`{"status":false}`, `{"data":null,"status":false}`, `{"data":{"text":1},"status":false}`} {
		_, err := readGetRules([]byte(data))
		require.Equal(t, ErrUnsuccessful, err)
	}
}

func TestRules_DataCanBeAMap(t *testing.T) {
	out, err := readAllRules([]byte(`{"status":true,"data":{"x":[{"a":"1"},{}],"y":[]}}`))
	require.NoError(t, err)
	require.Equal(t, map[string][]api.Closed{"x": {{A: new("1")}, {}}, "y": {}}, out)
	for data, want := range map[string]string{
		`{"status":true,"data":{}}`:                    "data has fewer than 1 member",
		`{"status":true,"data":{"x":null}}`:            "data.* is not an array",
		`{"status":true,"data":{"x":[{"c":1}]}}`:       "data.*[0].* is a member that the document does not have",
		`{"status":true,"data":{"x":[]},"secret":1}`:   "* is a member that the document does not have",
		`{"status":true,"data":{"x":[{"a":1,"b":1}]}}`: "data.*[0].a is not a string",
	} {
		_, err := readAllRules([]byte(data))
		require.EqualError(t, err, want)
	}
}

func TestRules_ChecksAndReadersAllocateLittle(t *testing.T) {
	data := []byte(`{"status":true,"data":{"requestId":"123e4567-e89b-12d3-a456-426614174000","url":"https://example.com/api/v2/actorTrip/urlback?t=EXAMPLE_TOKEN","expiresAfter":"2025-07-30T08:55:52.520909994Z"}}`)
	require.LessOrEqual(t, testing.AllocsPerRun(100, func() { _, _ = readCreateSessionLink(data) }), 5.0)

	req := api.CreateSessionLinkRequest{
		Email: "user@example.com", PhoneNumber: "+436769556026", RedirectURL: "https://example.com/a", DocURL: "https://example.com/b.pdf",
		SignForms: []api.SignForm{{FieldID: "Signature1", ActorID: "userToIdentify"}},
	}
	require.LessOrEqual(t, testing.AllocsPerRun(100, func() {
		var v check.Violations
		checkCreateSessionLink(&v, &req)
		require.Empty(t, v.List())
	}), 2.0)
}
