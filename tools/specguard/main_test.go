package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const document1 = `openapi: 3.1.0
security: [{ bearer: [] }]
paths:
  /things/createThing:
    post:
      requestBody:
        content:
          application/json:
            schema: { $ref: '#/components/schemas/Thing' }
            example: { $ref: 'https://example.com/data-not-a-reference' }
      responses: { '204': { description: Created } }
components:
  securitySchemes: { bearer: { type: http, scheme: bearer } }
  schemas:
    Thing:
      type: object
      properties:
        id: { type: string }
        tags: { type: array, items: { type: string } }
    Colour: { type: string, enum: [red] }
`

const names1 = `overlay: 1.1.0
info: { title: Names, version: 1.0.0 }
actions:
  # A comment  that stays.
  - target: $.paths['/things/createThing'].post
    update: { operationId: createThing }
`

// source declares by hand what no operation can be called.
const source = `package umbrella

import "example.com/check"

type Client struct{}

func (c *Client) API() {}

var message = check.Message
`

// get is an operation without a name.
const get = "{ responses: { '204': { description: Gone } } }"

type files struct{ spec, overlay string }

func write(t *testing.T, document, names string) files {
	t.Helper()
	dir := t.TempDir()
	f := files{filepath.Join(dir, "openapi.yaml"), filepath.Join(dir, "overlay.yaml")}
	require.NoError(t, os.WriteFile(f.spec, []byte(document), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "client.go"), []byte(source), 0o600))
	require.NoError(t, os.WriteFile(f.overlay, []byte(names), 0o600))
	return f
}

func (f files) guard(try func(string) error, args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = run(append([]string{"-spec", f.spec, "-overlay", f.overlay}, args...), &out, &errs, try)
	return code, out.String(), errs.String()
}

func (f files) names(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile(f.overlay)
	require.NoError(t, err)
	left, err := os.ReadDir(filepath.Dir(f.overlay))
	require.NoError(t, err)
	require.Len(t, left, 3, "temporary files stay behind")
	return string(data)
}

func compiles(string) error { return nil }

func TestGuard_AcceptsADocumentThatIsNamedThroughout(t *testing.T) {
	f := write(t, document1, names1)
	for _, args := range [][]string{nil, {"-fix"}} {
		code, stdout, stderr := f.guard(func(string) error { return errors.New("there is nothing to try") }, args...)
		require.Zero(t, code, stderr)
		require.Empty(t, stdout+stderr)
		require.Equal(t, names1, f.names(t))
	}
}

func TestGuard_RemovesActionsThatChangeNothing(t *testing.T) {
	const same = "  - target: $.components.schemas.Thing\n    update: { type: object }\n"
	before, after, _ := strings.Cut(names1, "  - target: ")
	after = "\n  # The other.\n  - target: " + after
	f := write(t, document1, before+same+after+same)

	code, stdout, stderr := f.guard(compiles)
	require.Equal(t, 1, code)
	require.Empty(t, stdout)
	require.Contains(t, stderr, "an overlay action changes nothing; make spec-guard FIX=1 removes from overlay.yaml:\n  - target: $.components.schemas.Thing\n")
	require.Equal(t, before+same+after+same, f.names(t))

	code, stdout, stderr = f.guard(compiles, "-fix")
	require.Zero(t, code, stderr)
	require.Equal(t, 2, strings.Count(stdout, "- `$.components.schemas.Thing`: removed from overlay.yaml"))
	require.Equal(t, before+after, f.names(t))
}

func TestGuard_PrintsTheNamesThatItChose(t *testing.T) {
	f := write(t, insert(t, document1, "paths:\n", "  /a:\n    get: "+get+"\n"), names1)
	_, stdout, _ := f.guard(compiles, "-fix")
	require.Equal(t, "- `GET /a`: operationId a\n", stdout)
}

