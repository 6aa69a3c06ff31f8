package main

import (
	"bytes"
	"encoding/json"

	"gopkg.in/yaml.v3"

	"github.com/umbrella-api/umbrella-go/tools/internal/document"
)

// toJSON writes a YAML document as JSON, in its order and with the text of its
// numbers.
func toJSON(root *yaml.Node) ([]byte, error) {
	compact, err := document.JSON(root)
	if err != nil {
		return nil, err
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, compact, "", "  "); err != nil {
		return nil, err
	}
	indented.WriteByte('\n')
	return indented.Bytes(), nil
}
