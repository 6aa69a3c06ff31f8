// Package length keeps files and functions short enough to be read in one go.
package length

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLength_NoFileOver300LinesAndNoFunctionOver60(t *testing.T) {
	root := filepath.Join("..", "..")
	require.NoError(t, filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch name := entry.Name(); {
		case err != nil:
			return err
		case entry.IsDir() && path != root && (name == "testdata" || name == "node_modules" || name[0] == '.'):
			return fs.SkipDir
		case strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, ".gen.go"):
			measure(t, path)
		}
		return nil
	}))
}

func measure(t *testing.T, path string) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
	require.NoError(t, err)
	line := func(p token.Pos) int { return files.Position(p).Line }
	if lines := line(file.FileEnd - 1); lines > 300 {
		t.Errorf("%s has %d lines, more than 300", path, lines)
	}
	for _, declaration := range file.Decls {
		if f, ok := declaration.(*ast.FuncDecl); ok {
			if lines := line(f.End()) - line(f.Pos()) + 1; lines > 60 {
				t.Errorf("%s: %s has %d lines, more than 60", files.Position(f.Pos()), f.Name.Name, lines)
			}
		}
	}
}
