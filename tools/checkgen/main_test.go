package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// repository returns one whose "generator" writes a.gen.go from input.txt.
func repository(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{
		"go.mod":       "module example.com/m\n\ngo 1.25\n",
		".gitignore":   "ignored.gen.go\n",
		"gen.go":       "package m\n\n//go:generate go run ./copier\n",
		"input.txt":    "package a\n",
		"a/a.gen.go":   "package a\n",
		"a/new.go":     "package a\n\nfunc untracked() {}\n",
		"ignored.go":   "package m\n",
		"copier/do.go": "package main\n\nimport \"os\"\n\nfunc main() {\n\tdata, err := os.ReadFile(\"input.txt\")\n\tif err != nil {\n\t\tpanic(err)\n\t}\n\tif err := os.WriteFile(\"a/a.gen.go\", data, 0o600); err != nil {\n\t\tpanic(err)\n\t}\n}\n",
	} {
		write(t, dir, name, content)
	}
	for _, args := range [][]string{{"init", "-q"}, {"add", "."}, {"rm", "-q", "--cached", "a/new.go"}} {
		git := exec.Command("git", args...)
		git.Dir = dir
		output, err := git.CombinedOutput()
		require.NoError(t, err, string(output))
	}
	return dir
}

func write(t *testing.T, dir, name, content string) {
	t.Helper()
	name = filepath.Join(dir, name)
	require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o700))
	require.NoError(t, os.WriteFile(name, []byte(content), 0o600))
}

func TestCheck_NamesWhatDiffersAndChangesNothing(t *testing.T) {
	for name, test := range map[string]struct {
		change func(t *testing.T, dir string)
		stale  []string
	}{
		"up to date":   {func(*testing.T, string) {}, nil},
		"ignored file": {func(t *testing.T, dir string) { write(t, dir, "ignored.gen.go", "package m\n") }, nil},
		"input changed": {
			func(t *testing.T, dir string) { write(t, dir, "input.txt", "package a // newer\n") },
			[]string{"a/a.gen.go (stale)"},
		},
		"edited by hand": {
			func(t *testing.T, dir string) { write(t, dir, "a/a.gen.go", "package a // edited\n") },
			[]string{"a/a.gen.go (stale)"},
		},
		"deleted": {
			func(t *testing.T, dir string) { require.NoError(t, os.Remove(filepath.Join(dir, "a/a.gen.go"))) },
			[]string{"a/a.gen.go (missing)"},
		},
		"left behind": {
			func(t *testing.T, dir string) { write(t, dir, "a/old.gen.go", "package a\n") },
			[]string{"a/old.gen.go (extra: nothing generates it)"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := repository(t)
			test.change(t, dir)
			content, _ := os.ReadFile(filepath.Join(dir, "a/a.gen.go"))
			stale, err := check(dir)
			require.NoError(t, err)
			require.Equal(t, test.stale, stale)
			after, _ := os.ReadFile(filepath.Join(dir, "a/a.gen.go"))
			require.Equal(t, content, after)
		})
	}
}

func TestCheck_SaysWhenItCannotTell(t *testing.T) {
	dir := repository(t)
	require.NoError(t, os.Remove(filepath.Join(dir, "input.txt")))
	_, err := check(dir)
	require.ErrorContains(t, err, "go generate fails")
	_, err = check(t.TempDir())
	require.ErrorContains(t, err, "cannot list the files")
}
