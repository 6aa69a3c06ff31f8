package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// mutant is a file with one operator replaced by another.
type mutant struct {
	file     string
	line     int
	was, now string
	source   []byte
}

func (m mutant) String() string { return fmt.Sprintf("%s:%d: %s for %s", m.file, m.line, m.now, m.was) }

// replacements are the classical ones: a bound that is off by one, a condition or a
// sign that is the other way round.
var replacements = map[token.Token][]token.Token{
	token.EQL:  {token.NEQ},
	token.NEQ:  {token.EQL},
	token.LSS:  {token.LEQ, token.GEQ},
	token.LEQ:  {token.LSS, token.GTR},
	token.GTR:  {token.GEQ, token.LEQ},
	token.GEQ:  {token.GTR, token.LSS},
	token.LAND: {token.LOR},
	token.LOR:  {token.LAND},
	token.ADD:  {token.SUB},
	token.SUB:  {token.ADD},
	token.MUL:  {token.QUO},
	token.QUO:  {token.MUL},
	token.REM:  {token.MUL},
	token.INC:  {token.DEC},
	token.DEC:  {token.INC},
	token.NOT:  {token.ILLEGAL}, // nothing in its place
}

// mutantsOf are those of the hand-written files of a package.
func mutantsOf(dir string) ([]mutant, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	var all []mutant
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") || strings.HasSuffix(file, ".gen.go") {
			continue
		}
		source, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		set := token.NewFileSet()
		parsed, err := parser.ParseFile(set, file, source, 0)
		if err != nil {
			return nil, err
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			operator, at := operatorOf(n)
			for _, other := range replacements[operator] {
				position, now := set.Position(at), other.String()
				if other == token.ILLEGAL {
					now = ""
				}
				end := position.Offset + len(operator.String())
				all = append(all, mutant{
					file, position.Line, operator.String(), now,
					slices.Concat(source[:position.Offset], []byte(now), source[end:]),
				})
			}
			return true
		})
	}
	return all, nil
}

func operatorOf(n ast.Node) (token.Token, token.Pos) {
	switch n := n.(type) {
	case *ast.BinaryExpr:
		return n.Op, n.OpPos
	case *ast.UnaryExpr:
		if n.Op == token.NOT {
			return n.Op, n.OpPos
		}
	case *ast.IncDecStmt:
		return n.Tok, n.TokPos
	}
	return token.ILLEGAL, token.NoPos
}
