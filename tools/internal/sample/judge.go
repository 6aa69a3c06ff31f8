package sample

import (
	"bytes"
	"fmt"
	"net/url"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"

	"github.com/umbrella-api/umbrella-go/tools/internal/document"
)

// judge decides what a schema allows.
type judge struct {
	compiler *jsonschema.Compiler
	compiled map[string]*jsonschema.Schema // by JSON pointer
}

const resource = "file:///document.json"

func newJudge(root *yaml.Node) (*judge, error) {
	data, err := document.JSON(root)
	if err != nil {
		return nil, err
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("reading the document as JSON: %w", err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource(resource, doc); err != nil {
		return nil, fmt.Errorf("reading the document as JSON Schema: %w", err)
	}
	return &judge{compiler, map[string]*jsonschema.Schema{}}, nil
}

// allows reports whether s allows value. The error says why s cannot be compiled.
func (j *judge) allows(s *document.Schema, value []byte) (bool, error) {
	schema, known := j.compiled[s.Place.Pointer]
	if !known {
		var err error
		fragment := (&url.URL{Fragment: s.Place.Pointer}).EscapedFragment()
		if schema, err = j.compiler.Compile(resource + "#" + fragment); err != nil {
			return false, fmt.Errorf("%s: %w", s.Place, err)
		}
		j.compiled[s.Place.Pointer] = schema
	}
	decoded, err := jsonschema.UnmarshalJSON(bytes.NewReader(value))
	return err == nil && schema.Validate(decoded) == nil, nil
}
