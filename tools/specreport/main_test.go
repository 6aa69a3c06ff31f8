package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const document = `openapi: 3.1.0
info: { title: Things, version: 1.0.0 }
servers: [{ url: 'https://example.com' }]
paths:
  /things:
    post:
      requestBody:
        content:
          application/json: { schema: { $ref: '#/components/schemas/Thing' } }
      responses:
        '200':
          description: Fine.
          content:
            application/json: { schema: { $ref: '#/components/schemas/Thing' } }
components:
  schemas:
    Thing:
      type: object
      required: [description]
      properties:
        description: { type: string }
`

// repository holds a committed module and returns its directory.
func repository(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, "go.mod", "module example.com/m\n\ngo 1.25\n")
	write(t, dir, "openapi.yaml", document)
	write(t, dir, "m.go", "package m\n\nimport \"example.com/m/api\"\n\nfunc Send(api.Thing) {}\n")
	write(t, dir, "api/api.go", "package api\n\nconst Server = \"https://example.com\"\n\ntype Thing struct{ Description string }\n\ntype ClientInterface interface{ Send() }\n")
	for _, name := range []string{"go.mod", "go.sum"} {
		data, err := os.ReadFile(filepath.Join("..", "oasdiff", name))
		require.NoError(t, err)
		write(t, dir, "tools/oasdiff/"+name, string(data))
	}
	git(t, dir, "init", "-q")
	git(t, dir, "add", ".")
	git(t, dir, "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-q", "-m", "Base")
	return dir
}

func write(t *testing.T, dir, name, content string) {
	t.Helper()
	name = filepath.Join(dir, name)
	require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o700))
	require.NoError(t, os.WriteFile(name, []byte(content), 0o600))
}

func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	command := exec.Command("git", args...)
	command.Dir = dir
	output, err := command.CombinedOutput()
	require.NoError(t, err, string(output))
	return string(output)
}

func TestReport_GivesTheVerdictOfEachChange(t *testing.T) {
	for name, test := range map[string]struct {
		file, old, new string
		verdict        string
		says           []string
	}{
		"nothing":         {"m.go", "Send", "Send", "patch", []string{"The contract is the same", "The exported API is the same"}},
		"description":     {"openapi.yaml", "Fine.", "Good.", "patch", []string{"The contract is the same"}},
		"example":         {"openapi.yaml", "type: string", "type: string, example: a", "patch", []string{"The contract is the same"}},
		"info":            {"openapi.yaml", "version: 1.0.0", "version: 1.1.0", "patch", []string{"The contract is the same"}},
		"unexported code": {"m.go", "{}", "{ println() }", "patch", []string{"The exported API is the same"}},

		"new property":  {"openapi.yaml", "        description: {", "        title: { type: string }\n        description: {", "minor", []string{"- note POST /things: added"}},
		"new status":    {"openapi.yaml", "        '200':", "        '404': { description: Gone. }\n        '200':", "minor", []string{"status `404`"}},
		"new function":  {"m.go", "func Send", "func Get() {}\n\nfunc Send", "minor", []string{"- new Get: added"}},
		"new operation": {"api/api.go", "{ Send() }", "{ Send(); Get() }", "minor", []string{"- new ./api.ClientInterface.Get: added"}},
		"new package":   {"contract/c.go", "", "package contract\n", "minor", []string{"- new package example.com/m/contract: added"}},
		"other package": {"tools/t.go", "", "package tools\n", "patch", []string{"The exported API is the same"}},

		"removed property": {"openapi.yaml", "description: { type: string }", "title: { type: string }", "major", []string{"- **breaks** POST /things"}},
		"server":           {"openapi.yaml", "https://example.com", "https://example.org", "major", []string{"where oasdiff has no rule"}},
		"constant":         {"api/api.go", "https://example.com", "https://example.org", "major", []string{"- **breaks** ./api.Server: value changed"}},
		"field":            {"api/api.go", "Description string", "Description int", "major", []string{"- **breaks** ./api.Thing.Description: changed from string to int"}},
		"method":           {"api/api.go", "{ Send() }", "{ Get() }", "major", []string{"- **breaks** ./api.ClientInterface.Send: removed"}},
		"broken document":  {"openapi.yaml", "components:", "components: [", "major", []string{"Cannot be compared"}},
		"external file":    {"openapi.yaml", "'#/components/schemas/Thing' } }\ncomponents", "other.yaml } }\ncomponents", "major", []string{"oasdiff cannot compare it"}},
		"broken code":      {"m.go", "api.Thing", "api.Gone", "major", []string{"the newer tree does not build"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := repository(t)
			data, _ := os.ReadFile(filepath.Join(dir, test.file))
			require.Contains(t, string(data), test.old)
			write(t, dir, test.file, strings.Replace(string(data), test.old, test.new, 1))
			before := git(t, dir, "status", "--short", "--untracked-files")

			var report bytes.Buffer
			require.NoError(t, run([]string{"-base", "HEAD", "-dir", dir}, &report))
			require.Contains(t, report.String(), "**Verdict: "+test.verdict+"** (")
			for _, says := range test.says {
				require.Contains(t, report.String(), says)
			}
			require.Equal(t, before, git(t, dir, "status", "--short", "--untracked-files"))
		})
	}
}

func TestReport_PutsBreakingChangesFirst(t *testing.T) {
	older, newer := repository(t), repository(t)
	changed := strings.Replace(document, "description: { type: string }", "another: { type: string }\n        description: { type: integer }", 1)
	write(t, newer, "openapi.yaml", changed)
	write(t, newer, "api/api.go", "package api\n\ntype Another int\n\ntype Thing struct{ Description int }\n")
	write(t, newer, "m.go", "package m\n")
	var report bytes.Buffer
	require.NoError(t, run([]string{"-base", older, "-dir", newer}, &report))
	_, text, _ := strings.Cut(report.String(), "## Document")
	document, api, _ := strings.Cut(text, "## Go API")
	require.Greater(t, strings.Index(document, "- note"), strings.LastIndex(document, "- **breaks**"))
	require.Greater(t, strings.Index(api, "- new"), strings.LastIndex(api, "- **breaks**"))
	require.Greater(t, strings.Index(api, "- **breaks** Send"), strings.Index(api, "- **breaks** ./api."), "not in the order of the alphabet")
}

func TestReport_SaysWhatIsWrongWithItsArguments(t *testing.T) {
	dir := repository(t)
	require.ErrorContains(t, run([]string{"-dir", dir}, os.Stdout), "-base is required")
	require.ErrorContains(t, run([]string{"-dir", dir, "-base", "v9"}, os.Stdout), "cannot read v9 from git")
	require.Error(t, run([]string{"-force"}, os.Stdout))
}
