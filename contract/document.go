package contract

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/umbrella-api/umbrella-go/internal/format"
)

// formats are asserted in bodies and parameters alike. The rest of JSON Schema's
// formats is asserted in bodies, by jsonschema.
var formats = map[string]struct {
	check func(string) error
	words string
}{
	"email":     {format.Email, "an e-mail address (local@domain)"},
	"uri":       {format.URI, "an absolute URI (scheme://host/path)"},
	"date-time": {format.DateTime, "an RFC 3339 date-time with a zone"},
	"date":      {format.Date, "an RFC 3339 date"},
	"uuid":      {format.UUID, "a UUID"},
}

// document is a private copy of the OpenAPI document.
type document struct {
	root   any
	order  map[string]int // where each JSON pointer stands in the text
	sealed bool
}

func readDocument(data []byte, sealed bool) (*document, error) {
	d := &document{order: make(map[string]int), sealed: sealed}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var err error
	if d.root, err = d.read(dec, ""); err != nil {
		return nil, fmt.Errorf("reading the document: %w", err)
	}
	d.walk(d.root)
	return d, nil
}

// read is json.Decoder.Decode, but remembers the order of members.
func (d *document) read(dec *json.Decoder, pointer string) (any, error) {
	d.order[pointer] = len(d.order)
	token, err := dec.Token()
	delim, _ := token.(json.Delim)
	switch {
	case err != nil || delim == 0:
		return token, err
	case delim == '[':
		var items []any
		for dec.More() {
			item, err := d.read(dec, fmt.Sprintf("%s/%d", pointer, len(items)))
			if err != nil {
				return nil, err
			}
			items = append(items, item)
		}
		_, err = dec.Token()
		return items, err
	}
	members := make(map[string]any)
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return nil, err
		}
		if members[name.(string)], err = d.read(dec, pointer+"/"+escape(name.(string))); err != nil {
			return nil, err
		}
	}
	_, err = dec.Token()
	return members, err
}

func escape(name string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}

// pointer is the JSON pointer of what names lead to from the root, by way of the
// $ref of request bodies, responses and the like.
func (d *document) pointer(names []string) (pointer string) {
	node := d.root
	for _, name := range names {
		for range 16 { // more would be a circle
			members, _ := node.(map[string]any)
			ref, ok := members["$ref"].(string)
			if !ok {
				break
			}
			node, pointer = d.follow(ref), location(ref)
		}
		members, _ := node.(map[string]any)
		node, pointer = members[name], pointer+"/"+escape(name)
	}
	return pointer
}

func (d *document) follow(ref string) any {
	node := d.root
	for name := range strings.SplitSeq(strings.TrimPrefix(location(ref), "/"), "/") {
		members, _ := node.(map[string]any)
		node = members[strings.NewReplacer("~1", "/", "~0", "~").Replace(name)]
	}
	return node
}

// location is the JSON pointer in the fragment of a URL.
func location(ref string) string {
	_, fragment, _ := strings.Cut(ref, "#")
	pointer, err := url.PathUnescape(fragment)
	if err != nil {
		return fragment
	}
	return pointer
}

// walk finds the schemas of the document and prepares them.
func (d *document) walk(node any) {
	members, _ := node.(map[string]any)
	for name, member := range members {
		switch {
		case name == "schema":
			d.prepare(member, true)
		case name == "schemas":
			for _, schema := range parts(member) {
				d.prepare(schema, false)
			}
		case name == "example", name == "examples", strings.HasPrefix(name, "x-"):
		default:
			d.walk(member)
		}
	}
	if items, ok := node.([]any); ok {
		for _, item := range items {
			d.walk(item)
		}
	}
}

// prepare works around two habits of jsonschema in a schema and all below it.
// isWhole tells a schema that judges a value alone from a part of another one.
func (d *document) prepare(node any, isWhole bool) {
	s, ok := node.(map[string]any)
	if !ok {
		return
	}
	for keyword, below := range s {
		switch keyword {
		case "items", "additionalProperties":
			d.prepare(below, true)
		case "properties", "patternProperties", "prefixItems":
			for _, schema := range parts(below) {
				d.prepare(schema, true)
			}
		case "$defs", "dependentSchemas", "allOf", "anyOf", "oneOf":
			for _, schema := range parts(below) {
				d.prepare(schema, false)
			}
		case "then", "else":
			d.prepare(below, false)
		case "not", "if", "contains", "propertyNames":
			(&document{root: d.root}).prepare(below, false) // sealed, they would say something else
		}
	}
	separate(s)
	if d.sealed && isWhole && s["unevaluatedProperties"] == nil && d.isObject(s, 0) {
		s["unevaluatedProperties"] = false
	}
}

// separate moves the keywords at which jsonschema stops, and hides what else is
// wrong with the value, into an allOf, whose parts are judged side by side.
func separate(s map[string]any) {
	for _, keyword := range []string{"const", "enum", "format"} {
		if value, ok := s[keyword]; ok {
			all, _ := s["allOf"].([]any)
			s["allOf"] = append(slices.Clip(all), map[string]any{keyword: value})
			delete(s, keyword)
		}
	}
}

// isObject reports whether a schema, or what it is composed of, says what
// properties an object has. One that says nothing stays open.
func (d *document) isObject(node any, depth int) bool {
	s, _ := node.(map[string]any)
	if s["properties"] != nil || strings.Contains(fmt.Sprint(s["type"]), "object") {
		return true
	}
	all := slices.Concat(parts(s["allOf"]), parts(s["anyOf"]), parts(s["oneOf"]))
	if ref, ok := s["$ref"].(string); ok {
		all = append(all, d.follow(ref))
	}
	return depth < 16 && slices.ContainsFunc(all, func(part any) bool { return d.isObject(part, depth+1) })
}

// parts lists the schemas in an object or an array of schemas.
func parts(node any) []any {
	if members, ok := node.(map[string]any); ok {
		return slices.Collect(maps.Values(members))
	}
	items, _ := node.([]any)
	return items
}
