// Command generate writes every generated file of the repository from
// openapi.yaml and overlay.yaml: package api and the mock's server by
// oapi-codegen, the methods and checks of package umbrella, the mock's default
// answers, and the document that package contract embeds. It writes all of them,
// once they compile, or none.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/tools/imports"
	"gopkg.in/yaml.v3"

	"github.com/umbrella-api/umbrella-go/tools/internal/document"
)

func main() {
	overlay := flag.String("overlay", "", "the overlay `file` to read in place of the one that oapi-codegen.yaml names")
	check := flag.Bool("check", false, "write nothing")
	flag.Parse()
	if err := generate("..", *overlay, *check); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// generate writes the generated files of the module at root, with another overlay
// than its own if there is one. With check it stops when it has compiled them.
func generate(root, overlay string, check bool) error {
	root, err := filepath.Abs(root)
	if err != nil {
		return err
	}
	files, err := contents(root, overlay)
	if err != nil {
		return err
	}
	if err := compile(root, files); err != nil {
		return err
	}
	if check {
		return nil
	}
	return write(root, files)
}

// contents returns what the generated files are to hold, by their path below root.
func contents(root, overlay string) (map[string][]byte, error) {
	client, err := readSettings(filepath.Join(root, "oapi-codegen.yaml"))
	if err != nil {
		return nil, err
	}
	server, err := readSettings(filepath.Join(root, "umbrellatest/internal/server/oapi-codegen.yaml"))
	if err != nil {
		return nil, err
	}
	if overlay == "" {
		overlay = filepath.Join(root, client.OutputOptions.Overlay.Path)
	}
	doc, err := document.Load(filepath.Join(root, "openapi.yaml"), overlay)
	if err != nil {
		return nil, err
	}
	spec, err := prepared(filepath.Join(root, "openapi.yaml"), overlay)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, settings := range []*settings{client, server} {
		if files[settings.OutputFile], err = oapiCodegen(settings, spec); err != nil {
			return nil, fmt.Errorf("cannot generate %s: %w", settings.OutputFile, err)
		}
	}
	found, err := readNames(files[client.OutputFile], doc)
	if err != nil {
		return nil, err
	}
	if files["contract/openapi.gen.json"], err = indented(doc.Root); err != nil {
		return nil, err
	}
	for file, generator := range map[string]func(*document.Document, *names) ([]byte, error){
		"operations.gen.go": operations,
		"checks.gen.go":     checks,
		"umbrellatest/internal/server/defaults.gen.go": defaults,
	} {
		source, err := generator(doc, found)
		if err != nil {
			return nil, fmt.Errorf("cannot generate %s: %w", file, err)
		}
		// Formats, and leaves out imports that are not used.
		if files[file], err = imports.Process(file, source, nil); err != nil {
			return nil, fmt.Errorf("the generated %s is not Go: %w\n%s", file, err, source)
		}
	}
	return files, nil
}

// indented writes the document as JSON for people to read too.
func indented(root *yaml.Node) ([]byte, error) {
	compact, err := document.JSON(root)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = json.Indent(&out, append(compact, '\n'), "", "  ")
	return out.Bytes(), err
}
