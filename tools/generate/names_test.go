package main

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/umbrella-api/umbrella-go/tools/internal/document"
)

func TestNames_OfTodaysOperation(t *testing.T) {
	doc, err := document.Load("../../openapi.yaml", "../../overlay.yaml")
	require.NoError(t, err)
	client, err := os.ReadFile("../../api/client.gen.go")
	require.NoError(t, err)
	names, err := readNames(client, doc)
	require.NoError(t, err)
	op := names.operations[doc.Operations[0]]
	require.Equal(t, &opNames{
		Method: "CreateSessionLink",
		Args:   []argName{{Name: "body", Type: "api.CreateSessionLinkRequest"}},
		Body:   "api.CreateSessionLinkRequest", In: "api.CreateSessionLinkRequest",
		Answer: "api.CreateSessionLinkResponse", Data: "api.SessionLink", Out: "*api.SessionLink",
	}, op)
	require.False(t, op.Input())
	fields := names.fields(op.Body)
	require.Equal(t, field{name: "PhoneNumber", json: "phoneNumber", goType: "string"}, fields[1])
	require.Equal(t, field{name: "SignForms", json: "signForms", goType: "[]api.SignForm", omitempty: true}, fields[4])
	require.Equal(t, "api.SignForm", names.elem(fields[4].goType))
	require.Len(t, names.fields(names.elem(fields[4].goType)), 2)
	require.Equal(t, "struct", names.underlying(op.Out))
}

func TestVariable(t *testing.T) {
	for name, want := range map[string]string{"ID": "id", "RequestID": "requestID", "URL": "url", "URLPath": "urlPath", "Type": "typeParam", "Body": "bodyParam", "X": "x"} {
		require.Equal(t, want, variable(name))
	}
}
