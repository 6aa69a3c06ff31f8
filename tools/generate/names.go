package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/umbrella-api/umbrella-go/tools/internal/document"
)

// names are the Go names and types that oapi-codegen chose, read from the file that
// it wrote. A generator walks a schema of the document and a Go type side by side:
//
//	op := names.operations[operation]             // operation is one of doc.Operations
//	for _, f := range names.fields(op.Body) {     // op.Body is "api.CreateSessionLinkRequest"
//		schema := property(operation.Body, f.json)
//		… names.fields(f.goType) if it is an object, names.elem(f.goType) if a list or map
//	}
//
// Types are spelled as package umbrella spells them: api.SignForm, []string,
// *time.Time. Imports beyond api are those of the spelling.
type names struct {
	types      map[string]ast.Expr // of package api, by name without "api."
	aliases    map[string]ast.Expr // those of types that are aliases
	operations map[*document.Operation]*opNames
}

// opNames is what Go calls an operation and its parts.
type opNames struct {
	Method string    // of Client: CreateSessionLink; with a small first letter, the variable
	Args   []argName // of the method after ctx, in order; the body is the last one
	Params string    // the struct of query parameters, "api.ListThingsParams"; "" if there are no optional ones
	Body   string    // "api.CreateSessionLinkRequest"; "" if there is none
	In     string    // the In of the operation, in package umbrella
	Answer string    // the type of the whole success, "api.CreateSessionLinkResponse"; "" if it has no body
	Data   string    // if the success is an envelope, the type of its data, "api.SessionLink"; else ""
	Out    string    // what the method returns, "*api.SessionLink"; "" if nothing
}

// Input reports whether In is a struct with one field for each argument (named as
// it, the body's is named body), and not the body itself or struct{}.
func (o *opNames) Input() bool { return o.In != o.Body && o.In != "struct{}" }

// argName is an argument of a method and a field of its In.
type argName struct {
	Name, Type string
	Parameter  *document.Parameter // nil for params and body
}

// field is one of a Go struct.
type field struct {
	name, json string // json is "-" for AdditionalProperties
	goType     string // with its pointer: *string
	pointer    bool
	omitempty  bool
}

var corresponds = regexp.MustCompile("(?:^\\S+ performs a|Corresponds with) ([A-Z]+) (\\S+) \\(the `[^`]*` operationId\\)")

// readNames reads what oapi-codegen wrote for doc.
func readNames(client []byte, doc *document.Document) (*names, error) {
	file, err := parser.ParseFile(token.NewFileSet(), "client.gen.go", client, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("cannot read the generated client: %w", err)
	}
	n := &names{types: map[string]ast.Expr{}, aliases: map[string]ast.Expr{}, operations: map[*document.Operation]*opNames{}}
	ast.Inspect(file, func(node ast.Node) bool {
		if spec, ok := node.(*ast.TypeSpec); ok {
			n.types[spec.Name.Name] = spec.Type
			if spec.Assign.IsValid() {
				n.aliases[spec.Name.Name] = spec.Type
			}
		}
		_, isFunction := node.(*ast.FuncDecl)
		return !isFunction
	})
	methods := n.clientMethods()
	for _, op := range doc.Operations {
		method := methods[op.Method+" "+op.Path]
		if method == nil {
			return nil, fmt.Errorf("%s: the generated client has no method for it", op.Place)
		}
		if n.operations[op], err = n.name(op, method); err != nil {
			return nil, fmt.Errorf("%s: %w", op.Place, err)
		}
	}
	return n, nil
}

// clientMethods finds by method and path template the method that takes a typed body.
func (n *names) clientMethods() map[string]*ast.Field {
	methods := map[string]*ast.Field{}
	client, _ := n.types["ClientInterface"].(*ast.InterfaceType)
	if client == nil {
		return nil
	}
	for _, method := range client.Methods.List {
		found := corresponds.FindStringSubmatch(strings.ReplaceAll(method.Doc.Text(), "\n", " "))
		if found != nil {
			methods[found[1]+" "+found[2]] = method // that with the typed body comes last
		}
	}
	return methods
}

