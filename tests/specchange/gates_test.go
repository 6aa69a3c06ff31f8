package specchange

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// testGates run the tests that read the document; vet has been run by then.
var testGates = []struct {
	name string
	args []string
}{
	{"contract test", []string{"test", "-vet=off", "./contract/...", "./tests/contract/..."}},
	{"differential test", []string{"test", "-vet=off", "./tests/differential/...", "-args", "-inputs=4000"}},
}

var (
	directive = regexp.MustCompile(`(?m)^//go:generate go tool -modfile=tools/go\.mod oapi-codegen (.+)$`)
	verdict   = regexp.MustCompile(`\*\*Verdict: (\w+)\*\*`)
)

// workspace is a copy of the repository in which one change after another is
// tried. Packages that a change leaves alone stay in the build cache.
type workspace struct {
	dir, base, bin string
	generated      []string
}

// buildTools puts the tools into one directory, which is faster than to have
// the go command look for them at each call.
func buildTools(t *testing.T, root string) string {
	t.Helper()
	bin := t.TempDir()
	for _, name := range []string{"./specguard", "./specreport", "github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen"} {
		build := exec.Command("go", "build", "-o", bin+"/", name)
		build.Dir = filepath.Join(root, "tools")
		output, err := build.CombinedOutput()
		require.NoError(t, err, string(output))
	}
	return bin
}

// copyTree copies what git would commit.
func copyTree(t *testing.T, root string) string {
	t.Helper()
	list := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	list.Dir = root
	names, err := list.Output()
	require.NoError(t, err)
	dir := t.TempDir()
	for name := range strings.SplitSeq(strings.Trim(string(names), "\x00"), "\x00") {
		data, err := os.ReadFile(filepath.Join(root, name))
		if os.IsNotExist(err) {
			continue
		}
		require.NoError(t, err)
		require.NoError(t, os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), data, 0o600))
	}
	return dir
}

func (w *workspace) run(name string, args ...string) (output string, ok bool) {
	command := exec.Command(name, args...)
	// Without -trimpath the two copies would not share compiled packages.
	command.Dir, command.Env = w.dir, append(os.Environ(), "GOFLAGS=-trimpath", "GOWORK=off")
	data, err := command.CombinedOutput()
	return string(data), err == nil
}

// reset undoes the last change and what was generated from it.
func (w *workspace) reset(t *testing.T, document string) {
	t.Helper()
	for _, name := range w.generated {
		data, err := os.ReadFile(filepath.Join(w.base, name))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(w.dir, name), data, 0o600))
	}
	require.NoError(t, os.WriteFile(filepath.Join(w.dir, "openapi.yaml"), []byte(document), 0o600))
}

// firstGate regenerates and returns the gate that stops the change, with what it
// says; "" when none does.
func (w *workspace) firstGate(t *testing.T) (gate, output string) {
	t.Helper()
	if output, ok := w.run(filepath.Join(w.bin, "specguard"), "-spec", "openapi.yaml", "-overlay", "overlay.yaml"); !ok {
		return "guard", output
	}
	source, err := os.ReadFile(filepath.Join(w.dir, "gen.go"))
	require.NoError(t, err)
	directives := directive.FindAllStringSubmatch(string(source), -1)
	require.NotEmpty(t, directives)
	for _, d := range directives {
		output, ok := w.run(filepath.Join(w.bin, "oapi-codegen"), strings.Fields(d[1])...)
		switch {
		case !ok && strings.Contains(output, "failed to apply Overlay"):
			return "overlay", output
		case !ok:
			return "generator", output
		}
	}
	// vet compiles every package and every test.
	if output, ok := w.run("go", "vet", "./..."); !ok {
		return "compiler", output
	}
	for _, tests := range testGates {
		if output, ok := w.run("go", tests.args...); !ok {
			return tests.name, output
		}
	}
	return "", ""
}

// verdict is what spec-report says of the change.
func (w *workspace) verdict(t *testing.T) (level, output string) {
	t.Helper()
	output, ok := w.run(filepath.Join(w.bin, "specreport"), "-base", w.base, "-dir", w.dir)
	require.True(t, ok, output)
	match := verdict.FindStringSubmatch(output)
	require.NotNil(t, match, output)
	return match[1], output
}
