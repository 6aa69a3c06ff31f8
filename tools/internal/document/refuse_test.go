package document_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/umbrella-api/umbrella-go/tools/internal/document"
)

const sample = `openapi: 3.1.0
security: [{ bearer: [] }]
paths:
  /things/{id}:
    get:
      operationId: getThing
      parameters:
        - { name: id, in: path, required: true, schema: { type: string } }
        - { name: q, in: query, schema: { type: array, items: { type: integer } } }
      responses:
        '200':
          description: OK
          content: { application/json: { schema: { $ref: '#/components/schemas/Thing' } } }
        '404': { $ref: '#/components/responses/Gone' }
    put:
      operationId: putThing
      parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
      requestBody: { required: true, content: { application/json: { schema: { $ref: '#/components/schemas/Thing' } } } }
      responses: { '204': { description: OK } }
components:
  securitySchemes: { bearer: { type: http, scheme: bearer }, key: { type: apiKey } }
  responses: { Gone: { description: Gone } }
  schemas:
    Base: { type: object, properties: { a: { type: string } } }
    Thing:
      type: object
      title: T
      properties:
        name: { type: [string, 'null'], minLength: 1, default: x, readOnly: true, x-y: 1 }
        self: { $ref: '#/components/schemas/Thing' }
    Plain: { type: string }
`

const thing, get, put = "components.schemas.Thing", "paths['/things/{id}'].get", "paths['/things/{id}'].put"

// load applies update to target of the sample and returns the error's text.
func load(t *testing.T, actions string) (*document.Document, error) {
	t.Helper()
	dir := t.TempDir()
	spec, overlay := filepath.Join(dir, "openapi.yaml"), filepath.Join(dir, "overlay.yaml")
	require.NoError(t, os.WriteFile(spec, []byte(sample), 0o600))
	require.NoError(t, os.WriteFile(overlay, []byte("overlay: 1.1.0\ninfo: { title: T, version: '1' }\nactions:\n"+actions), 0o600))
	return document.Load(spec, overlay)
}

func action(target, update string) string {
	return "  - { target: \"$." + target + "\", update: " + update + " }\n"
}

const nothing = "  - { target: $.components, update: { x-none: 1 } }\n"

func TestLoad_ReadsTheSample(t *testing.T) {
	doc, err := load(t, nothing)
	require.NoError(t, err)
	require.Len(t, doc.Operations, 2)
	require.Equal(t, []string{"Base", "Thing", "Plain"}, []string{doc.Schemas[0].Name, doc.Schemas[1].Name, doc.Schemas[2].Name})
	name := doc.Schemas[1].Properties[0].Schema
	require.True(t, name.Nullable)
	require.Equal(t, []string{"string"}, name.Types)
	require.Equal(t, 1, *name.MinLength)
	require.Equal(t, document.Place{
		File: "openapi.yaml", Line: 29, Path: "$.components.schemas.Thing.properties.name",
		Pointer: "/components/schemas/Thing/properties/name",
	}, name.Place)
	require.Same(t, doc.Schemas[1], doc.Schemas[1].Properties[1].Schema.Target())
	require.Nil(t, doc.Operations[1].Success().Schema)
}

func property(schema string) string {
	return action(thing+".properties", "{ p: "+schema+" }")
}

func parameter(p string) string {
	return action(get, "{ parameters: ["+p+"] }")
}

