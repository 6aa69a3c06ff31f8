package document

import (
	"bytes"
	"encoding/json"
	"fmt"

	"gopkg.in/yaml.v3"
)

// JSON writes a node of the document as JSON, in its order and with the text of
// its numbers.
func JSON(n *yaml.Node) ([]byte, error) {
	var written, compact bytes.Buffer
	if err := appendJSON(&written, n); err != nil {
		return nil, err
	}
	err := json.Compact(&compact, written.Bytes())
	return compact.Bytes(), err
}

func appendJSON(out *bytes.Buffer, n *yaml.Node) error {
	switch {
	case n.Kind == yaml.MappingNode:
		out.WriteByte('{')
		for i := 0; i < len(n.Content); i += 2 {
			if i > 0 {
				out.WriteByte(',')
			}
			if err := appendString(out, n.Content[i].Value); err != nil {
				return err
			}
			out.WriteByte(':')
			if err := appendJSON(out, n.Content[i+1]); err != nil {
				return err
			}
		}
		out.WriteByte('}')
		return nil
	case n.Kind == yaml.SequenceNode:
		out.WriteByte('[')
		for i, item := range n.Content {
			if i > 0 {
				out.WriteByte(',')
			}
			if err := appendJSON(out, item); err != nil {
				return err
			}
		}
		out.WriteByte(']')
		return nil
	}
	switch n.Tag {
	case "!!null":
		out.WriteString("null")
	case "!!int", "!!float", "!!bool":
		if !json.Valid([]byte(n.Value)) {
			return fmt.Errorf("line %d: %s is not written as JSON writes it", n.Line, n.Value)
		}
		out.WriteString(n.Value)
	default:
		return appendString(out, n.Value)
	}
	return nil
}

func appendString(out *bytes.Buffer, s string) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(s) // the line end is white space
}
