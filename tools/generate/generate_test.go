package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const root = "../.."

// copied is a copy of what generate reads and of the packages that it writes to.
func copied(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	list := exec.Command("git", "ls-files", "--cached", "--others", "--exclude-standard",
		"*.go", "*.yaml", "go.mod", "go.sum", ":!tools", ":!tests", ":!cmd", ":!contract", ":!examples",
		":(exclude,glob)umbrellatest/*.go", ":(exclude,glob)umbrellatest/internal/[!s]*/*.go", ":!umbrellatest/internal/session") // all but server
	list.Dir = root
	out, err := list.Output()
	require.NoError(t, err)
	for name := range strings.FieldsSeq(string(out)) {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		data, err := os.ReadFile(filepath.Join(root, name))
		require.NoError(t, err)
		put(t, dir, name, string(data))
	}
	put(t, dir, "contract/embed.go", "package contract\n\nimport _ \"embed\"\n\n//go:embed openapi.gen.json\nvar Document string\n")
	return dir
}

func put(t *testing.T, dir, name, text string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
}

func read(t *testing.T, dir, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	require.NoError(t, err)
	return string(data)
}

// grow appends to the overlay of a copy.
func grow(t *testing.T, dir, actions string) {
	t.Helper()
	put(t, dir, "overlay.yaml", strings.TrimRight(read(t, dir, "overlay.yaml"), "\n")+"\n"+actions)
}

func snapshot(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			files[path] = read(t, "", path)
		}
		return err
	}))
	return files
}

func TestGenerate_WhatIsCommittedIsWhatTheDocumentGenerates(t *testing.T) {
	files, err := contents(root, "")
	require.NoError(t, err)
	for name, data := range files {
		require.True(t, bytes.Equal([]byte(read(t, root, name)), data), "%s is stale: run go generate", name)
	}
}

// The copy begins without a single generated file, and the tests in testdata run
// in its packages.
func TestGenerate_ADocumentThatUsesEverythingWorks(t *testing.T) {
	dir := copied(t)
	grow(t, dir, read(t, "testdata", "grown.yaml"))
	for name := range snapshot(t, dir) {
		if strings.Contains(name, ".gen.") {
			require.NoError(t, os.Remove(name))
		}
	}
	require.NoError(t, generate(dir, "", false))
	put(t, dir, "api/grown_test.go", read(t, "testdata", "api_test.go"))
	put(t, dir, "grown_test.go", read(t, "testdata", "umbrella_test.go"))
	test := exec.Command("go", "test", ".", "./api", "./contract")
	test.Dir = dir
	out, err := test.CombinedOutput()
	require.NoError(t, err, "%s", out)

	imports := exec.Command("go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", "./api")
	imports.Dir = dir
	out, err = imports.Output()
	require.NoError(t, err)
	const module = "github.com/umbrella-api/umbrella-go"
	require.Equal(t, []string{module + "/internal/param", module + "/api"}, strings.Fields(string(out)))
	require.True(t, json.Valid([]byte(read(t, dir, "contract/openapi.gen.json"))))
}

func TestGenerate_AFailureWritesNothing(t *testing.T) {
	for name, test := range map[string]struct{ actions, says string }{
		"refused by the reader": {
			"  - target: $.components.schemas.Error400.properties\n    update: { more: { oneOf: [{ type: string }] } }\n",
			"$.components.schemas.Error400.properties.more.oneOf: oneOf is not turned into code",
		},
		"a name that collides": {
			"  - target: $.components.schemas.Error400.properties\n    update: { more: { type: object, x-go-type-name: Client, properties: { a: { type: string } } } }\n",
			"does not compile",
		},
		"an action without a target": {
			"  - target: $.components.schemas.Nothing\n    update: { type: object }\n",
			"$.components.schemas.Nothing",
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := copied(t)
			grow(t, dir, test.actions+"  - target: $.components.schemas.Error401\n    update: { description: is another. }\n")
			before := snapshot(t, dir)
			require.ErrorContains(t, generate(dir, "", false), test.says)
			require.Equal(t, before, snapshot(t, dir))
		})
	}
}

// The guard tries names like this before it writes them.
func TestGenerate_CheckReadsAnotherOverlayAndWritesNothing(t *testing.T) {
	dir := copied(t)
	for file, goName := range map[string]string{"good.yaml": "More", "bad.yaml": "Client"} {
		put(t, dir, file, read(t, dir, "overlay.yaml")+
			"  - target: $.components.schemas.Error400.properties\n    update: { more: { type: object, x-go-type-name: "+goName+", properties: { a: { type: string } } } }\n")
	}
	before := snapshot(t, dir)
	require.NoError(t, generate(dir, filepath.Join(dir, "good.yaml"), true))
	require.ErrorContains(t, generate(dir, filepath.Join(dir, "bad.yaml"), true), "does not compile")
	require.Equal(t, before, snapshot(t, dir))
}

func TestReplaced_DemandsThePassageThatItWasWrittenFor(t *testing.T) {
	got, err := replaced("a b a", []replacement{{"a", "c", 2}, {"b", "d", 1}})
	require.NoError(t, err)
	require.Equal(t, "c d c", got)
	for _, times := range []int{0, 1, 3} {
		_, err := replaced("a b a", []replacement{{"a", "c", times}})
		require.ErrorContains(t, err, "has this passage 2 times")
	}
}
