package document

import (
	"bytes"
	"encoding/json"

	yamljson "github.com/speakeasy-api/openapi/json"
	"gopkg.in/yaml.v3"
)

// JSON writes a node of the document as JSON, in its order and with the text of
// its numbers.
func JSON(n *yaml.Node) ([]byte, error) {
	var written, compact bytes.Buffer
	if err := yamljson.YAMLToJSON(n, 0, &written); err != nil {
		return nil, err
	}
	err := json.Compact(&compact, written.Bytes())
	return compact.Bytes(), err
}
