package main

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/umbrella-api/umbrella-go/tools/internal/document"
)

func todaysDefaults(t *testing.T, change func(doc *document.Document)) (string, error) {
	doc, err := document.Load("../../openapi.yaml", "../../overlay.yaml")
	require.NoError(t, err)
	client, err := os.ReadFile("../../api/client.gen.go")
	require.NoError(t, err)
	names, err := readNames(client, doc)
	require.NoError(t, err)
	if change != nil {
		change(doc)
	}
	code, err := defaults(doc, names)
	return string(code), err
}

func TestDefaults_HaveAnAnswerWithoutABodyAndOthersNames(t *testing.T) {
	code, err := todaysDefaults(t, func(doc *document.Document) {
		op := doc.Operations[0]
		op.Responses[0].Schema = nil
		op.Parameters = []*document.Parameter{{Name: "session-id", In: "path"}, {Name: "plain", In: "path"}, {Name: "q-q", In: "query"}}
	})
	require.NoError(t, err)
	require.Contains(t, code, `200: "",`)
	require.Contains(t, code, "Names: map[string]string{\n\"session-id\": \"session_id\",\n},")
}

func TestDefaults_SayWhyAnExampleIsNotUsed(t *testing.T) {
	code, err := todaysDefaults(t, func(doc *document.Document) {
		doc.Operations[0].Responses[0].Example = &yaml.Node{Kind: yaml.MappingNode}
	})
	require.NoError(t, err)
	require.Contains(t, code, "// the example of $.paths['/onboarding/createSessionLink'].post.responses['200'] breaks its schema and is not used.")
	require.Contains(t, code, `"requestId":"123e4567-e89b-12d3-a456-426614174000"`, "that of the property")
}
