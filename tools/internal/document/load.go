package document

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/speakeasy-api/openapi/overlay"
	"github.com/speakeasy-api/openapi/overlay/loader"
	"gopkg.in/yaml.v3"
)

// Load reads the document in openapiFile and applies overlayFile to it. Whatever
// the generators would not turn into code is an error that names its place, the
// keyword and what to do; the error has all of them, one a line.
func Load(openapiFile, overlayFile string) (*Document, error) {
	doc, refused, err := Read(openapiFile, overlayFile)
	if err != nil {
		return nil, err
	}
	for _, op := range doc.Operations {
		if op.ID == "" {
			refused = append(refused, fmt.Errorf("%s: the operation has no operationId; add one in overlay.yaml, or run make spec-guard FIX=1", op.Place))
		}
	}
	if len(refused) > 0 {
		return nil, errors.Join(refused...)
	}
	return doc, nil
}

// Read is Load for who gives names to operations that have none. Beside what is
// refused there is a Document of what could be read. err is of files that cannot be
// read at all.
func Read(openapiFile, overlayFile string) (doc *Document, refused []error, err error) {
	r := &reader{
		doc:     &Document{},
		openapi: filepath.Base(openapiFile), overlay: filepath.Base(overlayFile),
		vendors: map[*yaml.Node]bool{}, named: map[string]*Schema{}, broken: map[*Schema]bool{},
	}
	if err := r.open(openapiFile, overlayFile); err != nil {
		return nil, nil, err
	}
	r.yaml(r.root)
	if len(r.errs) == 0 { // else the rest would only repeat them
		r.document()
		r.resolved()
	}
	return r.doc, r.errs, nil
}

// reader turns YAML into a Document and collects what is wrong with it.
type reader struct {
	doc              *Document
	root             node
	openapi, overlay string              // file names
	vendors          map[*yaml.Node]bool // nodes of the document without the overlay
	bearers          map[string]bool     // security schemes that are a bearer token
	security         bool                // the document asks for the bearer token by itself
	named            map[string]*Schema  // of components.schemas
	broken           map[*Schema]bool    // complained of already
	errs             []error
}

func (r *reader) open(openapiFile, overlayFile string) error {
	root, err := loader.LoadSpecification(openapiFile)
	if err != nil {
		return fmt.Errorf("cannot read %s: %w", r.openapi, err)
	}
	if root.Kind != yaml.DocumentNode || root.Content[0].Kind != yaml.MappingNode {
		return fmt.Errorf("cannot read %s: it is not an OpenAPI document", r.openapi)
	}
	r.remember(root)
	names, err := loader.LoadOverlay(overlayFile)
	if err != nil {
		return fmt.Errorf("cannot read %s: %w", r.overlay, err)
	}
	if err := r.apply(names, root); err != nil {
		return err
	}
	r.doc.Root = root.Content[0]
	r.root = node{Node: r.doc.Root, place: Place{File: r.openapi, Line: r.doc.Root.Line, Path: "$"}}
	return nil
}

// apply applies one action at a time, to name each that cannot be applied, and to
// know each that changes nothing.
func (r *reader) apply(names *overlay.Overlay, root *yaml.Node) error {
	for i, action := range slices.Clone(names.Actions) {
		if _, err := names.NewPath(action.Target, nil); err != nil {
			return fmt.Errorf("cannot read %s: the target %s: %w", r.overlay, action.Target, err)
		}
		names.Actions = []overlay.Action{action}
		warnings, err := names.ApplyToStrict(root)
		if err != nil {
			r.errs = append(r.errs, fmt.Errorf("%s: the action on %s cannot be applied; correct or remove it: %w", r.overlay, action.Target, err))
		} else if slices.ContainsFunc(warnings, func(w string) bool { return strings.HasSuffix(w, "does nothing") }) {
			r.doc.Useless = append(r.doc.Useless, i)
		}
	}
	return nil
}

func (r *reader) remember(n *yaml.Node) {
	r.vendors[n] = true
	for _, child := range n.Content {
		r.remember(child)
	}
}

// yaml refuses what YAML has and JSON has not.
func (r *reader) yaml(n node) {
	seen := map[string]bool{}
	switch {
	case n.Kind == yaml.AliasNode:
		r.refuse(n, "a YAML alias", "write it out")
		return
	case slices.Contains([]string{"!!int", "!!float", "!!bool"}, n.Tag) && !json.Valid([]byte(n.Value)):
		r.wrong(n, "%s is not a number, true or false as JSON writes it; write it so, or put it in quotes", n.Value)
	}
	for i := 0; n.Kind == yaml.MappingNode && i < len(n.Content); i += 2 {
		key := n.Content[i]
		switch {
		case key.Kind != yaml.ScalarNode || key.Value == "<<" && key.Tag == "!!merge":
			r.refuse(n, "a key that is not a name", "write it out")
		case seen[key.Value]:
			r.refuse(n, fmt.Sprintf("the key %s twice", key.Value), "remove one")
		}
		seen[key.Value] = true
	}
	for _, child := range r.children(n) {
		r.yaml(child)
	}
}

func (r *reader) refuse(n node, what, todo string) {
	r.errs = append(r.errs, fmt.Errorf("%s: %s is not turned into code; %s", n.place, what, todo))
}

func (r *reader) wrong(n node, format string, args ...any) {
	r.errs = append(r.errs, fmt.Errorf("%s: %s", n.place, fmt.Sprintf(format, args...)))
}

// keys refuses every keyword that refused has, with its advice, and every one that
// is in neither list. It reports whether there are none.
func (r *reader) keys(n node, known string, refused map[string]string) bool {
	before := len(r.errs)
	if n.Kind != yaml.MappingNode {
		r.wrong(n, "is not an object")
	}
	for _, child := range r.children(n) {
		if advice, ok := refused[child.key]; ok {
			r.refuse(child, child.key, advice)
		} else if !isOneOf(child.key, known) {
			r.refuse(child, child.key, "it is no known keyword here: correct it, or remove it in overlay.yaml")
		}
	}
	return len(r.errs) == before
}

// isOneOf reports whether a keyword is one of a list, or an extension.
func isOneOf(key, known string) bool {
	return strings.HasPrefix(key, "x-") || strings.Contains(" "+known+" ", " "+key+" ")
}

// follow returns what n refers to if it is {$ref: #/components/<section>/…}.
func (r *reader) follow(n node, section string) (node, bool) {
	for range 10 {
		ref, ok := r.get(n, "$ref")
		if !ok {
			return n, true
		}
		name, ok := strings.CutPrefix(ref.Value, "#/components/"+section+"/")
		if !ok {
			r.refuse(ref, fmt.Sprintf("a $ref to %q", ref.Value), "write its target out, or move it to components."+section)
			return n, false
		}
		if n, ok = r.at(r.root, "components", section, unescape(name)); !ok {
			r.wrong(ref, "there is no %s in components.%s; correct the $ref", name, section)
			return n, false
		}
	}
	r.wrong(n, "a $ref leads to itself; write its target out")
	return n, false
}

func unescape(name string) string {
	return strings.NewReplacer("~1", "/", "~0", "~").Replace(name)
}
