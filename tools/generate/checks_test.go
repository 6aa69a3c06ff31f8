package main

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestChecks_GeneratedCodeKeepsEveryRule(t *testing.T) {
	dir := copied(t)
	grow(t, dir, read(t, "testdata", "rules.yaml"))
	require.NoError(t, generate(dir, "", false))
	put(t, dir, "rules_behaviour_test.go", read(t, "testdata", "rules_test.go"))
	fumpt, err := exec.CommandContext(t.Context(), "go", "tool", "gofumpt", "-l", filepath.Join(dir, "checks.gen.go")).CombinedOutput()
	require.NoError(t, err)
	require.Empty(t, string(fumpt))
	run := exec.CommandContext(t.Context(), "go", "test", "-run", "^TestRules_", ".")
	run.Dir = dir
	out, err := run.CombinedOutput()
	require.NoError(t, err, string(out))
}
