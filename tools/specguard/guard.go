package main

import (
	"fmt"
	"iter"
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

func (g *guard) report(node *yaml.Node, format string, args ...any) {
	g.findings = append(g.findings, fmt.Sprintf("openapi.yaml:%d: ", node.Line)+fmt.Sprintf(format, args...))
}

// openAPI walks the part of the document that is not a schema.
func (g *guard) openAPI(node *yaml.Node, path string) {
	for i, item := range node.Content {
		if node.Kind == yaml.SequenceNode {
			g.openAPI(item, fmt.Sprintf("%s[%d]", path, i))
		}
	}
	for key, value := range members(node) {
		at := path + step(key)
		switch {
		case key == "example" || key == "examples" || strings.HasPrefix(key, "x-"):
		case key == "$ref":
			g.reference(value, at)
		case key == "schema":
			g.schema(value, at, true)
		case at == "$.components.schemas":
			for name, schema := range members(value) {
				g.schema(schema, at+step(name), false)
			}
		default:
			if slices.Contains(methods, key) && value.Kind == yaml.MappingNode {
				g.operation(value, at, path)
			}
			g.openAPI(value, at)
		}
	}
}

func (g *guard) operation(node *yaml.Node, path, parent string) {
	id := get(node, "operationId")
	if id == nil {
		name := word.FindAllString(parent, -1)
		g.report(node, "an operation has no operationId; add to overlay.yaml:\n  - target: %s\n    update:\n      operationId: %s", path, name[len(name)-1])
		return
	}
	if first, taken := g.operationIDs[id.Value]; taken {
		g.report(node, "operationId %s is also that of %s; change one in overlay.yaml:\n  - target: %s\n    update:\n      operationId: %s2", id.Value, first, path, id.Value)
	}
	g.operationIDs[id.Value] = path
}

// schema walks a schema; one that becomes a Go struct or union needs a name,
// unless it has one in components or is merged into another.
func (g *guard) schema(node *yaml.Node, path string, nameless bool) {
	if ref := get(node, "$ref"); ref != nil {
		g.reference(ref, path+step("$ref"))
		return
	}
	for key, value := range members(node) {
		at := path + step(key)
		switch key {
		case "properties":
			g.order(value, at)
			fallthrough
		case "patternProperties", "dependentSchemas", "$defs":
			for name, schema := range members(value) {
				g.schema(schema, at+step(name), true)
			}
		case "items", "additionalProperties":
			g.schema(value, at, true)
		case "not", "if", "then", "else", "contains", "propertyNames", "unevaluatedItems", "unevaluatedProperties":
			g.schema(value, at, false)
		case "allOf", "oneOf", "anyOf", "prefixItems":
			for i, schema := range value.Content {
				g.schema(schema, fmt.Sprintf("%s[%d]", at, i), key != "allOf")
			}
		}
		structOrUnion := key == "properties" || key == "oneOf" || key == "anyOf"
		if nameless && structOrUnion && get(node, "x-go-type-name") == nil {
			nameless = false
			g.report(node, "an inline schema has no Go name; add to overlay.yaml:\n  - target: %s\n    update: { x-go-type-name: %s }", path, goName(path))
		}
	}
}

// order demands distinct places for the fields of a struct that has several.
func (g *guard) order(properties *yaml.Node, path string) {
	taken, last := map[int]bool{}, 0
	var unplaced []string
	nodes := map[string]*yaml.Node{}
	for name, property := range members(properties) {
		place, err := strconv.Atoi(value(get(property, "x-order")))
		nodes[name] = property
		if err != nil || taken[place] {
			unplaced = append(unplaced, name)
			continue
		}
		taken[place], last = true, max(last, place)
	}
	if len(nodes) < 2 {
		return
	}
	for i, name := range unplaced {
		g.report(nodes[name], "a property has no place of its own; add to overlay.yaml:\n  - target: %s\n    update: { x-order: %d }", path+step(name), last+i+1)
	}
}

func (g *guard) reference(ref *yaml.Node, path string) {
	if !strings.HasPrefix(ref.Value, "#/") {
		g.report(ref, "a reference leaves the document; remove it, writing its target out in openapi.yaml:\n  %s: %s", path, ref.Value)
	}
}

func members(node *yaml.Node) iter.Seq2[string, *yaml.Node] {
	return func(yield func(string, *yaml.Node) bool) {
		for i := 1; node.Kind == yaml.MappingNode && i < len(node.Content); i += 2 {
			if !yield(node.Content[i-1].Value, node.Content[i]) {
				return
			}
		}
	}
}

func get(node *yaml.Node, name string) *yaml.Node {
	for key, value := range members(node) {
		if key == name {
			return value
		}
	}
	return nil
}

func value(node *yaml.Node) string {
	if node == nil {
		return ""
	}
	return node.Value
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
