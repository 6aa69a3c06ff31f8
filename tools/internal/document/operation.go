package document

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

var methods = []string{"get", "put", "post", "delete", "options", "head", "patch", "trace"}

func (r *reader) document() {
	r.keys(r.root, "openapi info servers security paths components tags externalDocs", refusals(map[string]string{
		"webhooks":          "remove it in overlay.yaml; package webhook receives the events",
		"jsonSchemaDialect": "remove it in overlay.yaml; schemas are read as JSON Schema 2020-12",
	}))
	if version := r.text(r.root, "openapi"); !strings.HasPrefix(version, "3.1.") {
		r.wrong(r.root, "openapi %q is not read; the generators know 3.1", version)
	}
	components, _ := r.get(r.root, "components")
	r.bearers = map[string]bool{}
	schemes, _ := r.get(components, "securitySchemes")
	for _, n := range r.children(schemes) {
		r.bearers[n.key] = r.text(n, "type") == "http" && strings.EqualFold(r.text(n, "scheme"), "bearer")
	}
	security, ok := r.get(r.root, "security")
	r.security = ok && r.isBearer(security)
	r.schemas()
	ids := map[string]string{}
	paths, _ := r.get(r.root, "paths")
	for _, path := range r.children(paths) {
		if strings.HasPrefix(path.key, "x-") {
			continue
		}
		for _, op := range r.path(path) {
			if first, taken := ids[op.ID]; taken && op.ID != "" {
				r.errs = append(r.errs, fmt.Errorf("%s: operationId %s is also that of %s; change one in overlay.yaml", op.Place, op.ID, first))
			}
			ids[op.ID] = op.Place.Path
			r.doc.Operations = append(r.doc.Operations, op)
		}
	}
}

func (r *reader) path(n node) (all []*Operation) {
	r.keys(n, "summary description parameters "+strings.Join(methods, " "), map[string]string{
		"$ref":    "write the path out",
		"servers": "remove it in overlay.yaml; the client has one server",
	})
	if !plainPath.MatchString(n.key) {
		r.wrong(n, "the path is not made of slashes, {parameters} and letters that need no escaping; correct it")
	}
	shared, _ := r.get(n, "parameters")
	for _, child := range r.children(n) {
		if slices.Contains(methods, child.key) && child.Kind == yaml.MappingNode {
			all = append(all, r.operation(child, n.key, shared))
		}
	}
	return all
}

func (r *reader) operation(n node, path string, shared node) *Operation {
	r.keys(n, "tags summary description externalDocs operationId parameters requestBody responses deprecated security", map[string]string{
		"callbacks": "remove it in overlay.yaml; package webhook receives the events",
		"servers":   "remove it in overlay.yaml; the client has one server",
	})
	op := &Operation{
		ID: r.text(n, "operationId"), Method: strings.ToUpper(n.key), Path: path, Summary: r.text(n, "summary"),
		Description: r.text(n, "description"), Deprecated: r.flag(n, "deprecated", false),
		Preview: r.flag(n, "x-preview", false), Place: n.place,
	}
	bearer := r.security
	if security, ok := r.get(n, "security"); ok {
		bearer = r.isBearer(security)
	}
	if !bearer {
		r.refuse(n, "security other than the bearer token alone", "give the operation, or the document, one requirement of one scheme that is http bearer")
	}
	own, _ := r.get(n, "parameters")
	op.Parameters = r.parameters(append(r.children(shared), r.children(own)...))
	r.template(n, op)
	if body, ok := r.get(n, "requestBody"); ok {
		op.Body = r.body(body, op.Method)
	}
	r.responses(op, n)
	return op
}

// isBearer reports whether security asks for a bearer token and nothing else.
func (r *reader) isBearer(security node) bool {
	requirements := r.children(security)
	if len(requirements) != 1 {
		return false
	}
	schemes := r.children(requirements[0])
	return len(schemes) == 1 && r.bearers[schemes[0].key]
}

func (r *reader) body(n node, method string) *Schema {
	n, ok := r.follow(n, "requestBodies")
	if !ok {
		return nil
	}
	r.keys(n, "description content required", nil)
	if method == "GET" || method == "HEAD" || method == "TRACE" {
		r.refuse(n, "the body of a "+method, "remove it in overlay.yaml")
	}
	body, _ := r.content(n)
	if body == nil {
		r.wrong(n, "the body has no content of application/json with a schema; describe it in overlay.yaml")
	}
	return body
}

// content returns the schema and an example of application/json, or nil if there
// is no content.
func (r *reader) content(n node) (schema *Schema, example *yaml.Node) {
	content, _ := r.get(n, "content")
	for _, media := range r.children(content) {
		if media.key != "application/json" {
			r.refuse(media, "the media type "+media.key, "remove it in overlay.yaml, or have it be application/json")
			continue
		}
		r.keys(media, "schema example examples", map[string]string{"encoding": "remove it in overlay.yaml"})
		if s, ok := r.get(media, "schema"); ok {
			schema = r.schema(s)
		} else {
			r.wrong(media, "there is no schema; describe the body in overlay.yaml")
		}
		example = r.example(media)
	}
	return schema, example
}

func (r *reader) responses(op *Operation, n node) {
	responses, _ := r.get(n, "responses")
	successes := 0
	for _, child := range r.children(responses) {
		if strings.HasPrefix(child.key, "x-") {
			continue
		}
		if status, err := strconv.Atoi(child.key); err != nil || status < 200 || status > 599 || len(child.key) != 3 {
			r.refuse(child, "the answer "+child.key, "name each status, 200 to 599, in overlay.yaml")
			continue
		}
		resolved, ok := r.follow(child, "responses")
		if !ok {
			continue
		}
		r.keys(resolved, "description content", map[string]string{
			"headers": "remove them in overlay.yaml",
			"links":   "remove them in overlay.yaml",
		})
		response := &Response{Status: child.key, Description: r.text(resolved, "description"), Place: child.place}
		response.Schema, response.Example = r.content(resolved)
		if bodiless := op.Method == "HEAD" || slices.Contains([]string{"204", "205", "304"}, child.key); bodiless && response.Schema != nil {
			r.refuse(child, "the body of an answer that has none in HTTP", "remove its content in overlay.yaml")
		}
		op.Responses = append(op.Responses, response)
		if child.key[0] == '2' {
			successes++
		}
	}
	if successes != 1 {
		r.refuse(n, fmt.Sprintf("an operation with %d answers of 2xx", successes), "keep exactly one in overlay.yaml")
	}
}

var plainPath = regexp.MustCompile(`^(/([\w.~!$&'()*+,;=:@-]|\{[^{}/"\\]+\})*)+$`)

var inTemplate = regexp.MustCompile(`\{([^{}]*)\}`)

// template refuses a path and path parameters that do not name the same things.
func (r *reader) template(n node, op *Operation) {
	var names []string
	for _, match := range inTemplate.FindAllStringSubmatch(op.Path, -1) {
		names = append(names, match[1])
	}
	for _, p := range op.Parameters {
		i := slices.Index(names, p.Name)
		switch {
		case p.In == "path" && i < 0:
			r.wrong(n, "the path parameter %s is not in the path; correct one in overlay.yaml", p.Name)
		case p.In == "path":
			names = slices.Delete(names, i, i+1)
		}
	}
	for _, name := range names {
		r.wrong(n, "{%s} in the path has no parameter, or is there twice; add in overlay.yaml: { name: %s, in: path, required: true, schema: { type: string } }", name, name)
	}
}
