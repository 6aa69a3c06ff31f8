package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"gopkg.in/yaml.v3"

	"github.com/umbrella-api/umbrella-go/tools/internal/document"
)

// guard collects what a person has to do, and what has no name yet.
type guard struct {
	findings []string
	names    []naming // those that are missing, with the one chosen
	useless  []string // targets of actions that change nothing
	overlay  []byte   // with lines for the names, without the useless actions
}

func (g *guard) report(format string, args ...any) {
	g.findings = append(g.findings, fmt.Sprintf(format, args...))
}

func check(specFile, overlayFile string) (*guard, error) {
	doc, refused, err := document.Read(specFile, overlayFile)
	if err != nil {
		return nil, err
	}
	g := &guard{}
	if g.overlay, err = os.ReadFile(overlayFile); err != nil {
		return nil, err
	}
	for removed, i := range doc.Useless {
		if err := g.remove(i - removed); err != nil {
			return nil, err
		}
	}
	taken, err := declared(filepath.Dir(specFile))
	if err != nil {
		return nil, err
	}
	switch {
	case !g.operations(doc, filepath.Base(specFile), taken):
	case len(refused) > 0:
		g.report("%v", errors.Join(refused...))
	default:
		g.schemas(doc)
	}
	return g, nil
}

// remove takes the i-th action out of the overlay as text, and leaves the comments
// and blank lines around it.
func (g *guard) remove(i int) error {
	var file struct{ Actions []yaml.Node }
	var action struct{ Target string }
	err := yaml.Unmarshal(g.overlay, &file)
	if err == nil {
		err = file.Actions[i].Decode(&action)
	}
	if err != nil {
		return err
	}
	g.useless = append(g.useless, action.Target)
	lines := bytes.SplitAfter(g.overlay, []byte("\n"))
	from, to := file.Actions[i].Line-1, len(lines)
	if i+1 < len(file.Actions) {
		to = file.Actions[i+1].Line - 1
	}
	for ; to > from+1; to-- {
		if line := bytes.TrimSpace(lines[to-1]); len(line) > 0 && line[0] != '#' {
			break
		}
	}
	g.overlay = bytes.Join(slices.Delete(lines, from, to), nil)
	return nil
}

// operations names those that have no operationId, and reports whether all have
// one then. taken are names that are no operation's.
func (g *guard) operations(doc *document.Document, specFile string, taken map[string]bool) bool {
	// The same for paths that differ in the names of their parameters alone.
	key := func(op *document.Operation) string {
		return op.Method + " " + parameter.ReplaceAllString(op.Path, "{}")
	}
	own, announced := map[string]bool{}, map[string]bool{}
	for _, op := range doc.Operations {
		taken[fold(op.ID)] = true
		if op.Place.File == specFile {
			own[key(op)] = true
		}
	}
	for _, op := range doc.Operations {
		if op.Preview && own[key(op)] {
			announced[key(op)] = true
			g.report("openapi.yaml has %s %s itself now; remove the operation and its x-preview from overlay.yaml", op.Method, op.Path)
		}
	}
	var all []*document.Operation
	var nameless []naming
	for _, op := range doc.Operations {
		if op.ID == "" && !announced[key(op)] {
			all = append(all, op)
			nameless = append(nameless, naming{op.Method + " " + op.Path, op.Place.Path, "operationId", operationNames(op)})
		}
	}
	g.choose(nameless, func(name string) bool { return !taken[fold(name)] })
	for i, op := range all {
		op.ID = nameless[i].names[0]
	}
	return len(announced) == 0 && len(g.names) == len(nameless)
}

// schemas names the inline ones that become Go types.
func (g *guard) schemas(doc *document.Document) {
	v := typesOf(doc)
	g.choose(v.nameless, func(name string) bool {
		made := func(op *document.Operation) bool { return madeOf(op.ID).MatchString(fold(name)) }
		return !v.taken[fold(name)] && !slices.ContainsFunc(doc.Operations, made)
	})
}

// choose gives each its first name that is free and that no other wants, and
// appends a line for it as text: a YAML library would write half the file anew.
func (g *guard) choose(all []naming, free func(string) bool) {
	var wanted map[string]int
	good := func(name string) bool { return wanted[fold(name)] == 1 && free(name) }
	for moved := true; moved; {
		moved, wanted = false, map[string]int{}
		for _, n := range all {
			wanted[fold(n.names[0])]++
		}
		for i, n := range all {
			if len(n.names) > 1 && !good(n.names[0]) {
				all[i].names, moved = n.names[1:], true
			}
		}
	}
	for _, n := range all {
		if !good(n.names[0]) {
			g.report("%s would be called %s, and so is something else; choose a name in overlay.yaml:\n  - target: %s\n    update: { %s: … }", n.of, n.names[0], n.target, n.key)
			continue
		}
		g.names = append(g.names, n)
		g.overlay = append(append(bytes.TrimRight(g.overlay, "\r\n"), '\n'), n.line()...)
	}
}
