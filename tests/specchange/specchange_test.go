// Package specchange changes openapi.yaml in many small ways in a copy of the
// repository and does what make regenerate does. What only adds something goes
// through by itself and behaves; what does not stops at the gate that RESULTS.md
// names, and spec-report says of each change what it means for users.
package specchange

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	update = flag.Bool("update", false, "rewrite RESULTS.md")
	alone  = flag.Bool("alone", false, "try each change of a group by itself, to find the one that stops it")
)

// change is one thing that the vendor may do to the document.
type change struct {
	name    string
	edits   []edit
	gate    string // that stops it first, for a person to decide
	verdict string
	checks  []check
}

var kinds = [][]change{paperChanges, requestChanges, responseChanges, operationChanges, newFields, newAnswers, newOperations}

// group is changes that are tried in one document: what goes through with all of
// them goes through with each. A change that stops is alone in its group.
type group []change

// groups puts the changes of a kind that pass together. Their verdict is the same,
// and the lowest that any of them can have: a document that differs is minor.
func groups() (all []group) {
	for _, kind := range kinds {
		var together group
		for _, c := range kind {
			if c.gate != "" || c.verdict == "major" || *alone {
				all = append(all, group{c})
			} else {
				together = append(together, c)
			}
		}
		if len(together) > 0 {
			all = append(all, together)
		}
	}
	return all
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

// newWorkspaces returns copies of the repository in which changes can be tried side
// by side, and the document as it is.
func newWorkspaces(t *testing.T, n int) (workspaces chan *workspace, document string) {
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	bin, base := buildTools(t, root), copyTree(t, root)
	data, err := os.ReadFile(filepath.Join(base, "openapi.yaml"))
	require.NoError(t, err)
	workspaces = make(chan *workspace, n)
	for range n {
		workspaces <- &workspace{dir: copyTree(t, root), base: base, bin: bin}
	}
	return workspaces, string(data)
}

// try has a workspace do what make regenerate does after the vendor's changes.
func (w *workspace) try(t *testing.T, document string, g group) (stopped stop, level, report string) {
	var checks []check
	for _, c := range g {
		for _, e := range c.edits {
			document = e.apply(t, document)
		}
		checks = append(checks, c.checks...)
	}
	w.reset(t, document, checks)
	stopped = w.regenerate(t)
	level, report = w.verdict(t)
	return stopped, level, report
}

func TestChanges_OnlyThoseThatBreakSomethingNeedAPerson(t *testing.T) {
	workspaces, document := newWorkspaces(t, 2)
	var mu sync.Mutex
	rows := map[string]string{}
	t.Run("changes", func(t *testing.T) {
		for _, g := range groups() {
			t.Run(g.name(), func(t *testing.T) {
				t.Parallel()
				w := <-workspaces
				defer func() { workspaces <- w }()
				stopped, level, report := w.try(t, document, g)
				mu.Lock()
				for _, c := range g {
					rows[c.name] = row(c, stopped, level)
					t.Log(rows[c.name])
				}
				mu.Unlock()
				require.Equal(t, [2]string{g[0].gate, g[0].verdict}, [2]string{stopped.gate, level}, "%s\n%s", stopped.output, report)
			})
		}
	})
	var table strings.Builder
	n := 0
	for _, kind := range kinds {
		for _, c := range kind {
			table.WriteString(rows[c.name])
			n++
		}
	}
	if len(rows) == n { // not with -run
		requireResults(t, fmt.Sprintf(heading, n)+table.String())
	}
}

func (g group) name() string {
	if len(g) == 1 {
		return g[0].name
	}
	return fmt.Sprintf("%d at once, from %s", len(g), g[0].name)
}

func row(c change, stopped stop, level string) string {
	person := "no"
	if stopped.gate != "" {
		person = "yes: " + stopped.gate
	}
	return fmt.Sprintf("| %s | %s | %s | %s |\n", c.name, person, level, strings.ReplaceAll(stopped.says, "|", `\|`))
}

func requireResults(t *testing.T, table string) {
	t.Helper()
	if *update {
		require.NoError(t, os.WriteFile("RESULTS.md", []byte(table), 0o600))
	}
	written, err := os.ReadFile("RESULTS.md")
	require.NoError(t, err)
	require.Equal(t, judgements(string(written)), judgements(table), "RESULTS.md is out of date: go test -C tests/specchange -update")
}

// judgements is a table without its last column: which tests fail first of many, and
// how many, depends on chance.
func judgements(table string) string {
	var b strings.Builder
	for line := range strings.Lines(table) {
		if cells := strings.SplitN(line, " | ", 4); len(cells) == 4 {
			line = strings.Join(cells[:3], " | ") + "\n"
		}
		b.WriteString(line)
	}
	return b.String()
}

const heading = `# What happens when the document changes

Written by the test in this directory: %d changes of openapi.yaml in a copy of the repository, which then does what
` + "`make regenerate`" + ` does. A change that needs no person gets there by itself, and the new fields and operations behave: the
test calls them. Changes that need no person and break nothing are tried several in one document, all others each on its own.

The gates in their order are overlay (an action of overlay.yaml has no target), reader (the generators do not turn it into
code), guard (only a person can choose a name), generator, compiler (code written by hand, or by users, does not fit),
and the tests, contract test before differential, the mock's and the client's. The verdict is spec-report's. When a gate
before the compiler stops a change, nothing was generated, and the verdict is that of the document alone.

| Change | Needs a person | Verdict | What stops it |
| --- | --- | --- | --- |
`
