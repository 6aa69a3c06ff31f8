package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// change is one entry of oasdiff's changelog.
type change struct {
	ID, Text, Operation, Path string
	Level                     int
}

const warning = 2 // what oasdiff calls the level between a note and a break

// compareDocuments trusts oasdiff with what a change means, but not with whether
// there is one: it has no rule for servers and for some 3.1 keywords.
func compareDocuments(older, newer, dir string) (string, verdict) {
	contracts := [2]any{}
	for i, name := range []string{older, newer} {
		data, err := os.ReadFile(name)
		if err == nil {
			err = yaml.Unmarshal(data, &contracts[i])
		}
		if err != nil {
			return fmt.Sprintf("Cannot be compared: %s\n", err), verdict{major, "the document cannot be read"}
		}
		contracts[i] = contract(contracts[i], false)
	}
	if reflect.DeepEqual(contracts[0], contracts[1]) {
		return "The contract is the same; at most descriptions and examples differ.\n", verdict{patch, "the contract and the exported Go API are the same"}
	}
	changes, err := changelog(older, newer, dir)
	switch {
	case err != nil:
		return fmt.Sprintf("oasdiff cannot compare it: %s\n", err), verdict{major, "oasdiff cannot read the document"}
	case len(changes) == 0:
		return "The contract differs where oasdiff has no rule; read the diff of openapi.yaml.\n", verdict{major, "the contract differs in a way that only a person can judge"}
	}
	text := ""
	for _, c := range changes {
		operation := strings.TrimSpace(c.Operation + " " + c.Path)
		text += fmt.Sprintf("- %s %s: %s (%s)\n", [...]string{"", "note", "may break", "**breaks**"}[c.Level], operation, c.Text, c.ID)
	}
	if changes[0].Level >= warning {
		return text, verdict{major, "the document breaks its users: " + changes[0].ID}
	}
	return text, verdict{minor, "the document gains something: " + changes[0].ID}
}

// changelog lists the changes, those that break first.
func changelog(older, newer, dir string) ([]change, error) {
	var stdout, stderr bytes.Buffer
	oasdiff := exec.Command("go", "tool", "oasdiff", "changelog", "--format=json", "--allow-external-refs=false", older, newer)
	// There, and not with -modfile, an older go command fetches the newer one that oasdiff needs.
	oasdiff.Dir, oasdiff.Stdout, oasdiff.Stderr = filepath.Join(dir, "tools/oasdiff"), &stdout, &stderr
	if err := oasdiff.Run(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, bytes.TrimSpace(stderr.Bytes()))
	}
	var changes []change
	if err := json.Unmarshal(stdout.Bytes(), &changes); err != nil {
		return nil, fmt.Errorf("its output is not JSON: %w", err)
	}
	// The vendor's info.version stands still; that says nothing about a change.
	changes = slices.DeleteFunc(changes, func(c change) bool { return c.ID == "api-version-not-bumped" })
	slices.SortStableFunc(changes, func(a, b change) int { return b.Level - a.Level })
	return changes, nil
}

// contract returns value without what only people read. The keys of a map of
// names (schemas, properties, paths) are not keywords.
func contract(value any, names bool) any {
	switch value := value.(type) {
	case map[string]any:
		for key, member := range value {
			if !names && slices.Contains([]string{"info", "description", "summary", "title", "example", "examples", "externalDocs", "tags", "$comment"}, key) {
				delete(value, key)
				continue
			}
			value[key] = contract(member, !names && slices.Contains([]string{"properties", "patternProperties", "$defs", "schemas", "paths"}, key))
		}
	case []any:
		for i := range value {
			value[i] = contract(value[i], false)
		}
	}
	return value
}
