package main

import (
	"go/token"
	"regexp"
	"slices"
	"strings"
)

const (
	// Of what the generators declare whatever the document says, and Data, which
	// says nothing. Package server imports api with a dot, so its names count too.
	reservedTypes = `Client ClientInterface ClientOption ClientWithResponses HttpRequestDoer RequestEditorFn
		Handler MiddlewareFunc ServeMux ServerInterface StrictServerInterface Data`

	// Folded: the methods that Client has by hand, and what the generated code of
	// package umbrella imports or declares under a small letter.
	reservedOperations = `api closeidleconnections waitforverification downloadsigned
		bytes check context documentedmessages do endpoint endpoints errors fmt http json operation param
		slices strconv strictjson strings time url`
)

var (
	words       = regexp.MustCompile(`[A-Z]+[a-z0-9]*|[a-z0-9]+`)
	initialisms = []string{"API", "ID", "JSON", "URI", "URL", "UUID"}
	parameter   = regexp.MustCompile(`\{([^{}]*)\}`)
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

// names are those for an operation: of the path's last segment in front of a
// parameter and what follows; with the method; with the parameters; of the whole
// path.
func (o operation) names() []string {
	var fixed, tail, parameters []string
	for segment := range strings.SplitSeq(o.path, "/") {
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
	names := []string{strings.ToLower(first) + short[len(first):], o.method + short, o.method + short + by, o.method + whole + by}
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
