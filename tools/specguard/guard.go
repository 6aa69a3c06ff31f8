package main

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

var (
	methods    = []string{"get", "put", "post", "delete", "options", "head", "patch", "trace"}
	structural = []string{"paths", "components", "schemas", "properties", "content", "schema", "application", "json"}
	plainKey   = regexp.MustCompile(`^[A-Za-z_]\w*$`)
	word       = regexp.MustCompile(`[A-Za-z0-9]+`)
)

type guard struct {
	findings     []string
	operationIDs map[string]string
}

func (g *guard) report(at place, format string, args ...any) {
	g.findings = append(g.findings, fmt.Sprintf("openapi.yaml:%d: ", at.Line)+fmt.Sprintf(format, args...))
}

// openAPI walks the part of the document that is not a schema.
func (g *guard) openAPI(parent place) {
	for _, p := range parent.members() {
		switch {
		case p.key == "example" || p.key == "examples" || strings.HasPrefix(p.key, "x-"):
		case p.key == "$ref":
			g.reference(p)
		case p.key == "schema":
			g.schema(p, true)
		case p.path == "$.components.schemas":
			for _, schema := range p.members() {
				g.schema(schema, false)
			}
		default:
			if slices.Contains(methods, p.key) && p.Kind == yaml.MappingNode {
				g.operation(p, parent.path)
			}
			g.openAPI(p)
		}
	}
}

func (g *guard) operation(p place, parent string) {
	id := p.get("operationId")
	if id == "" {
		name := word.FindAllString(parent, -1)
		g.report(p, "an operation has no operationId; add to overlay.yaml:\n  - target: %s\n    update:\n      operationId: %s", p.path, name[len(name)-1])
		return
	}
	if first, taken := g.operationIDs[id]; taken {
		g.report(p, "operationId %s is also that of %s; change one in overlay.yaml:\n  - target: %s\n    update:\n      operationId: %s2", id, first, p.path, id)
	}
	g.operationIDs[id] = p.path
}

// schema walks a schema; one that becomes a Go struct or union needs a name,
// unless it has one in components or is merged into another.
func (g *guard) schema(parent place, nameless bool) {
	for _, p := range parent.members() {
		switch p.key {
		case "$ref":
			g.reference(p)
		case "properties":
			g.order(p)
			fallthrough
		case "patternProperties", "dependentSchemas", "$defs", "allOf", "oneOf", "anyOf", "prefixItems":
			for _, schema := range p.members() {
				g.schema(schema, p.key != "allOf")
			}
		case "items", "additionalProperties":
			g.schema(p, true)
		case "not", "if", "then", "else", "contains", "propertyNames", "unevaluatedItems", "unevaluatedProperties":
			g.schema(p, false)
		}
		structOrUnion := p.key == "properties" || p.key == "oneOf" || p.key == "anyOf"
		if nameless && structOrUnion && parent.get("x-go-type-name") == "" {
			nameless = false
			g.report(parent, "an inline schema has no Go name; add to overlay.yaml:\n  - target: %s\n    update: { x-go-type-name: %s }", parent.path, goName(parent.path))
		}
	}
}

// order demands distinct places for the fields of a struct that has several.
func (g *guard) order(properties place) {
	fields := properties.members()
	if len(fields) < 2 {
		return
	}
	taken, last := map[int]bool{}, 0
	var unplaced []place
	for _, field := range fields {
		order, err := strconv.Atoi(field.get("x-order"))
		if err != nil || taken[order] {
			unplaced = append(unplaced, field)
			continue
		}
		taken[order], last = true, max(last, order)
	}
	for i, field := range unplaced {
		g.report(field, "a property has no place of its own; add to overlay.yaml:\n  - target: %s\n    update: { x-order: %d }", field.path, last+i+1)
	}
}

func (g *guard) reference(ref place) {
	if !strings.HasPrefix(ref.Value, "#/") {
		g.report(ref, "a reference leaves the document; remove it, writing its target out in openapi.yaml:\n  %s: %s", ref.path, ref.Value)
	}
}

// place is a node of the document and the path by which an overlay names it.
type place struct {
	*yaml.Node
	key, path string // an item of a list has no key
}

func (p place) members() (all []place) {
	for i, node := range p.Content {
		switch {
		case p.Kind == yaml.SequenceNode:
			all = append(all, place{node, "", fmt.Sprintf("%s[%d]", p.path, i)})
		case i%2 == 1:
			key := p.Content[i-1].Value
			all = append(all, place{node, key, p.path + step(key)})
		}
	}
	return all
}

func (p place) get(key string) string {
	for _, member := range p.members() {
		if member.key == key {
			return member.Value
		}
	}
	return ""
}

func step(key string) string {
	if plainKey.MatchString(key) {
		return "." + key
	}
	return "['" + strings.ReplaceAll(key, "'", `\'`) + "']"
}

func goName(path string) string {
	name := ""
	for _, part := range word.FindAllString(path, -1) {
		if !slices.Contains(structural, part) {
			name += strings.ToUpper(part[:1]) + part[1:]
		}
	}
	return name
}
