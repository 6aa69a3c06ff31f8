package specchange

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// testGates are the packages whose tests a change of the document can break, by
// what they prove.
var testGates = []struct{ name, packages string }{
	{"contract test", `/contract`},
	{"differential test", `/differential`},
	{"mock's test", `/umbrellatest`},
	{"client's test", ``},
}

var (
	verdict      = regexp.MustCompile(`\*\*Verdict: (\w+)\*\*`)
	failedTest   = regexp.MustCompile(`(?m)^--- FAIL: (\w+)`)
	failedInGo   = regexp.MustCompile(`(?m)^(?:vet: )?(?:\./)?([\w./]+\.go):\d+:\d+: (.+)$`)
	placeInFile  = regexp.MustCompile(`^[\w.]+\.yaml:\d+: `)
	failedModule = regexp.MustCompile(`(?m)^FAIL\tgithub\.com/umbrella-api/umbrella-go(\S*)\t`)
)

// workspace is a copy of the repository in which one document after another is
// tried. Packages that a change leaves alone stay in the build cache.
type workspace struct {
	dir, base, bin string
}

// buildTools puts the tools into one directory, which is faster than to have
// the go command look for them at each call.
func buildTools(t *testing.T, root string) string {
	t.Helper()
	bin := t.TempDir()
	build := exec.Command("go", "build", "-trimpath", "-o", bin+"/", "./specguard", "./generate", "./specreport")
	build.Dir = filepath.Join(root, "tools")
	output, err := build.CombinedOutput()
	require.NoError(t, err, string(output))
	return bin
}

// copyTree copies what git would commit, and the behaviour test.
func copyTree(t *testing.T, root string) string {
	t.Helper()
	list := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	list.Dir = root
	names, err := list.Output()
	require.NoError(t, err)
	dir := t.TempDir()
	for name := range strings.SplitSeq(strings.Trim(string(names), "\x00"), "\x00") {
		if _, err := os.Stat(filepath.Join(root, name)); err == nil {
			copyFile(t, filepath.Join(root, name), filepath.Join(dir, name))
		}
	}
	copyFile(t, "testdata/behaviour_test.go", filepath.Join(dir, "tests/contract/behaviour_test.go"))
	return dir
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(filepath.Dir(to), 0o700))
	require.NoError(t, os.WriteFile(to, data, 0o600))
}

// run runs a command in a directory of the copy.
func (w *workspace) run(below, name string, args ...string) (output string, ok bool) {
	command := exec.Command(name, args...)
	// Without -trimpath the copies would not share compiled packages.
	command.Dir, command.Env = filepath.Join(w.dir, below), append(os.Environ(), "GOFLAGS=-trimpath", "GOWORK=off")
	data, err := command.CombinedOutput()
	return strings.ReplaceAll(string(data), w.dir+"/", ""), err == nil
}

// reset undoes the last change and what was generated from it.
func (w *workspace) reset(t *testing.T, document string, checks []check) {
	t.Helper()
	list, err := json.Marshal(checks)
	require.NoError(t, err)
	require.NoError(t, filepath.WalkDir(w.base, func(file string, entry os.DirEntry, err error) error {
		if name := entry.Name(); err == nil && (name == "overlay.yaml" || strings.Contains(name, ".gen.")) {
			copyFile(t, file, filepath.Join(w.dir, strings.TrimPrefix(file, w.base)))
		}
		return err
	}))
	require.NoError(t, os.WriteFile(filepath.Join(w.dir, "openapi.yaml"), []byte(document), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(w.dir, "tests/contract/behaviour.json"), list, 0o600))
}

// stop is the gate at which a change needs a person; its name is "" if none does.
type stop struct{ gate, says, output string }

// regenerate does what make regenerate does once the document is there.
func (w *workspace) regenerate(t *testing.T) stop {
	t.Helper()
	if output, ok := w.run("tools", filepath.Join(w.bin, "specguard"), "-fix"); !ok {
		return fromTools(output)
	}
	if output, ok := w.run("tools", filepath.Join(w.bin, "generate")); !ok {
		return fromTools(output)
	}
	// vet compiles every package and every test.
	if output, ok := w.run(".", "go", "vet", "./..."); !ok {
		return stop{"compiler", firstInGo(output), output}
	}
	output, ok := w.run(".", "go", "test", "-vet=off", "-timeout=100s", ".", "./contract/...", "./umbrellatest/...", "./tests/contract/...", "./tests/differential/...")
	if ok {
		return stop{}
	}
	var failed []string
	for _, match := range failedModule.FindAllStringSubmatch(output, -1) {
		failed = append(failed, match[1])
	}
	for _, gate := range testGates {
		if slices.ContainsFunc(failed, func(name string) bool { return strings.Contains(name, gate.packages) }) {
			return stop{gate.name, failedTests(output), output}
		}
	}
	return stop{"test", "", output}
}

// fromTools says which of the gates in specguard and generate stops the change.
func fromTools(output string) stop {
	first := strings.SplitN(strings.TrimPrefix(output, "generate: "), "\n", 2)[0]
	first = strings.TrimSuffix(placeInFile.ReplaceAllString(first, ""), ":")
	switch {
	case strings.Contains(output, "does not compile"):
		return stop{"compiler", firstInGo(output), output}
	case strings.Contains(output, "cannot be applied"):
		first, _, _ = strings.Cut(strings.TrimPrefix(first, "overlay.yaml: "), " cannot be applied")
		return stop{"overlay", first + " has no target", output}
	case strings.Contains(output, "overlay action changes nothing"), strings.Contains(output, "choose a name in overlay.yaml"):
		return stop{"guard", first, output}
	case strings.Contains(output, "cannot generate"):
		return stop{"generator", first, output}
	}
	return stop{"reader", first, output}
}

// firstInGo is the first complaint about hand-written code in the order of files,
// without the line.
func firstInGo(output string) string {
	var all []string
	for _, match := range failedInGo.FindAllStringSubmatch(output, -1) {
		all = append(all, match[1]+": "+match[2])
	}
	slices.Sort(all)
	if len(all) == 0 {
		return strings.SplitN(output, "\n", 2)[0]
	}
	return all[0]
}

func failedTests(output string) string {
	var names []string
	for _, match := range failedTest.FindAllStringSubmatch(output, -1) {
		names = append(names, match[1])
	}
	slices.Sort(names)
	names = slices.Compact(names)
	if more := len(names) - 3; more > 0 {
		names = append(names[:3], fmt.Sprintf("%d more", more))
	}
	return strings.Join(names, ", ")
}

// verdict is what spec-report says of the change.
func (w *workspace) verdict(t *testing.T) (level, output string) {
	t.Helper()
	output, ok := w.run("tools", filepath.Join(w.bin, "specreport"), "-base", w.base)
	require.True(t, ok, output)
	match := verdict.FindStringSubmatch(output)
	require.NotNil(t, match, output)
	return match[1], output
}
