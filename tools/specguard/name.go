package main

import (
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/umbrella-api/umbrella-go/tools/internal/document"
)

// reservedTypes are of those that the generators declare whatever the document
// says, and Data, which says nothing. Package server imports api with a dot, so
// its names count too.
const reservedTypes = `Client ClientInterface ClientOption ClientWithResponses HttpRequestDoer RequestEditorFn
	Handler MiddlewareFunc ServeMux ServerInterface StrictServerInterface Data`

var (
	words       = regexp.MustCompile(`[A-Z]+[a-z0-9]*|[a-z0-9]+`)
	initialisms = []string{"API", "ID", "JSON", "URI", "URL", "UUID"}
	parameter   = regexp.MustCompile(`\{([^{}]*)\}`)

	declaration = regexp.MustCompile(`(?m)^(?:func (?:\(.*?\) )?|type |var |const )(\w+)`)
	imported    = regexp.MustCompile(`(?m)^(?:import |\t)"(?:.*/)?(\w+)"$`)
)

// naming is a line that overlay.yaml lacks.
type naming struct {
	of     string // for people
	target string
	key    string   // operationId or x-go-type-name
	names  []string // best first
}

func (n naming) line() string {
	return "  - target: " + n.target + "\n    update: { " + n.key + ": " + n.names[0] + " }\n"
}

// declared are folded names that no operation of the package in dir can have: what
// is declared there by hand, for its variable or method would be another, and what
// is imported.
func declared(dir string) (map[string]bool, error) {
	taken := map[string]bool{}
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	for _, name := range files {
		source, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		found := imported.FindAllSubmatch(source, -1)
		if !strings.HasSuffix(name, ".gen.go") {
			found = append(found, declaration.FindAllSubmatch(source, -1)...)
		}
		for _, match := range found {
			taken[fold(string(match[1]))] = true
		}
	}
	return taken, nil
}

// operationNames are those for an operation: of the path's last segment in front of a
// parameter and what follows; with the method; with the parameters; of the whole
// path.
func operationNames(op *document.Operation) []string {
	var fixed, tail, parameters []string
	for segment := range strings.SplitSeq(op.Path, "/") {
		if found := parameter.FindStringSubmatch(segment); found != nil {
			parameters = append(parameters, found[1])
			continue
		}
		if fixed = append(fixed, segment); len(parameters) == 0 {
			tail = nil
		}
		tail = append(tail, segment)
	}
	short, whole, by := camel(tail...), camel(fixed...), ""
	if len(parameters) > 0 {
		by = "By" + camel(parameters...)
	}
	first := words.FindString(short)
	method := strings.ToLower(op.Method)
	names := []string{strings.ToLower(first) + short[len(first):], method + short, method + short + by, method + whole + by}
	return slices.Compact(slices.DeleteFunc(names, func(name string) bool { return !token.IsIdentifier(name) }))
}

// typeNames are those for what trail leads to: its own; with the name of the
// schema that it is in; with all between them.
func typeNames(trail []string) []string {
	first, last := trail[0], trail[len(trail)-1]
	if len(trail) == 1 {
		return []string{camel(first)}
	}
	return slices.Compact([]string{camel(last), camel(first, last), camel(trail...)})
}

// madeOf matches the folded names of types and functions that are generated for
// an operation.
func madeOf(id string) *regexp.Regexp {
	id = fold(id)
	return regexp.MustCompile(`^(new` + id + `request(withbody)?|parse` + id + `result|` +
		id + `(params.*|result|json(request)?body|requestobject|responseobject|\d{3}.+))$`)
}

// fold makes names equal that the generators may make equal.
func fold(name string) string {
	return strings.ToLower(strings.Join(words.FindAllString(name, -1), ""))
}

func camel(texts ...string) string {
	name := ""
	for _, word := range words.FindAllString(strings.Join(texts, " "), -1) {
		if upper := strings.ToUpper(word); slices.Contains(initialisms, upper) {
			word = upper
		}
		name += strings.ToUpper(word[:1]) + word[1:]
	}
	return name
}