var refused = map[string]struct{ actions, path, says string }{
	"oneOf":                 {property("{ oneOf: [{ type: string }] }"), thing + ".properties.p.oneOf", "oneOf is not"},
	"anyOf":                 {property("{ anyOf: [{ type: string }] }"), thing + ".properties.p.anyOf", "anyOf is not"},
	"not":                   {property("{ not: {} }"), thing + ".properties.p.not", "not is not"},
	"if":                    {action(thing, "{ if: {} }"), thing + ".if", "if is not"},
	"dependentRequired":     {action(thing, "{ dependentRequired: { a: [b] } }"), thing + ".dependentRequired", "dependentRequired is not"},
	"patternProperties":     {action(thing, "{ patternProperties: { x: {} } }"), thing + ".patternProperties", "patternProperties is not"},
	"propertyNames":         {action(thing, "{ propertyNames: {} }"), thing + ".propertyNames", "propertyNames is not"},
	"unevaluatedProperties": {action(thing, "{ unevaluatedProperties: false }"), thing + ".unevaluatedProperties", "unevaluatedProperties is not"},
	"contains":              {property("{ type: array, items: {}, contains: {} }"), thing + ".properties.p.contains", "contains is not"},
	"prefixItems":           {property("{ type: array, items: {}, prefixItems: [{}] }"), thing + ".properties.p.prefixItems", "prefixItems is not"},
	"nullable":              {property("{ type: string, nullable: true }"), thing + ".properties.p.nullable", "'null'"},
	"unknown keyword":       {property("{ type: string, minlength: 1 }"), thing + ".properties.p.minlength", "minlength is not"},
	"two types":             {property("{ type: [string, integer] }"), thing + ".properties.p.type", "keep one type"},
	"only null":             {property("{ type: 'null' }"), thing + ".properties.p.type", "keep one type"},
	"no type":               {property("{ minLength: 1 }"), thing + ".properties.p", "add the type"},
	"unknown type":          {property("{ type: text }"), thing + ".properties.p.type", "none of JSON Schema"},
	"boolean schema":        {property("true"), thing + ".properties.p", "a schema that is true"},
	"array without items":   {property("{ type: array }"), thing + ".properties.p", "items: {}"},
	"enum of objects":       {property("{ type: object, enum: [{}] }"), thing + ".properties.p.enum[0]", "a value of enum"},
	"enum of another type":  {property("{ type: string, enum: [1] }"), thing + ".properties.p.enum[0]", "a value of enum"},
	"const of a list":       {property("{ type: array, items: {}, const: [1] }"), thing + ".properties.p.const", "a value of const"},
	"binary":                {property("{ type: string, format: binary }"), thing + ".properties.p", "format binary"},
	"length that is text":   {property("{ type: string, minLength: '1' }"), thing + ".properties.p.minLength", "whole number"},
	"negative length":       {property("{ type: string, minLength: -1 }"), thing + ".properties.p.minLength", "whole number"},
	"boolean exclusive":     {property("{ type: integer, exclusiveMinimum: true }"), thing + ".properties.p.exclusiveMinimum", "not a number"},
	"octal number":          {property("{ type: integer, minimum: 0x10 }"), thing + ".properties.p.minimum", "not a number, true or false"},
	"allOf of a string":     {action(thing, "{ allOf: [{ type: string }] }"), thing + ".allOf[0]", "allOf of other than objects"},
	"allOf of itself":       {action(thing, "{ allOf: [{ $ref: '#/components/schemas/Thing' }] }"), thing + ".allOf[0]", "or of itself"},
	"property twice":        {action(thing, "{ allOf: [{ type: object, properties: { name: {} } }] }"), thing + ".allOf[0]", "the property name in two parts"},
	"closed allOf":          {action(thing, "{ allOf: [{ $ref: '#/components/schemas/Base' }], additionalProperties: false }"), thing, "additionalProperties beside"},
	"$ref out":              {property("{ $ref: 'https://example.com/x' }"), thing + ".properties.p['$ref']", "out of the document"},
	"$ref into a schema":    {property("{ $ref: '#/components/schemas/Thing/properties/name' }"), thing + ".properties.p['$ref']", "move its target"},
	"$ref to nothing":       {property("{ $ref: '#/components/schemas/None' }"), thing + ".properties.p['$ref']", "there is no None"},
	"$ref with a rule":      {property("{ $ref: '#/components/schemas/Plain', minLength: 1 }"), thing + ".properties.p.minLength", "minLength beside $ref"},
	"$ref to itself":        {action("components.schemas", "{ Loop: { $ref: '#/components/schemas/Loop' } }"), "components.schemas.Loop", "leads to itself"},
	"x-go-type":             {property("{ type: string, x-go-type: foo }"), thing + ".properties.p['x-go-type']", "x-go-type is not"},

	"name without a tag":  {action(thing+".properties", "{ 'a,b': {} }"), thing + ".properties['a,b']", "the property name"},
	"name that is a dash": {action(thing+".properties", "{ '-': {} }"), thing + ".properties['-']", "the property name"},

	"header parameter":  {parameter("{ name: X, in: header, schema: { type: string } }"), get + ".parameters[2]", `a parameter in "header"`},
	"cookie parameter":  {parameter("{ name: X, in: cookie, schema: { type: string } }"), get + ".parameters[2]", `a parameter in "cookie"`},
	"style":             {parameter("{ name: x, in: query, style: deepObject, schema: { type: string } }"), get + ".parameters[2]", "style deepObject"},
	"explode":           {parameter("{ name: x, in: query, explode: false, schema: { type: string } }"), get + ".parameters[2]", "explode: false"},
	"content parameter": {parameter("{ name: x, in: query, content: {} }"), get + ".parameters[2].content", "content is not"},
	"allowReserved":     {parameter("{ name: x, in: query, allowReserved: true, schema: { type: string } }"), get + ".parameters[2].allowReserved", "allowReserved is not"},
	"object parameter":  {parameter("{ name: x, in: query, schema: { type: object } }"), get + ".parameters[2].schema", "a parameter that is not"},
	"number parameter":  {parameter("{ name: x, in: query, schema: { type: number } }"), get + ".parameters[2].schema", "a parameter that is not"},
	"null parameter":    {parameter("{ name: x, in: query, schema: { type: [string, 'null'] } }"), get + ".parameters[2].schema", "a parameter that is not"},
	"list of lists":     {parameter("{ name: x, in: query, schema: { type: array, items: { type: array, items: {} } } }"), get + ".parameters[2].schema", "a parameter that is not"},
	"list in a path":    {action(get+".parameters[0].schema", "{ type: array, items: { type: string } }"), get + ".parameters[0].schema", "an array in a path"},
	"optional path":     {action(get+".parameters[0]", "{ required: false }"), get + ".parameters[0]", "add required: true"},
	"odd path":          {action("paths", "{ '/a b': {} }"), "paths['/a b']", "letters that need no escaping"},
	"not in the path":   {parameter("{ name: x, in: path, required: true, schema: { type: string } }"), get, "the path parameter x is not in the path"},
	"path without":      {action("paths", "{ '/a/{b}': { get: { operationId: a, responses: { '204': { description: D } } } } }"), "paths['/a/{b}'].get", "{b} in the path has no parameter"},

	"media type":         {action(put+".requestBody.content", "{ text/csv: {} }"), put + ".requestBody.content['text/csv']", "the media type text/csv"},
	"encoding":           {action(put+".requestBody.content['application/json']", "{ encoding: {} }"), put + ".requestBody.content['application/json'].encoding", "encoding is not"},
	"body of a string":   {action(put+".requestBody.content['application/json'].schema", "{ $ref: '#/components/schemas/Plain' }"), put + ".requestBody.content['application/json'].schema", "a request body that is not an object"},
	"body of a GET":      {action(get, "{ requestBody: { content: { application/json: { schema: { type: object } } } } }"), get + ".requestBody", "the body of a GET"},
	"response header":    {action(put+".responses['204']", "{ headers: {} }"), put + ".responses['204'].headers", "headers is not"},
	"link":               {action(put+".responses['204']", "{ links: {} }"), put + ".responses['204'].links", "links is not"},
	"body of a 204":      {action(put+".responses['204']", "{ content: { application/json: { schema: { $ref: '#/components/schemas/Thing' } } } }"), put + ".responses['204']", "the body of an answer that has none"},
	"default answer":     {action(put+".responses", "{ default: { description: D } }"), put + ".responses.default", "the answer default"},
	"range of answers":   {action(put+".responses", "{ 4XX: { description: D } }"), put + ".responses['4XX']", "the answer 4XX"},
	"two successes":      {action(put+".responses", "{ '200': { description: D } }"), put, "2 answers of 2xx"},
	"no success":         {"  - { target: \"$." + put + ".responses['204']\", remove: true }\n", put, "0 answers of 2xx"},
	"other security":     {action(put, "{ security: [{ key: [] }] }"), put, "security other than the bearer"},
	"two schemes":        {action(put, "{ security: [{ bearer: [], key: [] }] }"), put, "security other than the bearer"},
	"no security":        {action(put, "{ security: [] }"), put, "security other than the bearer"},
	"callbacks":          {action(put, "{ callbacks: {} }"), put + ".callbacks", "callbacks is not"},
	"servers":            {action(put, "{ servers: [] }"), put + ".servers", "servers is not"},
	"no operationId":     {"  - { target: \"$." + put + ".operationId\", remove: true }\n", put, "has no operationId"},
	"operationId twice":  {action(put, "{ operationId: getThing }"), put, "is also that of"},
	"webhooks":           {"  - { target: $, update: { webhooks: {} } }\n", "webhooks", "webhooks is not"},
	"OpenAPI 3.0":        {"  - { target: $, update: { openapi: 3.0.3 } }\n", "", "the generators know 3.1"},
	"unmatched overlay":  {action("components.schemas.None", "{ type: object }"), "components.schemas.None", "correct or remove it"},
	"response elsewhere": {action("paths['/things/{id}'].get.responses", "{ '409': { $ref: 'other.yaml' } }"), get + ".responses['409']['$ref']", "write its target out"},
}

