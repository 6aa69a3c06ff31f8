package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	must "github.com/stretchr/testify/require"
)

// repository is a small one with the files that a release touches.
func repository(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	for name, content := range map[string]string{
		versionFile:         "package version\n\nconst Version = \"0.1.0\"\n",
		"CHANGELOG.md":      "# Changelog\n\n## [0.2.0] - 2026-01-02\n\n## [0.1.0] - 2026-01-01\n",
		"SECURITY.md":       "# Security\n\n| version | gets fixes |\n|---|---|\n| 0.2 | yes |\n| 0.1 | no |\n",
		"go.mod":            "module " + module + "\n\ngo 1.26\n",
		"cmd/one/go.mod":    "module " + module + "/cmd/one\n\ngo 1.26\n\nrequire " + module + " v0.0.0 // ours\n\nreplace " + module + " => ../..\n",
		"tests/none/go.mod": "module example.com/none\n\ngo 1.26\n",
	} {
		file := filepath.Join(root, name)
		must.NoError(t, os.MkdirAll(filepath.Dir(file), 0o700))
		must.NoError(t, os.WriteFile(file, []byte(content), 0o600))
	}
	run(t, root, "init", "-q")
	run(t, root, "add", ".")
	run(t, root, "-c", "user.name=n", "-c", "user.email=n@example.com", "commit", "-qm", "m")
	return root
}

func run(t *testing.T, root string, args ...string) {
	t.Helper()
	out, err := exec.Command("git", append([]string{"-C", root}, args...)...).CombinedOutput()
	must.NoError(t, err, string(out))
}

func TestRelease_SetsTheVersionOfAllModules(t *testing.T) {
	root := repository(t)
	var out strings.Builder
	must.NoError(t, release(&out, root, "0.2.0"))
	assert.Contains(t, out.String(), versionFile+": 0.1.0 -> 0.2.0\ncmd/one/go.mod: v0.0.0 -> v0.2.0\n")
	assert.Contains(t, out.String(), "git tag cmd/umbrella-batch/v0.2.0")
	version, err := os.ReadFile(filepath.Join(root, versionFile))
	must.NoError(t, err)
	assert.Equal(t, "package version\n\nconst Version = \"0.2.0\"\n", string(version))
	mod, err := os.ReadFile(filepath.Join(root, "cmd/one/go.mod"))
	must.NoError(t, err)
	assert.Contains(t, string(mod), "require "+module+" v0.2.0 // ours")
	none, err := os.ReadFile(filepath.Join(root, "tests/none/go.mod"))
	must.NoError(t, err)
	assert.Equal(t, "module example.com/none\n\ngo 1.26\n", string(none))
}

func TestRelease_SaysAllThatIsMissingAndChangesNothing(t *testing.T) {
	root := repository(t)
	run(t, root, "tag", "v0.0.9")
	must.NoError(t, os.WriteFile(filepath.Join(root, "new"), nil, 0o600))
	err := release(new(strings.Builder), root, "0.0.9")
	for _, want := range []string{"below 0.1.0", "CHANGELOG.md has no line", `SECURITY.md has no row "| 0.0 | yes |"`, "the tag v0.0.9 exists", "not committed"} {
		assert.ErrorContains(t, err, want)
	}
	assert.ErrorContains(t, release(new(strings.Builder), root, "0.1.1"), `SECURITY.md has no row "| 0.1 | yes |"`, "it says no")
	assert.ErrorContains(t, release(new(strings.Builder), root, "v0.3"), "no semantic version such as 0.2.0")
	version, readErr := os.ReadFile(filepath.Join(root, versionFile))
	must.NoError(t, readErr)
	assert.Contains(t, string(version), "0.1.0")
}
