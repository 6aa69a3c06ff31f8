package differential

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	umbrella "github.com/umbrella-api/umbrella-go"
)

// keywords are the schema keywords that the generator knows how to obey and to
// break. One outside this list fails the test: nothing would exercise it.
var keywords = map[string]bool{
	"type": true, "properties": true, "required": true, "items": true,
	"format": true, "pattern": true, "enum": true, "const": true,
	"minLength": true, "maxLength": true, "minItems": true, "maxItems": true, "uniqueItems": true,
	"minimum": true, "maximum": true, "additionalProperties": true,
	"description": true, "example": true, "title": true,
}

// texts are strings that sit near the edges of the formats and patterns that
// the API uses, so that a change of one of these shows.
var texts = []string{
	"", " ", "a", "0", "x y", "null", "\u0000", "é", "\u2028", "日本", strings.Repeat("a", 300),
	"a@b.io", "a@b", "A.b+c@sub.example.com", "a@", "@b.io", "a b@c.io", "Bob <bob@x.io>", `"a b"@c.io`, "a@b@c.io",
	".a@b.io", "a.@b.io", "a..b@c.io", "a@-b.io", "a@b-.io", "a@[127.0.0.1]", "ä@b.io", "a@bücher.example", "a@b.io ", "a@b_c.io",
	strings.Repeat("a", 64) + "@b.io", strings.Repeat("a", 65) + "@b.io", "a@" + strings.Repeat("b", 64) + ".io",
	"https://example.com", "https://example.com/a?b=c#d", "http://example.com/x.pdf", "HTTPS://example.com/x.pdf", "https://", "https:///x",
	"https://example.com/a b", "https://example.com/<a>", `https://example.com/"`, "https://example.com/%zz", "https://example.com/%20",
	"https://user:pw@example.com/", "https://[::1]:8443/x", "https://[::1", "https://example.com:99999/", "https://example.com:x/",
	"https://exa mple.com/", "https://münchen.example/", "//example.com/x", "/relative", "mailto:a@b.io", "urn:isbn:0451450523", "ftp://example.com/x",
	"https://example.com/\n", "https://example.com/|", "https://example.com/[x]", "https://example.com/a{b}",
	"+436508021530", "436508021530", "0436508021530", "+0436508", "++43650", "+4", "+43", "43", "+123456789012345", "+1234567890123456",
	"+43 650 802", "+43650\n", "٤٣٦٥٠", "tel:+43650",
	"2025-07-30T08:55:52Z", "2025-07-30",
}

// generator makes request bodies out of the document's own example.
type generator struct {
	rng     *rand.Rand
	schema  *openapi3.Schema
	example []byte
}

func load(t testing.TB) (*openapi3.Schema, []byte) {
	doc, err := openapi3.NewLoader().LoadFromData(umbrella.OpenAPI())
	require.NoError(t, err)
	media := doc.Paths.Value("/onboarding/createSessionLink").Post.RequestBody.Value.Content["application/json"]
	require.NotNil(t, media)
	example, err := json.Marshal(media.Examples["default"].Value.Value)
	require.NoError(t, err)
	known(t, "$", media.Schema.Value)
	return media.Schema.Value, example
}

func known(t testing.TB, path string, s *openapi3.Schema) {
	raw, err := json.Marshal(s)
	require.NoError(t, err)
	var members map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(raw, &members))
	for name := range members {
		require.True(t, keywords[name], "%s: the generator has to learn the schema keyword %q", path, name)
	}
	require.Contains(t, []string{"", "email", "uri", "date-time"}, s.Format, "%s: the generator has to learn the format", path)
	for name, p := range s.Properties {
		known(t, path+"."+name, p.Value)
	}
	if s.Items != nil {
		known(t, path+"[]", s.Items.Value)
	}
}

// body returns the example after one to three mutations.
func (g *generator) body() []byte {
	var root any
	if err := json.Unmarshal(g.example, &root); err != nil {
		panic(err)
	}
	for range 1 + g.rng.IntN(3) {
		sites := g.sites(nil, g.schema, root, func(v any) { root = v }, nil)
		sites[g.rng.IntN(len(sites))](g)
	}
	data, err := json.Marshal(root)
	if err != nil {
		panic(err)
	}
	return g.scar(data)
}