func TestGuard_TriesTheNamesBeforeItWritesThem(t *testing.T) {
	f := write(t, insert(t, document1, "paths:\n", "  /a:\n    get: "+get+"\n"), names1)
	tried := ""
	code, stdout, stderr := f.guard(func(overlayFile string) error {
		data, err := os.ReadFile(overlayFile)
		require.NoError(t, err)
		tried = string(data)
		return errors.New("Client redeclared")
	}, "-fix")
	require.Equal(t, 1, code)
	require.Empty(t, stdout, "no name is chosen")
	require.Contains(t, stderr, "nothing is written")
	require.Contains(t, stderr, "Client redeclared")
	require.Equal(t, names1, f.names(t))
	require.Equal(t, names1+"  - target: $.paths['/a'].get\n    update: { operationId: a }\n", tried)
}

func TestGuard_FindsWhatNeedsAPerson(t *testing.T) {
	gained := "  /things/{thing}:\n" + strings.ReplaceAll(idParameter, "id", "thing") + "    get: { responses: { '204': { description: None } } }\n"
	preview := `  - target: $.paths
    update:
      /things/{id}:
        get:
          x-preview: true
          operationId: getThing
          parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
          responses: { '204': { description: None } }
`
	for name, test := range map[string]struct{ after, insert, names, says string }{
		"operation that is no preview any longer": {
			"paths:\n", gained, names1 + preview,
			"openapi.yaml has GET /things/{id} itself now; remove the operation and its x-preview from overlay.yaml\n",
		},
		"operationId given twice": {
			"paths:\n", "  /other:\n    get: { operationId: createThing, responses: { '204': { description: None } } }\n", names1,
			"operationId createThing is also that of $.paths['/other'].get; change one in overlay.yaml\n",
		},
		"names that cannot be told apart": {
			"        id: { type: string }\n", "        a_b: { type: string, enum: [a] }\n        a-b: { type: string, enum: [a] }\n", names1,
			"$.components.schemas.Thing.properties['a-b'] would be called ThingAB, and so is something else; choose a name in overlay.yaml:\n" +
				"  - target: $.components.schemas.Thing.properties['a-b']\n    update: { x-go-type-name: … }\n",
		},
		"action that matches nothing": {
			"openapi: 3.1.0\n", "", names1 + "  - target: $.components.schemas.Gone\n    update: { description: is gone. }\n",
			"overlay.yaml: the action on $.components.schemas.Gone cannot be applied",
		},
		"reference to another file": {
			"      type: object\n", "      additionalProperties: { $ref: 'common.yaml#/Thing' }\n", names1, `a $ref to "common.yaml#/Thing", out of the document`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := write(t, insert(t, document1, test.after, test.insert), test.names)
			for _, args := range [][]string{nil, {"-fix"}} {
				code, _, stderr := f.guard(compiles, args...)
				require.Equal(t, 1, code, stderr)
				require.Contains(t, stderr, test.says)
				require.Equal(t, test.names, f.names(t))
			}
		})
	}
}

func TestGuard_LeavesAPreviewThatTheDocumentDoesNotHave(t *testing.T) {
	f := write(t, document1, names1+"  - target: $.paths\n    update: { /new: { get: { x-preview: true, operationId: new, responses: { '204': { description: None } } } } }\n")
	code, _, stderr := f.guard(compiles)
	require.Zero(t, code, stderr)
}

func TestGuard_CannotReadItsFiles(t *testing.T) {
	for name, files := range map[string]struct{ document, names string }{
		"empty document": {"", names1},
		"broken YAML":    {"a: [", names1},
		"broken overlay": {document1, "actions: ["},
		"broken target":  {document1, names1 + "  - target: '$.['\n    update: {}\n"},
	} {
		t.Run(name, func(t *testing.T) {
			code, _, stderr := write(t, files.document, files.names).guard(compiles)
			require.Equal(t, 2, code)
			require.True(t, strings.HasPrefix(stderr, "specguard: "), stderr)
			require.NotContains(t, stderr, "%!")
		})
	}
	code, _, stderr := files{spec: "missing.yaml"}.guard(compiles)
	require.Equal(t, 2, code)
	require.Contains(t, stderr, "missing.yaml")
	code, _, _ = files{}.guard(compiles, "-force")
	require.Equal(t, 2, code)
}

func insert(t *testing.T, text, after, more string) string {
	t.Helper()
	require.Contains(t, text, after)
	return strings.Replace(text, after, after+more, 1)
}
