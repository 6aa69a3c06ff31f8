package server

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestExactly_GivesIntegersOfAnySpelling(t *testing.T) {
	for text, want := range map[string]any{
		`1.0`:                     json.Number("1"),
		`[1e2, -0.0]`:             []any{json.Number("100"), json.Number("0")},
		`{"a": 9007199254740993}`: map[string]any{"a": json.Number("9007199254740993")},
		`1.5`:                     json.Number("1.5"),
		`1e400`:                   json.Number("1e400"),
		`"1.0"`:                   "1.0",
	} {
		body, ok := exactly(io.NopCloser(strings.NewReader(text))).(exactBody)
		require.True(t, ok)
		require.Equal(t, want, body.ValidatedValue())
	}
	data, err := io.ReadAll(exactly(http.NoBody))
	require.NoError(t, err)
	require.Empty(t, data, "no body stays none")
}
