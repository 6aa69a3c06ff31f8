// Package specchange changes openapi.yaml in many small ways, each in a copy of
// the repository, and proves that none of them passes unnoticed: which gate
// stops it first, and what spec-report says that it means for users.
package specchange

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite RESULTS.md")

// change is one thing that the vendor may do to the document.
type change struct {
	name    string
	edits   []edit
	gate    string // that stops it first; verdict when none does but spec-report sees it
	verdict string
}

// edit replaces text that occurs once, or, when it ends in "...", what follows
// up to the line before the next one of the same or a lesser indent.
type edit struct{ old, new string }

func (e edit) apply(t *testing.T, document string) string {
	t.Helper()
	old := e.old
	if start, ok := strings.CutSuffix(e.old, "..."); ok {
		require.Equal(t, 1, strings.Count(document, start), "%q is not in the document once", start)
		indent := len(start) - len(strings.TrimLeft(start, " "))
		end := regexp.MustCompile(fmt.Sprintf(`(?m)^ {0,%d}\S`, indent))
		from := strings.Index(document, start)
		rest := document[from+len(start):]
		if at := end.FindStringIndex(rest); at != nil {
			rest = rest[:at[0]]
		}
		old = start + rest
	}
	require.Equal(t, 1, strings.Count(document, old), "%q is not in the document once", old)
	return strings.Replace(document, old, e.new, 1)
}

func TestChanges_NonePassesUnnoticed(t *testing.T) {
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	bin, base := buildTools(t, root), copyTree(t, root)
	document, err := os.ReadFile(filepath.Join(base, "openapi.yaml"))
	require.NoError(t, err)

	workspaces := make(chan *workspace, max(2, runtime.GOMAXPROCS(0)/2))
	for range cap(workspaces) {
		workspaces <- &workspace{dir: copyTree(t, root), base: base, bin: bin, generated: []string{
			"api/client.gen.go", "umbrellatest/internal/server/server.gen.go",
		}}
	}
	first := <-workspaces
	gate, output := first.firstGate(t)
	require.Empty(t, gate, "the repository as it is does not pass: %s", output)
	workspaces <- first

	changes := slices.Concat(paperChanges, requestChanges, responseChanges, operationChanges)
	rows := make([]string, len(changes))
	var mu sync.Mutex
	t.Run("changes", func(t *testing.T) {
		for i, c := range changes {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				w := <-workspaces
				defer func() { workspaces <- w }()
				changed := string(document)
				for _, e := range c.edits {
					changed = e.apply(t, changed)
				}
				w.reset(t, changed)
				gate, output := w.firstGate(t)
				level, report := w.verdict(t)
				if gate == "" && level != "patch" {
					gate = "verdict"
				}
				require.Equal(t, i < len(paperChanges), gate == "", "only what people alone read passes every gate")
				mu.Lock()
				rows[i] = fmt.Sprintf("| %s | %s | %s |\n", c.name, cmp.Or(gate, "none"), level)
				mu.Unlock()
				require.Equal(t, [2]string{c.gate, c.verdict}, [2]string{gate, level}, "%s\n%s", output, report)
			})
		}
	})
	table := fmt.Sprintf(heading, len(changes)) + strings.Join(rows, "")
	t.Log("\n" + table)
	if *update {
		require.NoError(t, os.WriteFile("RESULTS.md", []byte(table), 0o600))
	}
	written, err := os.ReadFile("RESULTS.md")
	require.NoError(t, err)
	require.Equal(t, string(written), table, "RESULTS.md is out of date: go test -C tests/specchange -update")
}

const heading = `# What happens when the document changes

Written by the test in this directory: %d changes of openapi.yaml, each on its own in a copy of the repository.
The gates in their order are guard (specguard), overlay (strict), generator, compiler (go vet), contract test,
differential test, verdict (of spec-report). Only what people alone read passes all of them. When a gate before the
compiler stops a change, nothing was generated, and the verdict is that of the document alone.

| Change | Stopped first by | Verdict |
| --- | --- | --- |
`
