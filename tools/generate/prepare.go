package main

import (
	"strconv"

	"gopkg.in/yaml.v3"

	"github.com/umbrella-api/umbrella-go/tools/internal/document"
)

// prepared is a copy of the document as oapi-codegen is to read it: with x-order
// on each property, because it sorts them by name otherwise, a comment for schemas
// without a description, and no null in an enum, for which it would make a
// constant "<nil>".
func prepared(doc *document.Document) *yaml.Node {
	root := clone(doc.Root)
	schemas := get(get(root, "components"), "schemas")
	for i := 0; schemas != nil && i < len(schemas.Content); i += 2 {
		if schema := schemas.Content[i+1]; get(schema, "$ref") == nil && get(schema, "description") == nil {
			set(schema, "description", "!!str", "is the schema "+schemas.Content[i].Value+" of the document.")
		}
	}
	schemaNodes(root, func(schema *yaml.Node) {
		if properties := get(schema, "properties"); properties != nil {
			for i := 1; i < len(properties.Content); i += 2 {
				set(properties.Content[i], "x-order", "!!int", strconv.Itoa(i/2+1))
			}
		}
		if values := get(schema, "enum"); values != nil {
			kept := values.Content[:0]
			for _, value := range values.Content {
				if value.Tag != "!!null" {
					kept = append(kept, value)
				}
			}
			values.Content = kept
		}
	})
	return root
}

// schemaNodes calls visit with every schema below n, which is no schema itself.
func schemaNodes(n *yaml.Node, visit func(*yaml.Node)) {
	eachMember(n, func(key string, value *yaml.Node) {
		switch key {
		case "example", "examples":
		case "schema":
			inSchema(value, visit)
		case "schemas":
			eachMember(value, func(_ string, schema *yaml.Node) { inSchema(schema, visit) })
		default:
			schemaNodes(value, visit)
		}
	})
}

func inSchema(n *yaml.Node, visit func(*yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		return
	}
	visit(n)
	eachMember(n, func(key string, value *yaml.Node) {
		switch key {
		case "properties", "allOf":
			eachMember(value, func(_ string, schema *yaml.Node) { inSchema(schema, visit) })
		case "items", "additionalProperties":
			inSchema(value, visit)
		}
	})
}

func eachMember(n *yaml.Node, visit func(key string, value *yaml.Node)) {
	for i, child := range n.Content {
		switch {
		case n.Kind == yaml.SequenceNode:
			visit("", child)
		case i%2 == 1:
			visit(n.Content[i-1].Value, child)
		}
	}
}

func clone(n *yaml.Node) *yaml.Node {
	copied := *n
	copied.Content = nil
	for _, child := range n.Content {
		copied.Content = append(copied.Content, clone(child))
	}
	return &copied
}

func get(n *yaml.Node, key string) *yaml.Node {
	for i := 1; n != nil && n.Kind == yaml.MappingNode && i < len(n.Content); i += 2 {
		if n.Content[i-1].Value == key {
			return n.Content[i]
		}
	}
	return nil
}

// set gives a schema a keyword, in place of the one that it has.
func set(n *yaml.Node, key, tag, value string) {
	if n.Kind != yaml.MappingNode {
		return
	}
	if old := get(n, key); old != nil {
		*old = yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: value}
		return
	}
	n.Content = append(n.Content,
		&yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: key},
		&yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: value})
}
