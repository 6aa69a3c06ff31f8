package main

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const previewPage = `openapi: 3.1.0
paths:
  /things/{id}:
    get:
      summary: Other words
      parameters:
        - { name: id, in: path, required: true, schema: { type: string } }
      responses:
        200:
          description: OK
          content:
            application/json:
              schema: { $ref: '#/components/schemas/Thing' }
components:
  schemas:
    Thing:
      type: object
      required: [status, data]
      properties:
        status: { type: boolean, description: whether }
        data: { type: object, properties: { description: { type: string }, next: { $ref: '#/components/schemas/Thing' } } }
`

// previewed runs the command with an overlay that has the page's operation, changed.
func previewed(t *testing.T, page string, changes ...string) (code int, stdout, stderr string) {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) string {
		name = filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
		return name
	}
	pageFile := write("thing.md", page)
	ours := strings.NewReplacer(append(changes, "200:", "'200':", "summary: Other words", "x-page: '"+pageFile+"'")...).Replace(previewPage)
	_, operation, _ := strings.Cut(ours, "paths:\n")
	operation, schemas, _ := strings.Cut(operation, "components:\n  schemas:\n")
	overlay := write("overlay.yaml", "overlay: 1.1.0\ninfo: { title: T, version: 1.0.0 }\nactions:\n"+
		"  - target: $.paths\n    update:\n"+indent(operation)+
		"  - target: $\n    update:\n      components:\n        schemas:\n"+indent(schemas))
	spec := write("openapi.yaml", old)
	var out, errs bytes.Buffer
	code = run([]string{"-page", write("page.md", pageOf(old)), "-spec", spec, "-overlay", overlay, "-write"}, &out, &errs, http.DefaultClient)
	return code, out.String(), errs.String()
}

func pageOf(document string) string { return page(document) }

func indent(text string) string {
	return "      " + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n      ") + "\n"
}

func thingPage(document string) string {
	return "# Get a thing\n\n````yaml GET /things/{id}\n" + document + "````\n"
}

func TestPreviews_SameUpToWordsAndNull(t *testing.T) {
	code, stdout, stderr := previewed(t, thingPage(previewPage), "description: { type: string }", "description: { type: [string, 'null'] }", "whether", "in our words")
	require.Equal(t, same, code, stderr)
	require.Empty(t, stdout+stderr)
}

func TestPreviews_ReportWhereThePageDiffers(t *testing.T) {
	const schema = "responses.200.content.application/json.schema"
	for name, tc := range map[string]struct{ from, to, says string }{
		"new member":        {"status: { type: boolean", "score: { type: number }\n        status: { type: boolean", schema + ".properties.score is on the page only"},
		"member that is no": {"description: { type: string }, ", "", schema + ".properties.data.properties.description is in overlay.yaml only"},
		"type":              {"description: { type: string }", "description: { type: integer }", schema + ".properties.data.properties.description.type is integer on the page and string in overlay.yaml"},
		"format":            {"description: { type: string }", "description: { type: string, format: date-time }", schema + ".properties.data.properties.description.format is on the page only"},
		"required":          {"required: [status, data]", "required: [status]", schema + ".required is [status] on the page and [status data] in overlay.yaml"},
		"parameter":         {"in: path, required: true", "in: query, required: false", "parameters.path id is in overlay.yaml only"},
		"answer":            {"        200:", "        404: { description: None }\n        200:", "responses.404 is on the page only"},
		"gone":              {"    get:", "    post:", "GET /things/{id}: the page does not have it\n"},
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := previewed(t, thingPage(strings.Replace(previewPage, tc.from, tc.to, 1)))
			require.Equal(t, different, code, stderr)
			require.Contains(t, stdout, tc.says)
			require.Contains(t, stdout, "GET /things/{id}: ")
		})
	}
	code, stdout, _ := previewed(t, thingPage(strings.Replace(previewPage, "[status, data]", "[data, status]", 1)))
	require.Equal(t, same, code, stdout)
}

func TestPreviews_CannotTellFromAPage(t *testing.T) {
	for name, tc := range map[string]struct{ page, says string }{
		"no block": {"# Get a thing\n", "holds 0 blocks"},
		"no YAML":  {thingPage("openapi: [\n"), "not a YAML document"},
		"empty":    {"", "is empty"},
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := previewed(t, tc.page)
			require.Equal(t, cannotTell, code)
			require.Contains(t, stderr, tc.says)
			require.Empty(t, stdout)
		})
	}
	var out, errs bytes.Buffer
	file := pageFile(t, page(old))
	spec := filepath.Join(t.TempDir(), "openapi.yaml")
	require.NoError(t, os.WriteFile(spec, []byte(old), 0o600))
	require.Equal(t, cannotTell, run([]string{"-page", file, "-spec", spec, "-overlay", "missing.yaml"}, &out, &errs, http.DefaultClient))
	require.Contains(t, errs.String(), "cannot read missing.yaml")
}
