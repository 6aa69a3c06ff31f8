package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const document = `openapi: 3.1.0
paths:
  /things/createThing:
    post:
      requestBody:
        content:
          application/json:
            schema: { $ref: '#/components/schemas/Thing' }
            example: { $ref: 'https://example.com/data-not-a-reference' }
components:
  schemas:
    Thing:
      type: object
      properties:
        id: { type: string }
        tags: { type: array, items: { type: string } }
    Single:
      type: object
      properties:
        message: { type: string }
`

const names = `overlay: 1.1.0
info: { title: Names, version: 1.0.0 }
actions:
  - target: $.paths['/things/createThing'].post
    update: { operationId: createThing }
  - target: $.components.schemas.Thing.properties.id
    update: { x-order: 1 }
  - target: $.components.schemas.Thing.properties.tags
    update: { x-order: 2 }
`

func guardOf(t *testing.T, document, names string) (int, string) {
	t.Helper()
	dir := t.TempDir()
	spec, overlay := filepath.Join(dir, "openapi.yaml"), filepath.Join(dir, "overlay.yaml")
	require.NoError(t, os.WriteFile(spec, []byte(document), 0o600))
	require.NoError(t, os.WriteFile(overlay, []byte(names), 0o600))
	var stderr bytes.Buffer
	code := run([]string{"-spec", spec, "-overlay", overlay}, &stderr)
	return code, stderr.String()
}

func TestGuard_AcceptsADocumentThatIsNamedThroughout(t *testing.T) {
	code, report := guardOf(t, document, names)
	require.Zero(t, code, report)
	require.Empty(t, report)
}

// Each finding comes with lines that make it go away.
func TestGuard_FindingsEndWithTheLinesToAdd(t *testing.T) {
	for name, test := range map[string]struct{ after, insert, says string }{
		"operation": {
			"paths:\n", "  '/user''s/{id}':\n    get: { responses: {} }\n",
			`openapi.yaml:4: an operation has no operationId; add to overlay.yaml:
  - target: $.paths['/user\'s/{id}'].get
    update:
      operationId: id
`,
		},
		"webhook": {
			"openapi: 3.1.0\n", "webhooks:\n  signed:\n    post: { responses: {} }\n",
			`openapi.yaml:4: an operation has no operationId; add to overlay.yaml:
  - target: $.webhooks.signed.post
    update:
      operationId: signed
`,
		},
		"property": {
			"tags: { type: array, items: { type: string } }\n", "        x-y: { type: string }\n",
			`openapi.yaml:17: a property has no place of its own; add to overlay.yaml:
  - target: $.components.schemas.Thing.properties['x-y']
    update: { x-order: 3 }
`,
		},
		"second property": {
			"message: { type: string }\n", "        code: { type: string }\n",
			`openapi.yaml:20: a property has no place of its own; add to overlay.yaml:
  - target: $.components.schemas.Single.properties.message
    update: { x-order: 1 }
openapi.yaml:21: a property has no place of its own; add to overlay.yaml:
  - target: $.components.schemas.Single.properties.code
    update: { x-order: 2 }
`,
		},
		"two properties in one place": {
			"tags: { type: array, items: { type: string } }\n", "        other: { type: string, x-order: 1 }\n",
			`openapi.yaml:17: a property has no place of its own; add to overlay.yaml:
  - target: $.components.schemas.Thing.properties.other
    update: { x-order: 3 }
`,
		},
		"inline object": {
			"      type: object\n", "      patternProperties: { ^x: { properties: { a: {} } } }\n",
			`openapi.yaml:14: an inline schema has no Go name; add to overlay.yaml:
  - target: $.components.schemas.Thing.patternProperties['^x']
    update: { x-go-type-name: ThingPatternPropertiesX }
`,
		},
		"inline object in a list": {
			"      type: object\n", "      prefixItems: [{ properties: { a: {} } }]\n",
			`openapi.yaml:14: an inline schema has no Go name; add to overlay.yaml:
  - target: $.components.schemas.Thing.prefixItems[0]
    update: { x-go-type-name: ThingPrefixItems0 }
`,
		},
		"inline union": {
			"      type: object\n", "      additionalProperties: { oneOf: [{ type: string }, { $ref: '#/components/schemas/Single' }] }\n",
			`openapi.yaml:14: an inline schema has no Go name; add to overlay.yaml:
  - target: $.components.schemas.Thing.additionalProperties
    update: { x-go-type-name: ThingAdditionalProperties }
`,
		},
		"inline response": {
			"    post:\n", "      responses: { '200': { content: { application/json: { schema: { properties: { a: {} } } } } } }\n",
			`openapi.yaml:5: an inline schema has no Go name; add to overlay.yaml:
  - target: $.paths['/things/createThing'].post.responses['200'].content['application/json'].schema
    update: { x-go-type-name: ThingsCreateThingPostResponses200 }
`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			document := insert(t, document, test.after, test.insert)
			code, report := guardOf(t, document, names)
			require.Equal(t, 1, code)
			require.Equal(t, test.says, report)

			added := ""
			for line := range strings.Lines(report) {
				if strings.HasPrefix(line, "  ") {
					added += line
				}
			}
			code, report = guardOf(t, document, names+added)
			require.Zero(t, code, report)
		})
	}
}

