package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/speakeasy-api/openapi/overlay"
	"github.com/speakeasy-api/openapi/overlay/loader"
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
	spec, err := loader.LoadSpecification(specFile)
	if err != nil {
		return nil, err
	}
	actions, err := loader.LoadOverlay(overlayFile)
	if err != nil {
		return nil, err
	}
	g := &guard{}
	if g.overlay, err = os.ReadFile(overlayFile); err != nil {
		return nil, err
	}
	own := map[string]bool{}
	for _, op := range operations(spec.Content[0]) {
		own[op.key()] = true
	}
	if err := g.apply(actions, spec); err != nil {
		return nil, err
	}
	taken, err := declared(filepath.Dir(specFile))
	if err != nil {
		return nil, err
	}
	if g.operations(operations(spec.Content[0]), own, taken) {
		err = g.schemas(specFile, overlayFile)
	}
	return g, err
}

// apply changes document by one action at a time. A target that matches nothing
// is left to document.Load, which names it.
func (g *guard) apply(names *overlay.Overlay, document *yaml.Node) error {
	before, err := yaml.Marshal(document)
	if err != nil {
		return err
	}
	for i, action := range slices.Clone(names.Actions) {
		path, err := names.NewPath(action.Target, nil)
		if err != nil {
			return fmt.Errorf("cannot apply the overlay to target %s: %w", action.Target, err)
		}
		matched := len(path.Query(document)) > 0
		names.Actions = []overlay.Action{action}
		if err := names.ApplyTo(document); err != nil {
			return fmt.Errorf("cannot apply the overlay to target %s: %w", action.Target, err)
		}
		after, err := yaml.Marshal(document)
		if err != nil {
			return err
		}
		if matched && bytes.Equal(before, after) {
			if err := g.remove(i - len(g.useless)); err != nil {
				return err
			}
			g.useless = append(g.useless, action.Target)
		}
		before = after
	}
	return nil
}

// remove takes the i-th action out of the overlay as text, and leaves the comments
// and blank lines around it.
func (g *guard) remove(i int) error {
	var file struct{ Actions []yaml.Node }
	if err := yaml.Unmarshal(g.overlay, &file); err != nil {
		return err
	}
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
// one then. own are those that openapi.yaml has without the overlay; taken are
// names that are no operation's.
func (g *guard) operations(all []operation, own, taken map[string]bool) bool {
	announced := map[string]bool{}
	for _, op := range all {
		taken[fold(op.id)] = true
		if op.preview && own[op.key()] {
			announced[op.key()] = true
			g.report("openapi.yaml has %s itself now; remove the operation and its x-preview from overlay.yaml", op)
		}
	}
	var nameless []naming
	for _, op := range all {
		if op.id == "" && !announced[op.key()] {
			nameless = append(nameless, naming{op.String(), "$.paths['" + strings.ReplaceAll(op.path, "'", `\'`) + "']." + op.method, "operationId", op.names()})
		}
	}
	g.choose(nameless, func(name string) bool { return !taken[fold(name)] })
	return len(announced) == 0 && len(g.names) == len(nameless)
}

// schemas names the inline ones that become Go types. It reads the document with
// the names that operations has chosen; what Load refuses are findings.
func (g *guard) schemas(specFile, overlayFile string) error {
	dir, err := os.MkdirTemp("", "specguard-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	temp := filepath.Join(dir, filepath.Base(overlayFile))
	if err := os.WriteFile(temp, g.overlay, 0o600); err != nil {
		return err
	}
	doc, err := document.Load(specFile, temp)
	if err != nil {
		g.report("%v", err)
		return nil
	}
	v := typesOf(doc)
	g.choose(v.nameless, func(name string) bool {
		made := func(op *document.Operation) bool { return madeOf(op.ID).MatchString(fold(name)) }
		return !v.taken[fold(name)] && !slices.ContainsFunc(doc.Operations, made)
	})
	return nil
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
