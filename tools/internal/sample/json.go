package sample

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"
)

// JSON writes a YAML node as JSON: members in its order, numbers as it spells
// them, what looks like a date as the string that JSON Schema takes it for.
func JSON(n *yaml.Node) ([]byte, error) {
	var out bytes.Buffer
	if err := write(&out, n); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func write(out *bytes.Buffer, n *yaml.Node) error {
	switch n.Kind {
	case yaml.DocumentNode:
		return write(out, n.Content[0])
	case yaml.AliasNode:
		return write(out, n.Alias)
	case yaml.MappingNode:
		return list(out, '{', n.Content, 2, '}')
	case yaml.SequenceNode:
		return list(out, '[', n.Content, 1, ']')
	}
	switch n.ShortTag() {
	case "!!str", "!!timestamp":
		out.Write(quote(n.Value))
	case "!!null":
		out.WriteString("null")
	case "!!bool":
		out.WriteString(strings.ToLower(n.Value))
	default:
		number, err := number(n)
		if err != nil {
			return fmt.Errorf("line %d: %w", n.Line, err)
		}
		out.WriteString(number)
	}
	return nil
}

// list writes the elements of an array, or with step 2 the members of an object.
func list(out *bytes.Buffer, begin byte, content []*yaml.Node, step int, end byte) error {
	out.WriteByte(begin)
	for i := 0; i < len(content); i += step {
		if i > 0 {
			out.WriteByte(',')
		}
		if step == 2 { // whatever YAML takes the name for, it is a string in JSON
			out.Write(quote(content[i].Value))
			out.WriteByte(':')
		}
		if err := write(out, content[i+step-1]); err != nil {
			return err
		}
	}
	out.WriteByte(end)
	return nil
}

// number returns the text of a number if JSON spells it so, else what JSON makes
// of its value (YAML also has 0x10 and +1).
func number(n *yaml.Node) (string, error) {
	if json.Valid([]byte(n.Value)) {
		return n.Value, nil
	}
	var value any
	if err := n.Decode(&value); err != nil {
		return "", err
	}
	data, err := json.Marshal(value)
	return string(data), err
}
