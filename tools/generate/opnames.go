package main

import (
	"fmt"
	"go/ast"
	"regexp"
	"slices"
	"strings"

	"github.com/umbrella-api/umbrella-go/tools/internal/document"
)

var inTemplate = regexp.MustCompile(`\{([^{}]*)\}`)

// name reads the names of op off its method of the generated client, whose
// arguments are ctx, path parameters in the order of the path, params, body.
func (n *names) name(op *document.Operation, method *ast.Field) (*opNames, error) {
	o := &opNames{Method: method.Names[0].Name}
	pathArgs, params := map[string]argName{}, ""
	inPath := inTemplate.FindAllStringSubmatch(op.Path, -1)
	for i, arg := range method.Type.(*ast.FuncType).Params.List {
		name, goType := arg.Names[0].Name, n.spell(arg.Type)
		switch {
		case i == 0: // ctx
		case i <= len(inPath):
			pathArgs[inPath[i-1][1]] = argName{Name: variable(strings.ToUpper(name[:1]) + name[1:]), Type: goType}
		case name == "params":
			params = strings.TrimPrefix(goType, "*")
		case name == "body":
			o.Body = n.named(goType)
		}
	}
	if (op.Body != nil) != (o.Body != "") {
		return nil, fmt.Errorf("the generated client's method %s has another body than the document", o.Method)
	}
	if err := n.arguments(op, o, pathArgs, params); err != nil {
		return nil, err
	}
	return o, n.result(op, o)
}

// arguments puts path and required query parameters in the document's order, then
// the struct with optional query parameters, then the body.
func (n *names) arguments(op *document.Operation, o *opNames, pathArgs map[string]argName, params string) error {
	for _, p := range op.Parameters {
		arg, ok := pathArgs[p.Name]
		if p.In == "query" {
			var f field
			if f, ok = n.field(params, p.Name); ok {
				arg = argName{Name: variable(f.name), Type: f.goType}
			}
			if ok && !p.Required {
				o.Params = params
				continue
			}
		}
		if !ok {
			return fmt.Errorf("the generated client does not know its parameter %s", p.Name)
		}
		for slices.ContainsFunc(o.Args, func(a argName) bool { return a.Name == arg.Name }) {
			arg.Name += "Query"
		}
		if arg.Name == variable(o.Method) {
			arg.Name += "Param" // else it would hide the operation in the method
		}
		arg.Parameter = p
		o.Args = append(o.Args, arg)
	}
	if o.Params != "" {
		o.Args = append(o.Args, argName{Name: "params", Type: "*" + o.Params})
	}
	switch {
	case len(o.Args) == 0 && o.Body == "":
		o.In = "struct{}"
	case len(o.Args) == 0:
		o.In = o.Body
	default:
		o.In = variable(o.Method) + "Input"
	}
	if o.Body != "" {
		o.Args = append(o.Args, argName{Name: "body", Type: o.Body})
	}
	return nil
}

// result reads the type of the success off the wrapper that the generated client
// returns: its field JSON200.
func (n *names) result(op *document.Operation, o *opNames) error {
	success := op.Success()
	if success.Schema == nil {
		return nil
	}
	if wrapper, ok := n.types[o.Method+"Result"].(*ast.StructType); ok {
		for _, f := range wrapper.Fields.List {
			if f.Names[0].Name == "JSON"+success.Status {
				o.Answer = n.named(strings.TrimPrefix(n.spell(f.Type), "*"))
			}
		}
	}
	if o.Answer == "" {
		return fmt.Errorf("the generated client's %sResult has no JSON%s", o.Method, success.Status)
	}
	o.Out = "*" + o.Answer
	if isEnvelope(success.Schema) {
		data, _ := n.field(o.Answer, "data")
		o.Data = n.named(strings.TrimPrefix(data.goType, "*"))
		o.Out = "*" + o.Data
	}
	if strings.HasPrefix(n.underlying(o.Out), "map[") {
		o.Out = o.Out[1:] // a map is a reference already
	}
	return nil
}

// named follows aliases such as CreateSessionLinkJSONRequestBody to the type that
// they stand for.
func (n *names) named(goType string) string {
	for range 100 {
		next, ok := n.aliases[strings.TrimPrefix(goType, "api.")]
		if !ok || !strings.HasPrefix(goType, "api.") {
			break
		}
		goType = n.spell(next)
	}
	return goType
}

// isEnvelope reports whether s is {status: boolean, data: object} with both
// required and nothing else. Its data is the answer; status false is a failure.
func isEnvelope(s *document.Schema) bool {
	s = s.Target()
	if len(s.Properties) != 2 || len(s.AllOf) > 0 {
		return false
	}
	is := func(name, kind string) bool {
		return slices.Contains(s.Required, name) && slices.ContainsFunc(s.Properties, func(p *document.Property) bool {
			t := p.Schema.Target()
			return p.Name == name && !t.Nullable && (slices.Contains(t.Types, kind) || kind == "object" && len(t.AllOf) > 0)
		})
	}
	return is("status", "boolean") && is("data", "object")
}
