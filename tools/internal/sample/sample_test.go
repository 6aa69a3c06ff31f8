package sample_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/umbrella-api/umbrella-go/tools/internal/document"
	"github.com/umbrella-api/umbrella-go/tools/internal/sample"
)

// load returns a document of the components given in YAML.
func load(t *testing.T, schemas string) *document.Document {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	openapi := "openapi: 3.1.0\ninfo: { title: test, version: '1' }\nservers: [{ url: https://example.com }]\n" +
		"security: [{ bearer: [] }]\npaths: {}\ncomponents:\n  securitySchemes: { bearer: { type: http, scheme: bearer } }\n  schemas:\n"
	for line := range strings.Lines(schemas) {
		openapi += "    " + line
	}
	doc, err := document.Load(write("openapi.yaml", openapi),
		write("overlay.yaml", "overlay: 1.1.0\ninfo: { title: test, version: '1' }\nactions: [{ target: $.info, update: { x-test: true } }]\n"))
	require.NoError(t, err)
	return doc
}

func value(t *testing.T, schemas string) (string, error) {
	doc := load(t, schemas)
	maker, err := sample.New(doc)
	require.NoError(t, err)
	data, err := maker.Value(doc.Schemas[0])
	return string(data), err
}

func TestValue_KeepsToEachRule(t *testing.T) {
	for name, tc := range map[string]struct{ schema, want string }{
		"text":                          {"{type: string}", `"string"`},
		"an example":                    {"{type: string, example: Ada}", `"Ada"`},
		"an example that breaks a rule": {"{type: string, example: Ada, maxLength: 2}", `"ng"`},
		"an enum":                       {"{type: string, enum: [b, a]}", `"b"`},
		"a nullable enum":               {"{type: [string, 'null'], enum: [null, a]}", `"a"`},
		"a constant":                    {"{type: integer, const: 7}", `7`},
		"a default":                     {"{type: string, default: de}", `"de"`},
		"at least so long":              {"{type: string, minLength: 10}", `"stringxxxx"`},
		"an address of a length":        {"{type: string, format: email, minLength: 20}", `"userxxxx@example.com"`},
		"a moment":                      {"{type: string, format: date-time}", `"2025-07-30T08:00:00Z"`},
		"a date":                        {"{type: string, format: date}", `"2025-07-01"`},
		"an id":                         {"{type: string, format: uuid}", `"123e4567-e89b-12d3-a456-000000000000"`},
		"a pattern":                     {`{type: string, pattern: '^\+?[1-9]\d{1,14}$'}`, `"10"`},
		"a pattern of a length":         {`{type: string, pattern: '^[A-Z]+$', minLength: 4}`, `"AAAA"`},
		"a pattern and a format":        {`{type: string, pattern: '^https://[^?]+\?id=', format: uri}`, `"https://0?id="`},
		"alternatives":                  {`{type: string, pattern: '^(AT|DE)-(\d{3})?$', minLength: 5}`, `"AT-000"`},
		"a whole number":                {"{type: integer}", `0`},
		"a number between":              {"{type: number, exclusiveMinimum: 0, exclusiveMaximum: 0.5}", `0.25`},
		"at least, exclusive":           {"{type: integer, exclusiveMinimum: 9007199254740993}", `9007199254740994`},
		"at most":                       {"{type: integer, maximum: -3}", `-3`},
		"a multiple":                    {"{type: integer, minimum: 7, multipleOf: 5}", `10`},
		"a fraction":                    {"{type: number, minimum: 0.3, multipleOf: 0.25}", `0.5`},
		"yes or no":                     {"{type: boolean}", `true`},
		"a list":                        {"{type: array, items: {type: integer, minimum: 5}}", `[5]`},
		"an empty list":                 {"{type: array, maxItems: 0, items: {type: string}}", `[]`},
		"different items":               {"{type: array, minItems: 3, uniqueItems: true, items: {type: string, enum: [a, b, c]}}", `["a","b","c"]`},
		"different objects":             {"{type: array, minItems: 2, uniqueItems: true, items: {type: object, properties: {at: {type: string, format: date}}}}", `[{"at":"2025-07-01"},{"at":"2025-07-02"}]`},
		"an object, in order":           {"{type: object, properties: {b: {type: string}, a: {type: boolean}}}", `{"b":"string","a":true}`},
		"a name without a property":     {"{type: object, required: [more], properties: {a: {type: boolean}}}", `{"a":true,"more":"string"}`},
		"a map":                         {"{type: object, additionalProperties: {type: integer}}", `{"key1":0}`},
		"a map of a size":               {"{type: object, minProperties: 2, additionalProperties: {type: integer}}", `{"key1":0,"key2":1}`},
		"few properties":                {"{type: object, maxProperties: 1, required: [b], properties: {a: {type: boolean}, b: {type: boolean}}}", `{"b":true}`},
		"anything":                      {"{description: any value}", `{}`},
		"what looks like a date":        {"{type: string, example: 2025-07-30}", `"2025-07-30"`},
		"exact numbers":                 {"{type: object, example: {big: 9007199254740993, small: 1e-7}}", `{"big":9007199254740993,"small":1e-7}`},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := value(t, "Thing: "+tc.schema+"\n")
			require.NoError(t, err)
			require.Equal(t, tc.want, got)
		})
	}
}