// fields returns those of a struct, a pointer to one, or a type that is one under
// another name; nil for any other type.
func (n *names) fields(goType string) (all []field) {
	structure, ok := n.resolved(goType).(*ast.StructType)
	if !ok {
		return nil
	}
	for _, f := range structure.Fields.List {
		tag, _ := strconv.Unquote(f.Tag.Value)
		name, options, _ := strings.Cut(reflect.StructTag(tag).Get("json"), ",")
		goType := n.spell(f.Type)
		all = append(all, field{
			name: f.Names[0].Name, json: name, goType: goType,
			pointer: goType[0] == '*', omitempty: strings.Contains(options, "omitempty"),
		})
	}
	return all
}

// field returns the field of a struct that is that member in JSON; "-" is the one for
// further members.
func (n *names) field(goType, json string) (field, bool) {
	fields := n.fields(goType)
	i := slices.IndexFunc(fields, func(f field) bool { return f.json == json })
	if i < 0 {
		return field{}, false
	}
	return fields[i], true
}

// underlying returns what a type is made of: "string" for "api.Status". A pointer
// is left out; a struct is "struct".
func (n *names) underlying(goType string) string {
	expr := n.resolved(goType)
	if _, ok := expr.(*ast.StructType); ok {
		return "struct"
	}
	return n.spell(expr)
}

// elem returns the type of the items of a list or the values of a map.
func (n *names) elem(goType string) string {
	switch expr := n.resolved(goType).(type) {
	case *ast.ArrayType:
		return n.spell(expr.Elt)
	case *ast.MapType:
		return n.spell(expr.Value)
	}
	return ""
}

// resolved follows pointers and names of package api.
func (n *names) resolved(goType string) ast.Expr {
	expr, err := parser.ParseExpr(goType)
	if err != nil {
		return nil
	}
	for range 100 { // a type cannot be its own, but the file is not compiled yet
		switch e := expr.(type) {
		case *ast.StarExpr:
			expr = e.X
			continue
		case *ast.Ident:
			if next, ok := n.types[e.Name]; ok {
				expr = next
				continue
			}
		case *ast.SelectorExpr:
			if pkg, ok := e.X.(*ast.Ident); ok && pkg.Name == "api" {
				expr = n.types[e.Sel.Name]
				continue
			}
		}
		return expr
	}
	return nil
}

// spell writes a type as package umbrella does.
func (n *names) spell(expr ast.Expr) string {
	switch e := expr.(type) {
	case *ast.Ident:
		if _, ok := n.types[e.Name]; ok {
			return "api." + e.Name
		}
		return e.Name
	case *ast.StarExpr:
		return "*" + n.spell(e.X)
	case *ast.ArrayType:
		return "[]" + n.spell(e.Elt)
	case *ast.MapType:
		return "map[" + n.spell(e.Key) + "]" + n.spell(e.Value)
	case *ast.SelectorExpr:
		return n.spell(e.X) + "." + e.Sel.Name
	case *ast.InterfaceType:
		return "any"
	}
	return "?" // compiling what comes of it fails
}

// reserved are names that generated functions use themselves.
var reserved = []string{
	"api", "body", "c", "check", "context", "ctx", "do", "editors", "err", "http", "in", "json", "jsonRequest",
	"nil", "param", "params", "req", "server", "strictjson", "target", "v",
}

// variable makes a name for an argument of an exported one: id, requestID, url.
func variable(name string) string {
	runes := []rune(name)
	for i := range runes {
		if i > 0 && i+1 < len(runes) && unicode.IsLower(runes[i+1]) || unicode.IsLower(runes[i]) {
			break
		}
		runes[i] = unicode.ToLower(runes[i])
	}
	name = string(runes)
	if token.IsKeyword(name) || slices.Contains(reserved, name) {
		return name + "Param"
	}
	return name
}
