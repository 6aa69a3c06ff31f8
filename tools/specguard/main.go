// Command specguard reports what the generator lets pass: an operation, inline
// type or field order that overlay.yaml leaves to chance, an overlay action that
// has become pointless, and a reference out of the document.
//
// Exit status: 0 nothing to report, 1 findings, 2 a file cannot be read.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/speakeasy-api/openapi/overlay"
	"github.com/speakeasy-api/openapi/overlay/loader"
	"gopkg.in/yaml.v3"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stderr))
}

func run(args []string, stderr io.Writer) int {
	flags := flag.NewFlagSet("specguard", flag.ContinueOnError)
	flags.SetOutput(stderr)
	spec := flags.String("spec", "../openapi.yaml", "the OpenAPI `file`")
	names := flags.String("overlay", "../overlay.yaml", "the overlay `file`")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	findings, err := check(*spec, *names)
	if err != nil {
		fmt.Fprintln(stderr, "specguard:", err)
		return 2
	}
	for _, f := range findings {
		fmt.Fprintln(stderr, f)
	}
	return min(len(findings), 1)
}

func check(specFile, overlayFile string) ([]string, error) {
	document, err := loader.LoadSpecification(specFile)
	if err != nil {
		return nil, err
	}
	names, err := loader.LoadOverlay(overlayFile)
	if err != nil {
		return nil, err
	}
	pointless, err := apply(names, document)
	if err != nil {
		return nil, err
	}
	g := guard{findings: pointless, operationIDs: map[string]string{}}
	g.openAPI(place{Node: document.Content[0], path: "$"})
	return g.findings, nil
}

// apply changes document by one action at a time. A target that matches nothing
// is left to the generator's strict mode, which names it.
func apply(names *overlay.Overlay, document *yaml.Node) (pointless []string, err error) {
	actions := names.Actions
	before, err := yaml.Marshal(document)
	if err != nil {
		return nil, err
	}
	for _, action := range actions {
		path, err := names.NewPath(action.Target, nil)
		if err != nil {
			return nil, fmt.Errorf("cannot apply the overlay to target %s: %w", action.Target, err)
		}
		matched := len(path.Query(document)) > 0
		names.Actions = []overlay.Action{action}
		if err := names.ApplyTo(document); err != nil {
			return nil, fmt.Errorf("cannot apply the overlay to target %s: %w", action.Target, err)
		}
		after, err := yaml.Marshal(document)
		if err != nil {
			return nil, err
		}
		if matched && bytes.Equal(before, after) {
			pointless = append(pointless, "an overlay action changes nothing; remove from overlay.yaml:\n  - target: "+action.Target)
		}
		before = after
	}
	return pointless, nil
}
