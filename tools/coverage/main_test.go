package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func profile(t *testing.T, lines ...string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "profile")
	require.NoError(t, os.WriteFile(file, []byte("mode: set\n"+strings.Join(lines, "\n")+"\n"), 0o600))
	return file
}

func TestReport_AStatementCountsOnceHoweverOftenItIsReached(t *testing.T) {
	files := []string{
		profile(t, "example.com/a/x.go:1.1,2.2 3 1", "example.com/a/x.go:3.1,4.2 1 0", "example.com/b/y.go:1.1,2.2 4 0"),
		profile(t, "example.com/a/x.go:1.1,2.2 3 1", "example.com/b/y.go:1.1,2.2 4 1"),
	}
	var out strings.Builder
	ok, err := report(&out, files, 87.5)
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, "  75.0 %  example.com/a\n 100.0 %  example.com/b\n  87.5 %  all, at least 87.5\n", out.String())

	ok, err = report(&out, files, 88)
	require.NoError(t, err)
	require.False(t, ok)
}

func TestReport_AProfileThatCannotBeRead(t *testing.T) {
	_, err := report(new(strings.Builder), []string{filepath.Join(t.TempDir(), "none")}, 0)
	require.ErrorIs(t, err, os.ErrNotExist)
}
