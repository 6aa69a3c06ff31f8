package document

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// node is a YAML node, the key that it stands under, and its place.
type node struct {
	*yaml.Node
	key   string // "" for an item of a list
	place Place
}

// children returns the members of an object or the items of a list.
func (r *reader) children(n node) (all []node) {
	if n.Node == nil {
		return nil
	}
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i < len(n.Content); i += 2 {
			key := n.Content[i].Value
			all = append(all, r.child(n, n.Content[i+1], n.Content[i], key, step(key)))
		}
	case yaml.SequenceNode:
		for i, item := range n.Content {
			all = append(all, r.child(n, item, item, strconv.Itoa(i), fmt.Sprintf("[%d]", i)))
			all[i].key = ""
		}
	}
	return all
}

func (r *reader) child(n node, value, start *yaml.Node, key, step string) node {
	place := Place{File: r.openapi, Line: start.Line, Path: n.place.Path + step}
	if !r.vendors[value] {
		place.File = r.overlay
	}
	if place.Line == 0 { // the overlay's values are copies without lines, but for the topmost
		place.Line = n.place.Line
	}
	place.Pointer = n.place.Pointer + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(key)
	return node{value, key, place}
}

func (r *reader) get(n node, key string) (node, bool) {
	for _, child := range r.children(n) {
		if n.Kind == yaml.MappingNode && child.key == key {
			return child, true
		}
	}
	return node{}, false
}

// at walks down from n.
func (r *reader) at(n node, keys ...string) (node, bool) {
	for _, key := range keys {
		var ok bool
		if n, ok = r.get(n, key); !ok {
			return node{}, false
		}
	}
	return n, true
}

// text returns a string member, "" if it is not there.
func (r *reader) text(n node, key string) string {
	child, ok := r.get(n, key)
	if !ok {
		return ""
	}
	if child.Kind != yaml.ScalarNode {
		r.wrong(child, "%s is not a string", key)
	}
	return child.Value
}

// flag returns a boolean member, or otherwise.
func (r *reader) flag(n node, key string, otherwise bool) bool {
	child, ok := r.get(n, key)
	if !ok {
		return otherwise
	}
	if child.Tag != "!!bool" {
		r.wrong(child, "%s is neither true nor false", key)
	}
	return child.Value == "true"
}

// count returns a member that is a number of things, nil if it is not there.
func (r *reader) count(n node, key string) *int {
	child, ok := r.get(n, key)
	if !ok {
		return nil
	}
	value, err := strconv.Atoi(child.Value)
	if err != nil || child.Tag != "!!int" || value < 0 {
		r.wrong(child, "%s is not a plain whole number; write 0 or more, digits only", key)
	}
	return &value
}

var jsonNumber = regexp.MustCompile(`^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$`)

// number returns the text of a member that is a number, "" if it is not there.
func (r *reader) number(n node, key string) string {
	child, ok := r.get(n, key)
	if ok && !isNumber(child.Node) {
		r.wrong(child, "%s is not a number as JSON writes it", key)
	}
	if !ok {
		return ""
	}
	return child.Value
}

func isNumber(n *yaml.Node) bool {
	return (n.Tag == "!!int" || n.Tag == "!!float") && jsonNumber.MatchString(n.Value)
}

var plainKey = regexp.MustCompile(`^[A-Za-z_]\w*$`)

func step(key string) string {
	if plainKey.MatchString(key) {
		return "." + key
	}
	return "['" + strings.ReplaceAll(key, "'", `\'`) + "']"
}
