package main

import (
	"slices"
	"strconv"

	"gopkg.in/yaml.v3"

	"github.com/umbrella-api/umbrella-go/tools/internal/document"
)

// prepared is the document as oapi-codegen is to read it: with x-order on each
// property, because it sorts them by name otherwise, a comment for schemas without a
// description, and no null in an enum, for which it would make a constant "<nil>".
func prepared(openapi, overlay string) ([]byte, error) {
	doc, err := document.Load(openapi, overlay) // again, for it is changed
	if err != nil {
		return nil, err
	}
	for _, s := range doc.Schemas {
		if s.Ref == nil && get(s.Node, "description") == nil {
			set(s.Node, "description", "!!str", "is the schema "+s.Name+" of the document.")
		}
	}
	for _, s := range doc.All {
		for i, p := range s.Properties {
			set(p.Schema.Node, "x-order", "!!int", strconv.Itoa(i+1))
		}
		if values := get(s.Node, "enum"); values != nil {
			values.Content = slices.DeleteFunc(values.Content, func(value *yaml.Node) bool { return value.Tag == "!!null" })
		}
	}
	return document.JSON(doc.Root)
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
	scalar := yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: value}
	if old := get(n, key); old != nil {
		*old = scalar
		return
	}
	n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: key}, &scalar)
}
