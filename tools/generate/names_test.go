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
	op := names.operation(doc.Operations[0])
	require.Equal(t, &opNames{
		method: "CreateSessionLink",
		args:   []argName{{name: "body", goType: "api.CreateSessionLinkRequest"}},
		body:   "api.CreateSessionLinkRequest", in: "api.CreateSessionLinkRequest",
		answer: "api.CreateSessionLinkResponse", data: "api.SessionLink", out: "*api.SessionLink",
	}, op)
	require.False(t, op.input())
	fields := names.fields(op.body)
	require.Equal(t, field{name: "PhoneNumber", json: "phoneNumber", goType: "string"}, fields[1])
	require.Equal(t, field{name: "SignForms", json: "signForms", goType: "[]api.SignForm", omitempty: true}, fields[4])
	require.Equal(t, "api.SignForm", names.elem(fields[4].goType))
	require.Len(t, names.fields(names.elem(fields[4].goType)), 2)
	require.Equal(t, "struct", names.underlying(op.out))
}

func TestVariable(t *testing.T) {
	for name, want := range map[string]string{"ID": "id", "RequestID": "requestID", "URL": "url", "URLPath": "urlPath", "Type": "typeParam", "Body": "bodyParam", "X": "x"} {
		require.Equal(t, want, variable(name))
	}
}
