package main

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/umbrella-api/umbrella-go/tools/internal/document"
)

var verb = regexp.MustCompile(`^[A-Z][a-z]+s `)

// comment writes the Go doc of an operation's method.
func comment(op *document.Operation, o *opNames) string {
	paragraphs := []string{first(op, o)}
	if op.Preview {
		paragraphs = append(paragraphs, "Preview: from the vendor's pages, not from its document.")
	}
	repeats := "which is repeated only when the first one cannot have been processed"
	if op.Method == http.MethodGet || op.Method == http.MethodHead {
		repeats = "which is repeated after failures that may pass"
	}
	paragraphs = append(paragraphs, fmt.Sprintf("It is one %s %s, %s.", op.Method, op.Path, repeats))
	if list := arguments(op, o); list != "" {
		paragraphs = append(paragraphs, list)
	}
	after := ""
	if o.Data != "" {
		after = " An answer with status false is [ErrUnsuccessful]."
	}
	after += documentedErrors(op)
	if op.Method != http.MethodGet && op.Method != http.MethodHead {
		after += " Ask Error.MaybeProcessed before you call again."
	}
	refused := "an *[Error]."
	if len(o.Args) > 0 {
		refused = "a *[ValidationError] when the request breaks the document's rules (nothing was sent), and otherwise an *[Error]."
	}
	paragraphs = append(paragraphs, "The error is "+refused+after+" Editors change the HTTP request of this call.")
	if op.Deprecated {
		paragraphs = append(paragraphs, "Deprecated: the document says so.")
	}
	return wrap(paragraphs)
}

// first makes a sentence of the operation's description, which begins with a verb
// if all is well, or of its summary.
func first(op *document.Operation, o *opNames) string {
	text := oneLine(op.Description)
	if verb.MatchString(text) {
		return o.Method + " " + strings.ToLower(text[:1]) + text[1:]
	}
	if summary := strings.TrimSuffix(oneLine(op.Summary), "."); summary != "" {
		return strings.TrimSpace(o.Method + " is the operation \"" + summary + "\". " + text)
	}
	if text != "" {
		return o.Method + ": " + text
	}
	return o.Method + " calls the operation " + op.ID + " of the document."
}

// arguments is a list of what the document says of path and query parameters that
// are arguments.
func arguments(op *document.Operation, o *opNames) string {
	var lines []string
	for _, arg := range o.Args {
		if p := arg.Parameter; p != nil && p.Description != "" {
			lines = append(lines, "  - "+arg.Name+": "+oneLine(p.Description))
		}
		if arg.Name == "params" {
			text := "  - params: optional query parameters, or nil"
			if slices.ContainsFunc(op.Parameters, func(p *document.Parameter) bool { return p.In == "query" && p.Required }) {
				text += "; its fields for the other arguments are not read"
			}
			lines = append(lines, text)
		}
	}
	return strings.Join(lines, "\n")
}

// documentedErrors is a sentence about the answers that are errors. Those of a preview are
// in no document: the overlay infers them.
func documentedErrors(op *document.Operation) string {
	var all []string
	for _, r := range op.Responses {
		if r.Status[0] != '2' {
			code, _ := strconv.Atoi(r.Status)
			text := strings.TrimSuffix(oneLine(r.Description), ".")
			if text == "" {
				text = http.StatusText(code)
			}
			if op.Preview {
				all = append(all, fmt.Sprintf("%d %s", code, strings.TrimSuffix(text, " (inferred)")))
			} else {
				all = append(all, fmt.Sprintf("%d (%s)", code, text))
			}
		}
	}
	switch n := len(all) - 1; {
	case n < 0:
		return ""
	case op.Preview:
		return " Inferred answers: " + strings.Join(all, ", ") + "."
	case n == 0:
		return " The document knows " + all[0] + "."
	default:
		return " The document knows " + strings.Join(all[:n], ", ") + " and " + all[n] + "."
	}
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// wrap writes paragraphs as a Go comment of lines of 80 characters.
func wrap(paragraphs []string) string {
	var out strings.Builder
	for i, paragraph := range paragraphs {
		if i > 0 {
			out.WriteString("//\n")
		}
		if strings.HasPrefix(paragraph, "  - ") {
			for line := range strings.SplitSeq(paragraph, "\n") {
				out.WriteString("//" + line + "\n")
			}
			continue
		}
		line := "//"
		for word := range strings.FieldsSeq(paragraph) {
			if len(line)+1+len(word) > 80 && line != "//" {
				out.WriteString(line + "\n")
				line = "//"
			}
			line += " " + word
		}
		out.WriteString(line + "\n")
	}
	return out.String()
}
