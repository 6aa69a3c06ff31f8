package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/umbrella-api/umbrella-go/tools/internal/document"
)

// previews compares the operations for which the overlay names a page (x-page) with
// what the page holds, and reports each place that differs in one line.
func previews(spec, overlayFile string, stdout io.Writer, client *http.Client) (changed bool, err error) {
	doc, _, err := document.Read(spec, overlayFile) // what it refuses, spec-guard says
	if err != nil {
		return false, err
	}
	ours, err := tree(doc.Root)
	if err != nil {
		return false, err
	}
	paths, _ := ours["paths"].(map[string]any)
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		item, _ := paths[path].(map[string]any)
		for _, method := range slices.Sorted(maps.Keys(item)) {
			operation, _ := item[method].(map[string]any)
			page, _ := operation["x-page"].(string)
			if page == "" {
				continue
			}
			theirs, err := ofPage(page, strings.ToUpper(method)+" "+path, client)
			if err != nil {
				return changed, err
			}
			c := comparison{page: theirs, ours: ours}
			if theirs := at(theirs, "paths", path, method); theirs == nil {
				c.report("", "the page does not have it")
			} else {
				c.compare("", theirs, operation, false)
			}
			for _, line := range c.lines {
				fmt.Fprintf(stdout, "%s %s: %s\n", strings.ToUpper(method), path, strings.TrimSpace(line))
				changed = true
			}
		}
	}
	return changed, nil
}

// ofPage fetches the document that a page holds for an operation.
func ofPage(page, operation string, client *http.Client) (map[string]any, error) {
	markdown, err := readPage(page, client)
	if err != nil {
		return nil, err
	}
	data, err := extract(markdown, heading+operation)
	if err != nil {
		return nil, fmt.Errorf("page %s: %w", page, err)
	}
	var node yaml.Node
	if err := yaml.Unmarshal(data, &node); err != nil { // as extract has done
		return nil, err
	}
	return tree(&node)
}

// tree decodes a document by way of JSON, where all keys are strings: a status may
// be a number in YAML.
func tree(node *yaml.Node) (root map[string]any, err error) {
	data, err := document.JSON(node)
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber() // to report numbers as they are written
	err = decoder.Decode(&root)
	return root, err
}

func at(root any, keys ...string) any {
	for _, key := range keys {
		object, _ := root.(map[string]any)
		root = object[key]
	}
	return root
}

// comparison walks an operation of a page and ours side by side.
type comparison struct {
	page, ours map[string]any // the roots, for $ref
	depth      int
	lines      []string
}

func (c *comparison) report(place, format string, args ...any) {
	c.lines = append(c.lines, strings.TrimPrefix(place+" ", ".")+fmt.Sprintf(format, args...))
}

// prose says nothing that a generator reads.
func prose(key string) bool {
	return strings.HasPrefix(key, "x-") ||
		slices.Contains([]string{"description", "summary", "title", "example", "examples", "operationId", "tags", "security"}, key)
}

// compare reports where two values differ. The keys of a map of names are no keywords.
func (c *comparison) compare(place string, page, ours any, names bool) {
	if c.depth > 50 { // a schema that holds itself
		return
	}
	c.depth++
	defer func() { c.depth-- }()
	page, ours = follow(c.page, page), follow(c.ours, ours)
	pageMap, isMap := page.(map[string]any)
	ourMap, alsoMap := ours.(map[string]any)
	if !isMap || !alsoMap {
		if !reflect.DeepEqual(page, ours) {
			c.report(place, "is %v on the page and %v in overlay.yaml", page, ours)
		}
		return
	}
	keys := maps.Clone(pageMap)
	maps.Copy(keys, ourMap)
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		if !names && prose(key) {
			continue
		}
		inner := place + "." + key
		theirValue, onPage := pageMap[key]
		ourValue, inOurs := ourMap[key]
		switch {
		case !inOurs:
			c.report(inner, "is on the page only")
		case !onPage:
			c.report(inner, "is in overlay.yaml only")
		case !names && slices.Contains([]string{"type", "required", "enum"}, key):
			if !reflect.DeepEqual(set(theirValue), set(ourValue)) {
				c.report(inner, "is %v on the page and %v in overlay.yaml", theirValue, ourValue)
			}
		case !names && key == "parameters":
			c.compare(inner, byName(theirValue), byName(ourValue), true)
		default:
			isNames := slices.Contains([]string{"properties", "responses", "content", "headers"}, key)
			c.compare(inner, theirValue, ourValue, !names && isNames)
		}
	}
}

// set is a value or a list without order, and without the null that we take beside
// what is published.
func set(value any) map[string]bool {
	list, ok := value.([]any)
	if !ok {
		list = []any{value}
	}
	all := map[string]bool{}
	for _, v := range list {
		all[fmt.Sprint(v)] = true
	}
	delete(all, "null")
	return all
}

// byName makes a map of a list of parameters.
func byName(list any) any {
	all := map[string]any{}
	items, _ := list.([]any)
	for _, item := range items {
		all[fmt.Sprintf("%v %v", at(item, "in"), at(item, "name"))] = item
	}
	return all
}

// follow returns what a $ref within its document stands for.
func follow(root map[string]any, value any) any {
	for range 100 {
		ref, ok := at(value, "$ref").(string)
		if !ok || !strings.HasPrefix(ref, "#/") {
			break
		}
		value = at(root, strings.Split(ref[2:], "/")...)
	}
	return value
}
