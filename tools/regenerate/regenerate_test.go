// Package regenerate holds the test of regenerate.sh.
package regenerate

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const makefile = `
spec-sync:
	@if [ "$$FAIL" = spec-sync ]; then echo "the page is HTML" >&2; exit 1; fi; cp published openapi.yaml
spec-guard:
	@test "$$FIX" = 1; if [ "$$FAIL" = spec-guard ]; then echo "choose a name in overlay.yaml" >&2; exit 1; fi; \
		if [ -n "$$NAMES" ]; then echo "$$NAMES" | tee -a overlay.yaml; fi
generate:
	@if [ "$$FAIL" = spec-guard ]; then echo "generate: choose a name in overlay.yaml" >&2; exit 1; fi
	@cp overlay.yaml overlay.gen
test:
	@if [ "$$FAIL" = test ]; then echo "--- FAIL: TestContract"; exit 1; fi
spec-report:
	@echo "**Verdict: minor**"
`

// gh notes each call in gh.log; "pr list" finds the pull request named by PR.
const gh = `#!/bin/sh
echo "$@" >>"$LOG"
case "$1 $2" in "pr list") echo "$PR" ;; esac
`

type workspace struct {
	t        *testing.T
	dir, log string
	env      []string
}

func newWorkspace(t *testing.T, env ...string) *workspace {
	root := t.TempDir()
	w := &workspace{t: t, dir: filepath.Join(root, "work"), log: filepath.Join(root, "gh.log")}
	script, err := filepath.Abs("regenerate.sh")
	require.NoError(t, err)
	require.FileExists(t, script) // also tells the go command that a cached result depends on it
	for name, content := range map[string]string{"work/Makefile": makefile, "work/openapi.yaml": "old\n", "work/overlay.yaml": "", "work/overlay.gen": "", "work/published": "new\n", "work/.gitignore": "/bin/\n", "gh": gh} {
		name = filepath.Join(root, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o700))
		require.NoError(t, os.WriteFile(name, []byte(content), 0o700))
	}
	w.env = append(os.Environ(), append(env, "LOG="+w.log, "SCRIPT="+script, "PATH="+root+string(os.PathListSeparator)+os.Getenv("PATH"))...)
	w.run("git init -q --bare ../remote && git init -q -b main && git remote add origin ../remote")
	w.run("git add . && git -c user.name=a -c user.email=a@example.com commit -q -m Base && git push -q origin main")
	return w
}

func (w *workspace) run(command string) string {
	w.t.Helper()
	sh := exec.Command("sh", "-ec", command)
	sh.Dir, sh.Env = w.dir, w.env
	output, err := sh.CombinedOutput()
	require.NoError(w.t, err, string(output))
	return string(output)
}

func (w *workspace) calls() string {
	data, _ := os.ReadFile(w.log)
	return string(data)
}

func TestRegenerate_OpensAPullRequestWithTheReport(t *testing.T) {
	w := newWorkspace(t)
	body := w.run(`"$SCRIPT"`)
	require.Contains(t, body, "- [x] make spec-sync\n- [x] make spec-guard FIX=1\n- [x] make generate\n- [x] make test\n- [x] make spec-report\n")
	require.Contains(t, body, "Needs nothing but a review.\n")
	require.NotContains(t, body, "Names chosen")
	require.Contains(t, body, "**Verdict: minor**")
	require.Empty(t, w.calls(), "the run itself speaks to nobody")

	w.run(`"$SCRIPT" publish`)
	require.Contains(t, w.calls(), "pr create --head regenerate/openapi --title Regenerate from the vendor's document --body-file bin/body.md\n")
	require.Equal(t, "new\n", w.run("git --git-dir=../remote show regenerate/openapi:openapi.yaml"))
	require.Equal(t, "old\n", w.run("git --git-dir=../remote show main:openapi.yaml"))
}

func TestRegenerate_UpdatesTheOpenPullRequest(t *testing.T) {
	w := newWorkspace(t, "PR=7")
	w.run(`"$SCRIPT" && "$SCRIPT" publish`)
	require.Contains(t, w.calls(), "pr edit 7 --title Regenerate from the vendor's document --body-file bin/body.md\n")
	require.NotContains(t, w.calls(), "pr create")
}

func TestRegenerate_AFailingStepAsksForAPerson(t *testing.T) {
	for step, says := range map[string]string{
		"spec-sync": "the page is HTML\n", "spec-guard": "choose a name in overlay.yaml\n", "test": "--- FAIL: TestContract\n",
	} {
		t.Run(step, func(t *testing.T) {
			w := newWorkspace(t, "FAIL="+step)
			body := w.run(`"$SCRIPT"`)
			target := strings.Replace(step, "spec-guard", "spec-guard FIX=1", 1)
			require.Contains(t, body, "- [ ] make "+target+"\n")
			require.Contains(t, body, "\nNeeds a person:")
			require.Contains(t, body, "## make "+target+"\n\n````\n"+says)
			require.Equal(t, 1, strings.Count(body, says), "a later step repeats it")
			require.Contains(t, body, "- [x] make spec-report\n")
			w.run(`"$SCRIPT" publish`)
			require.Contains(t, w.calls(), "pr create --head regenerate/openapi --title Needs a person: regenerate")
			w.run("git --git-dir=../remote rev-parse --verify regenerate/openapi")
		})
	}
}

// The names are in the overlay before anything is generated.
func TestRegenerate_ListsTheNamesThatWereChosen(t *testing.T) {
	w := newWorkspace(t, "NAMES=- `GET /a`: operationId a")
	body := w.run(`"$SCRIPT"`)
	require.Contains(t, body, "\nNeeds nothing but a review.\n\n## Names chosen\n")
	require.Contains(t, body, "\n- `GET /a`: operationId a\n")
	require.Equal(t, "- `GET /a`: operationId a\n", w.run("cat overlay.gen"))
}

func TestRegenerate_PublishesNothingWhenNothingChanged(t *testing.T) {
	w := newWorkspace(t)
	w.run("cp openapi.yaml published && git -c user.name=a -c user.email=a@example.com commit -q -a -m Same")
	w.run(`"$SCRIPT"`)
	require.Equal(t, "nothing changed\n", w.run(`"$SCRIPT" publish`))
	require.Empty(t, w.calls())
}
