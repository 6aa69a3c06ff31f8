package main

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/umbrella-api/umbrella-go/tools/internal/document"
)

func TestScratch(t *testing.T) {
	doc, err := document.Load("../../openapi.yaml", "../../overlay.yaml")
	require.NoError(t, err)
	client, err := os.ReadFile("../../api/client.gen.go")
	require.NoError(t, err)
	names, err := readNames(client, doc)
	require.NoError(t, err)
	out, err := checks(doc, names)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile("../../checks.gen.go", out, 0o644))
}
