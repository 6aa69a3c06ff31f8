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

// scalar returns the text of a member, "" if it is not there, and says of one that
// does not fit what it is.
func (r *reader) scalar(n node, key, what string, fits func(*yaml.Node) bool) string {
	child, ok := r.get(n, key)
	if !ok {
		return ""
	}
	if !fits(child.Node) {
		r.wrong(child, "%s is %s", key, what)
	}
	return child.Value
}

// text returns a string member, "" if it is not there.
func (r *reader) text(n node, key string) string {
	return r.scalar(n, key, "not a string", func(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode })
}

// flag returns a boolean member, or otherwise.
func (r *reader) flag(n node, key string, otherwise bool) bool {
	value := r.scalar(n, key, "neither true nor false", func(n *yaml.Node) bool { return n.Tag == "!!bool" })
	return value == "true" || value == "" && otherwise
}

// count returns a member that is a number of things, nil if it is not there.
func (r *reader) count(n node, key string) *int {
	text := r.scalar(n, key, "not a plain whole number; write 0 or more, digits only", func(n *yaml.Node) bool {
		_, err := strconv.ParseUint(n.Value, 10, strconv.IntSize-1)
		return n.Tag == "!!int" && err == nil
	})
	value, err := strconv.Atoi(text)
	if err != nil {
		return nil
	}
	return &value
}

// number returns the text of a member that is a number, "" if it is not there.
func (r *reader) number(n node, key string) string {
	return r.scalar(n, key, "not a number as JSON writes it", isNumber)
}

var jsonNumber = regexp.MustCompile(`^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$`)

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
