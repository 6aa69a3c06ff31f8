package main

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
)

func TestIndented_KeepsOrderAndTheTextOfNumbers(t *testing.T) {
	var document yaml.Node
	require.NoError(t, yaml.Unmarshal([]byte("z: [1e2, 9007199254740993, 1.0, true, null, '1', 2025-01-01, <a&b>]\na: {}\n"), &document))
	data, err := indented(document.Content[0])
	require.NoError(t, err)
	require.Equal(t, `{
  "z": [
    1e2,
    9007199254740993,
    1.0,
    true,
    null,
    "1",
    "2025-01-01",
    "<a&b>"
  ],
  "a": {}
}
`, string(data))
}