func TestGuard_FindsWhatMustGo(t *testing.T) {
	for name, test := range map[string]struct{ after, insert, names, says string }{
		"pointless action": {
			"openapi: 3.1.0\n", "", names + "  - target: $.components.schemas.Thing\n    update: { type: object }\n",
			"an overlay action changes nothing; remove from overlay.yaml:\n  - target: $.components.schemas.Thing\n",
		},
		"operationId given twice": {
			"paths:\n", "  /other:\n    get: { operationId: createThing }\n", names,
			"openapi.yaml:7: operationId createThing is also that of $.paths['/other'].get; change one in overlay.yaml:\n" +
				"  - target: $.paths['/things/createThing'].post\n    update:\n      operationId: createThing2\n",
		},
		"reference to another file": {
			"      type: object\n", "      allOf: [{ $ref: 'common.yaml#/Thing' }]\n", names,
			"openapi.yaml:14: a reference leaves the document; remove it, writing its target out in openapi.yaml:\n" +
				"  $.components.schemas.Thing.allOf[0]['$ref']: common.yaml#/Thing\n",
		},
		"reference beside another": {
			"      type: object\n", "      allOf: [{ $ref: '#/components/schemas/Single', anyOf: [{ $ref: 'common.yaml#/Thing' }] }]\n", names,
			"openapi.yaml:14: a reference leaves the document; remove it, writing its target out in openapi.yaml:\n" +
				"  $.components.schemas.Thing.allOf[0].anyOf[0]['$ref']: common.yaml#/Thing\n",
		},
		"reference to a URL": {
			"    post:\n", "      parameters: [{ $ref: 'https://example.com/p.yaml' }]\n", names,
			"openapi.yaml:5: a reference leaves the document; remove it, writing its target out in openapi.yaml:\n" +
				"  $.paths['/things/createThing'].post.parameters[0]['$ref']: https://example.com/p.yaml\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			code, report := guardOf(t, insert(t, document, test.after, test.insert), test.names)
			require.Equal(t, 1, code)
			require.Equal(t, test.says, report)
		})
	}
}

// The generator's strict mode reports these; two reports would say the same.
func TestGuard_LeavesUnmatchedTargetsToTheGenerator(t *testing.T) {
	code, report := guardOf(t, document, names+"  - target: $.components.schemas.Gone\n    update: { x-order: 1 }\n")
	require.Zero(t, code, report)
}

func TestGuard_CannotReadItsFiles(t *testing.T) {
	for name, files := range map[string]struct{ document, names string }{
		"empty document": {"", names},
		"broken YAML":    {"a: [", names},
		"broken overlay": {document, "actions: ["},
		"broken target":  {document, names + "  - target: '$.['\n    update: {}\n"},
	} {
		t.Run(name, func(t *testing.T) {
			code, report := guardOf(t, files.document, files.names)
			require.Equal(t, 2, code)
			require.True(t, strings.HasPrefix(report, "specguard: "), report)
			require.NotContains(t, report, "%!")
		})
	}
	var stderr bytes.Buffer
	require.Equal(t, 2, run([]string{"-spec", "missing.yaml"}, &stderr))
	require.Contains(t, stderr.String(), "missing.yaml")
	require.Equal(t, 2, run([]string{"-force"}, &stderr))
}

func insert(t *testing.T, text, after, more string) string {
	t.Helper()
	require.Contains(t, text, after)
	return strings.Replace(text, after, after+more, 1)
}
