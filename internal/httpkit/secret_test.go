package httpkit_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/internal/httpkit"
)

// A mounted secret ends in a line feed, and one that was pasted holds worse.
func TestCheckSecret_NamesTheCharacterAndItsPlace(t *testing.T) {
	for value, want := range map[string]string{
		"":                             "empty",
		strings.Repeat("C", 36) + "\n": "character 37 of 37 is a line feed",
		"CANARY\r\n":                   "character 7 of 8 is a carriage return",
		" CANARY":                      "character 1 of 7 is a space",
		"CAN\tARY":                     "character 4 of 7 is a tab",
		"\ufeffCANARY":                 "character 1 of 7 is a byte order mark",
		"CANARY\x00":                   "character 7 of 7 is U+0000",
		"CANARY\x7f":                   "character 7 of 7 is U+007F",
		"C\u00e4\u00e4":                "character 2 of 3 is U+00E4",
		"CANARY\xff!":                  "character 7 of 8 is not UTF-8",
		"CANARY\ufffd":                 "character 7 of 7 is U+FFFD",
		"Bearer CANARY":                "character 7 of 13 is a space",
	} {
		require.EqualError(t, httpkit.CheckSecret(value), want)
	}
	for _, value := range []string{"!", "~", "eyJhbGciOi.J9-_~+/=="} {
		require.NoError(t, httpkit.CheckSecret(value))
	}
}
