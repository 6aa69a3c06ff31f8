package contract

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	umbrella "github.com/umbrella-api/umbrella-go"
)

const path = "/onboarding/createSessionLink"

func document(t testing.TB) *openapi3.T {
	doc, err := openapi3.NewLoader().LoadFromData(umbrella.OpenAPI())
	require.NoError(t, err)
	return doc
}

func operation(t testing.TB) *openapi3.Operation {
	op := document(t).Paths.Value(path).Post
	require.NotNil(t, op)
	return op
}

// media returns the schema and the example of a JSON body.
func media(t testing.TB, content openapi3.Content) (*openapi3.Schema, []byte) {
	m := content["application/json"]
	require.NotNil(t, m)
	example, err := json.Marshal(m.Examples["default"].Value.Value)
	require.NoError(t, err)
	return m.Schema.Value, example
}

// violation is a body that breaks one constraint of a schema and, with luck of
// the constraint, a second one at the same place.
type violation struct {
	path, rule string
	body       []byte
}

// violations makes, for each constraint that schema has at any depth, the example
// with just that constraint broken.
func violations(t testing.TB, schema *openapi3.Schema, example []byte) []violation {
	var list []violation
	add := func(path, rule string, at []any, value any) {
		var root any
		require.NoError(t, json.Unmarshal(example, &root))
		body, err := json.Marshal(put(root, at, value))
		require.NoError(t, err)
		list = append(list, violation{path, rule, body})
	}
	var walk func(s *openapi3.Schema, path string, at []any)
	walk = func(s *openapi3.Schema, path string, at []any) {
		switch {
		case s.Type.Is("object"):
			add(path, "type", at, "not an object")
			add(path, "type", at, nil)
			for _, name := range s.Required {
				add(path+"."+name, "required", append(slices.Clone(at), name), missing{})
			}
			for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
				walk(s.Properties[name].Value, path+"."+name, append(slices.Clone(at), name))
			}
		case s.Type.Is("array"):
			add(path, "type", at, map[string]any{})
			add(path, "type", at, nil)
			walk(s.Items.Value, path+"[0]", append(slices.Clone(at), 0))
		case s.Type.Is("string"):
			add(path, "type", at, 1)
			add(path, "type", at, nil)
			if s.Format != "" {
				add(path, "format", at, "https://not valid")
			}
			if s.Pattern != "" {
				add(path, "pattern", at, "ftp://no.match/+")
			}
		case s.Type.Is("boolean"):
			add(path, "type", at, "true")
			add(path, "type", at, nil)
		default:
			require.Fail(t, "teach this test the type", "%s has type %v", path, s.Type)
		}
	}
	walk(schema, "$", nil)
	require.Greater(t, len(list), 10)
	return list
}

type missing struct{}

// put returns root with value at a place given by names and indices.
func put(root any, at []any, value any) any {
	if len(at) == 0 {
		return value
	}
	switch node := root.(type) {
	case map[string]any:
		name := at[0].(string)
		if _, gone := value.(missing); gone && len(at) == 1 {
			delete(node, name)
		} else {
			node[name] = put(node[name], at[1:], value)
		}
	case []any:
		node[at[0].(int)] = put(node[at[0].(int)], at[1:], value)
	default:
		panic(fmt.Sprintf("the example has no %v", at))
	}
	return root
}
