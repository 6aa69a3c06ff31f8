package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var sources = map[string]string{
	"go.mod":          "module example.com/most\n\ngo 1.26\n",
	"most.go":         "package most\n\nfunc Most(a, b int) int {\n\tif a > b {\n\t\treturn a\n\t}\n\treturn b\n}\n",
	"names.gen.go":    "package most\n\nvar generated = 1 + 1\n",
	"constant.go":     "package most\n\nconst text = \"a\" + \"b\"\n", // "a" - "b" is no program
	"most_test.go":    "package most\n\nimport \"testing\"\n\nfunc TestMost(t *testing.T) {\n\tif Most(2, 1) != 2 || Most(1, 2) != 2 {\n\t\tt.Fatal()\n\t}\n}\n",
	"nothing_test.go": "package most\n\nimport \"testing\"\n\nfunc TestNothing(t *testing.T) {}\n",
}

func TestRun_TellsWhichMutantsTheTestsNotice(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, text := range sources {
		require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
	}
	for _, test := range []struct {
		commands []string
		percent  float64
		printed  string
	}{
		{[]string{"go test -run Nothing ."}, 0, "survived: most.go:4: >= for >\nsurvived: most.go:4: <= for >\n.: 0 of 2 mutants killed, 0.0 %\n"},
		{[]string{"go test -run Nothing .", "go test ."}, 50, "survived: most.go:4: >= for >\n.: 1 of 2 mutants killed, 50.0 %\n"},
	} {
		var printed strings.Builder
		percent, err := run(t.Context(), &printed, ".", 0, 1, test.commands)
		require.NoError(t, err)
		require.InDelta(t, test.percent, percent, 0)
		require.Equal(t, test.printed, printed.String())
	}
	after, err := os.ReadFile("most.go")
	require.NoError(t, err)
	require.Equal(t, sources["most.go"], string(after))
}

func TestRun_RefusesTestsThatFailAnyway(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, text := range sources {
		require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
	}
	_, err := run(t.Context(), &strings.Builder{}, ".", 0, 1, []string{"go test -run Nothing .", "false"})
	require.ErrorContains(t, err, "false fails without a mutant")
}