// scar breaks the JSON itself now and then.
func (g *generator) scar(data []byte) []byte {
	switch g.rng.IntN(60) {
	case 0:
		return data[:g.rng.IntN(len(data)+1)]
	case 1:
		return append(data, " {}"...)
	case 2: // the first member twice
		if i := bytes.IndexByte(data, ','); i > 0 && data[0] == '{' && json.Valid(append(bytes.Clone(data[:i]), '}')) {
			return slices.Concat(data[:i], []byte(","), data[1:])
		}
	case 3:
		return append([]byte(" \n\t"), data...)
	}
	return data
}

type mutation func(*generator)

// sites lists a mutation for every place in value, found along schema.
func (g *generator) sites(list []mutation, schema *openapi3.Schema, value any, set func(any), drop func()) []mutation {
	list = append(list, func(g *generator) { set(g.value(schema, value)) })
	if drop != nil {
		list = append(list, func(*generator) { drop() })
	}
	switch v := value.(type) {
	case map[string]any:
		list = append(list, func(g *generator) { v[fmt.Sprintf("extra%d", g.rng.IntN(3))] = g.any() })
		for _, name := range slices.Sorted(mapKeys(schema.Properties)) {
			property, present := schema.Properties[name].Value, v[name]
			list = g.sites(list, property, present, func(x any) { v[name] = x }, func() { delete(v, name) })
		}
	case []any:
		list = append(list,
			func(g *generator) { set(append(slices.Clone(v), g.any())) },
			func(g *generator) { set(slices.Repeat(v, g.rng.IntN(4))) })
		if schema.Items != nil {
			for i := range v {
				list = g.sites(list, schema.Items.Value, v[i], func(x any) { v[i] = x }, func() { set(slices.Delete(slices.Clone(v), i, i+1)) })
			}
		}
	}
	return list
}

func mapKeys[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// value returns something to put where old was: often near an edge of schema.
func (g *generator) value(schema *openapi3.Schema, old any) any {
	if g.rng.IntN(4) == 0 {
		return g.any()
	}
	edges := slices.Clone(schema.Enum)
	if schema.Const != nil {
		edges = append(edges, schema.Const)
	}
	for _, n := range []*uint64{&schema.MinLength, schema.MaxLength} {
		if n != nil {
			for _, d := range []uint64{0, 1, 2} {
				edges = append(edges, strings.Repeat("7", int(max(1, *n+d)-1)))
			}
		}
	}
	for _, n := range []*float64{schema.Min, schema.Max} {
		if n != nil {
			edges = append(edges, *n-1, *n, *n+1)
		}
	}
	if list, ok := old.([]any); ok && len(list) > 0 {
		for _, n := range []*uint64{&schema.MinItems, schema.MaxItems} {
			if n != nil {
				edges = append(edges, slices.Repeat(list[:1], int(*n)), slices.Repeat(list[:1], int(*n)+1))
			}
		}
	}
	if schema.Type.Is("array") && schema.Items != nil {
		edges = append(edges, []any{g.value(schema.Items.Value, nil)}, []any{})
	}
	if schema.Type.Is("object") {
		made := map[string]any{}
		for _, name := range slices.Sorted(mapKeys(schema.Properties)) {
			if g.rng.IntN(3) > 0 {
				made[name] = g.value(schema.Properties[name].Value, nil)
			}
		}
		edges = append(edges, made)
	}
	if s, ok := old.(string); ok && s != "" {
		i := g.rng.IntN(len(s))
		c := string("a0+@.:/ %\x7f"[g.rng.IntN(10)])
		edges = append(edges, s[:i]+s[i+1:], s[:i]+c+s[i:], s[:i]+c+s[i+1:], s+c, c+s, strings.ToUpper(s))
	}
	edges = append(edges, texts[g.rng.IntN(len(texts))], texts[g.rng.IntN(len(texts))])
	return edges[g.rng.IntN(len(edges))]
}

// any returns a value of any type.
func (g *generator) any() any {
	return []any{
		nil, true, false, 0, -1, 1.5, 1e300, "", texts[g.rng.IntN(len(texts))],
		[]any{},
		[]any{nil},
		[]any{"x"},
		map[string]any{},
		map[string]any{"fieldId": "x"},
		map[string]any{"fieldId": 1, "value": nil},
	}[g.rng.IntN(15)]
}
