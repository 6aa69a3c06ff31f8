package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"gopkg.in/yaml.v3"
)

// heading opens the block that holds the document.
const heading = "````yaml POST /onboarding/createSessionLink"

var fence = regexp.MustCompile("^(`{3,})[ \t]*([^`\n]*?)[ \t]*\n?$")

// extract returns the content of the page's one fenced document. Line ends and
// a blank line before the closing fence are the page's, and not the document's.
func extract(markdown []byte) ([]byte, error) {
	var blocks [][]byte
	var block []byte
	var ticks, info string // of the block under way
	for line := range bytes.Lines(bytes.ReplaceAll(markdown, []byte("\r\n"), []byte("\n"))) {
		mark := fence.FindStringSubmatch(string(line))
		switch {
		case ticks == "" && mark != nil:
			ticks, info, block = mark[1], mark[2], nil
		case mark != nil && mark[2] == "" && len(mark[1]) >= len(ticks):
			if ticks+info == heading {
				blocks = append(blocks, block)
			}
			ticks = ""
		default:
			block = append(block, line...)
		}
	}
	switch {
	case ticks != "":
		return nil, fmt.Errorf("the block %q is not closed", ticks+info)
	case len(blocks) != 1:
		return nil, fmt.Errorf("it holds %d blocks that start with %q, expected one", len(blocks), heading)
	}
	document := blocks[0]
	if bytes.HasSuffix(document, []byte("\n\n")) {
		document = document[:len(document)-1]
	}
	return document, checkDocument(document)
}

func checkDocument(data []byte) error {
	var document struct {
		OpenAPI string         `yaml:"openapi"`
		Paths   map[string]any `yaml:"paths"`
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var all yaml.Node
	err := decoder.Decode(&all)
	if err == nil {
		err = all.Decode(new(any)) // the whole of it, for duplicate keys
	}
	if err == nil {
		err = all.Decode(&document)
	}
	if err != nil {
		return fmt.Errorf("its block is not a YAML document: %s", strings.Join(strings.Fields(err.Error()), " "))
	}
	if !strings.HasPrefix(document.OpenAPI, "3.1.") || len(document.Paths) == 0 {
		return errors.New("its block is not an OpenAPI 3.1 document with paths")
	}
	if err := decoder.Decode(new(any)); !errors.Is(err, io.EOF) {
		return errors.New("its block holds more than one YAML document")
	}
	return nil
}
