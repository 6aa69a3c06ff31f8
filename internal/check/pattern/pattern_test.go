package pattern_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/internal/check/pattern"
)

func TestNew_Matches(t *testing.T) {
	match := pattern.New(`^(a|bc)+$`)
	require.True(t, match("abca"))
	require.False(t, match("ab"))
}