func TestValue_OfSchemasThatReferToOthers(t *testing.T) {
	for name, tc := range map[string]struct{ schemas, want string }{
		"itself, optional": {"Person: {type: object, required: [name], properties: {name: {type: string}, mother: {$ref: '#/components/schemas/Person'}}}\n", `{"name":"string"}`},
		"itself, in a list": {
			"Tree: {type: object, required: [leaves], properties: {leaves: {type: array, items: {$ref: '#/components/schemas/Tree'}}}}\n", `{"leaves":[]}`,
		},
		"a part each": {
			"Dog: {required: [name], allOf: [{$ref: '#/components/schemas/Animal'}, {type: object, properties: {name: {type: string, minLength: 7}}}]}\n" +
				"Animal: {type: object, required: [legs], properties: {legs: {type: integer, minimum: 4}}}\n",
			`{"legs":4,"name":"stringx"}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := value(t, tc.schemas)
			require.NoError(t, err)
			require.Equal(t, tc.want, got)
		})
	}
}

func TestValue_OfManySchemasThatReferToEachOtherIsBounded(t *testing.T) {
	var schemas strings.Builder
	for i := range 20 {
		fmt.Fprintf(&schemas, "T%d: {type: object, properties: {", i)
		for j := range 20 {
			fmt.Fprintf(&schemas, "p%d: {$ref: '#/components/schemas/T%d'}, ", j, j)
		}
		schemas.WriteString("}}\n")
	}
	got, err := value(t, schemas.String())
	require.NoError(t, err)
	require.Contains(t, got, `{"p1":{"p2":`)
	require.Less(t, len(got), 100_000)
}

func TestValue_ThatCannotBeMadeIsAnErrorWithItsPlaceAndTheCure(t *testing.T) {
	for name, tc := range map[string]struct{ schema, place string }{
		"a pattern against a length": {"{type: object, required: [a], properties: {a: {type: string, pattern: '^a$', minLength: 2}}}", "openapi.yaml:9: $.components.schemas.Thing.properties.a: "},
		"bounds that cross":          {"{type: integer, minimum: 5, maximum: 4}", "openapi.yaml:9: $.components.schemas.Thing: "},
		"itself, required":           {"{type: object, required: [a], properties: {a: {$ref: '#/components/schemas/Thing'}}}", "$.components.schemas.Thing"},
		"too few different items":    {"{type: array, minItems: 3, uniqueItems: true, items: {type: boolean}}", "openapi.yaml:9: $.components.schemas.Thing: "},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := value(t, "Thing: "+tc.schema+"\n")
			require.ErrorContains(t, err, tc.place)
			require.ErrorContains(t, err, "give it an example in overlay.yaml")
		})
	}
}

func TestAnswer_PrefersTheExampleThatKeepsToTheSchema(t *testing.T) {
	doc := load(t, "Thing: {type: object, required: [id], properties: {id: {type: string, example: made}}}\n")
	maker, err := sample.New(doc)
	require.NoError(t, err)
	for example, want := range map[string]struct{ body, complaint string }{
		"{id: given}": {`{"id":"given"}`, ""},
		"{id: 1}":     {`{"id":"made"}`, "the example of $.here breaks its schema and is not used"},
	} {
		var node yaml.Node
		require.NoError(t, yaml.Unmarshal([]byte(example), &node))
		body, complaint, err := maker.Answer(&document.Response{Schema: doc.Schemas[0], Example: node.Content[0], Place: document.Place{Path: "$.here"}})
		require.NoError(t, err)
		require.Equal(t, want.body, string(body))
		require.Equal(t, want.complaint, complaint)
	}
	body, _, err := maker.Answer(&document.Response{})
	require.NoError(t, err)
	require.Empty(t, body)
}
