package regenerate

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

const generator = `//go:build ignore

package main

import "os"

func main() {
	data, err := os.ReadFile("../input.txt")
	if err != nil {
		panic(err)
	}
	if err := os.WriteFile("a.gen.go", data, 0o600); err != nil {
		panic(err)
	}
}
`

// tree is a repository with everything up to date, of which new.go is not committed.
func tree(t *testing.T) string {
	dir := t.TempDir()
	for name, content := range map[string]string{
		"go.mod": "module m\n\ngo 1.26\n", ".gitignore": "/ignored.gen.go\n", "input.txt": "package a\n",
		"a/a.go": "package a\n\n//go:generate go run make.go\n", "a/make.go": generator, "a/a.gen.go": "package a\n",
	} {
		writeFile(t, dir, name, content)
	}
	git(t, dir, "init", "-q")
	git(t, dir, "add", ".")
	git(t, dir, "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-q", "-m", "Base")
	writeFile(t, dir, "a/new.go", "package a\n")
	return dir
}

func writeFile(t *testing.T, dir, name, content string) {
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

func checkGenerated(t *testing.T, dir string) (output string, ok bool) {
	t.Helper()
	script, err := filepath.Abs("check-generated.sh")
	require.NoError(t, err)
	require.FileExists(t, script) // also tells the go command that a cached result depends on it
	command := exec.Command(script)
	command.Dir = dir
	data, err := command.CombinedOutput()
	return string(data), err == nil
}

func TestCheckGenerated_NamesWhatDiffersAndChangesNothing(t *testing.T) {
	for name, test := range map[string]struct {
		change func(t *testing.T, dir string)
		says   string
	}{
		"up to date":    {func(*testing.T, string) {}, ""},
		"ignored file":  {func(t *testing.T, dir string) { writeFile(t, dir, "ignored.gen.go", "package m\n") }, ""},
		"input changed": {func(t *testing.T, dir string) { writeFile(t, dir, "input.txt", "package a // newer\n") }, "a/a.gen.go"},
		"edited by hand": {
			func(t *testing.T, dir string) { writeFile(t, dir, "a/a.gen.go", "package a // edited\n") }, "a/a.gen.go",
		},
		"deleted": {
			func(t *testing.T, dir string) { require.NoError(t, os.Remove(filepath.Join(dir, "a/a.gen.go"))) },
			"create mode 100644 a/a.gen.go",
		},
		"left behind": {
			func(t *testing.T, dir string) { writeFile(t, dir, "a/old.gen.json", "{}\n") },
			"delete mode 100644 a/old.gen.json",
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := tree(t)
			test.change(t, dir)
			before := git(t, dir, "status", "--porcelain", "--ignored") + git(t, dir, "diff") + git(t, dir, "count-objects", "-v")
			output, ok := checkGenerated(t, dir)
			require.Equal(t, test.says == "", ok, output)
			require.Contains(t, output, test.says)
			require.Equal(t, before, git(t, dir, "status", "--porcelain", "--ignored")+git(t, dir, "diff")+git(t, dir, "count-objects", "-v"))
		})
	}
}

func TestCheckGenerated_FailsWithTheGenerator(t *testing.T) {
	dir := tree(t)
	require.NoError(t, os.Remove(filepath.Join(dir, "input.txt")))
	output, ok := checkGenerated(t, dir)
	require.False(t, ok)
	require.Contains(t, output, "input.txt")
}