// Each addition is refused by place and keyword, and says what to do.
func TestLoad_RefusesWhatIsNotTurnedIntoCode(t *testing.T) {
	for name, test := range refused {
		t.Run(name, func(t *testing.T) {
			doc, err := load(t, test.actions)
			require.Nil(t, doc)
			require.ErrorContains(t, err, test.says)
			require.ErrorContains(t, err, strings.TrimSuffix("$."+test.path, "."))
			require.Regexp(t, `^(openapi|overlay)\.yaml:[ 1-9]`, err.Error())
			require.NotContains(t, err.Error(), "\n", "one finding, named once")
		})
	}
}

func TestLoad_NamesEverythingAtOnce(t *testing.T) {
	_, err := load(t, action(thing+".properties", "{ p: { oneOf: [] }, q: { type: [string, integer] } }")+
		action(get+".parameters[0].schema", "{ type: number }")+action(put, "{ callbacks: {} }"))
	require.Len(t, strings.Split(err.Error(), "\n"), 4, err.Error())
	require.ErrorContains(t, err, "overlay.yaml:4: $.components.schemas.Thing.properties.p.oneOf: oneOf is not turned into code; describe one form")
}

func TestLoad_RefusesYAMLThatIsNotJSON(t *testing.T) {
	for says, text := range map[string]string{
		"a YAML alias":              "a: &x { b: 1 }\nc: *x\n",
		"the key a twice":           "a: 1\na: 2\n",
		"a key that is not a name":  "? [a]\n: 1\n",
		"is not an OpenAPI":         "[]\n",
		"cannot read openapi.yaml:": "a: [\n",
	} {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "openapi.yaml"), []byte(text), 0o600))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "overlay.yaml"), []byte("overlay: 1.1.0\ninfo: { title: T, version: '1' }\nactions: []\n"), 0o600))
		_, err := document.Load(filepath.Join(dir, "openapi.yaml"), filepath.Join(dir, "overlay.yaml"))
		require.ErrorContains(t, err, says)
	}
	_, err := document.Load("none.yaml", "none.yaml")
	require.ErrorContains(t, err, "none.yaml")
}

func TestLoad_TakesWhatIsCovered(t *testing.T) {
	_, err := load(t, action(thing+".properties", `{
		m: { type: object, additionalProperties: { type: integer } }, any: {}, e: { type: [string, 'null'], enum: [a, null] },
		n: { type: number, exclusiveMinimum: 1e2, multipleOf: 0.1, enum: [1, 2.5] }, c: { type: boolean, const: true },
		l: { type: array, uniqueItems: true, maxItems: 3, items: { $ref: '#/components/schemas/Plain' } },
		d: { type: object, additionalProperties: false, minProperties: 1, properties: { x: { type: string, format: made-up, pattern: '^a$' } } },
		r: { $ref: '#/components/schemas/Plain', description: Beside it. }, s: { type: string, minimum: 3 } }`)+
		action("components.schemas", "{ Both: { allOf: [{ $ref: '#/components/schemas/Base' }, { type: object, required: [b], properties: { b: { type: string } } }] } }")+
		action(get, "{ security: [{ bearer: [] }], x-preview: true, deprecated: true, tags: [a] }"))
	require.NoError(t, err)
}
