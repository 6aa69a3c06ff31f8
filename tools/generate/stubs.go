package main

import (
	"fmt"
	"strings"

	"github.com/umbrella-api/umbrella-go/tools/internal/document"
)

// Until checks.go and defaults.go exist: each of them takes its function away here.
// A generator that returns nil writes no file.
func checks(doc *document.Document, names *names) ([]byte, error) {
	var b strings.Builder
	b.WriteString("package umbrella\nimport (\n\"github.com/umbrella-api/umbrella-go/api\"\n\"github.com/umbrella-api/umbrella-go/internal/check\"\n)\n")
	for _, op := range doc.Operations {
		o := names.operation(op)
		fmt.Fprintf(&b, "func check%s(*check.Violations, %s) {}\n", o.method, o.in)
		if o.input() && o.body != "" {
			fmt.Fprintf(&b, "func check%sBody(*check.Violations, %s) {}\n", o.method, o.body)
		}
		if o.out != "" {
			fmt.Fprintf(&b, "func read%s([]byte) (%s, error) { panic(0) }\n", o.method, o.out)
		}
	}
	b.WriteString("var _ api.RequestEditorFn\n")
	return []byte(b.String()), nil
}

func defaults(*document.Document, *names) ([]byte, error) { return nil, nil }
