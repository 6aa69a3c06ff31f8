package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"

	"golang.org/x/exp/apidiff"
	"golang.org/x/tools/go/packages"
)

// public are the packages whose exported API the module promises to keep.
var public = []string{".", "api", "authprovider", "contract", "umbrellatest"}

// generatedInterface matches a method that the generated client's own interfaces
// gain with each operation. Nobody but that client implements them.
var generatedInterface = regexp.MustCompile(`^\./api\.Client(WithResponses)?Interface\.\w+: added$`)

func compareAPIs(older, newer string) (string, verdict) {
	before, err := load(older)
	if err != nil {
		return fmt.Sprintf("Cannot be compared, the older tree does not build: %s\n", err), verdict{major, "the exported Go API cannot be compared"}
	}
	after, err := load(newer)
	if err != nil {
		return fmt.Sprintf("Cannot be compared, the newer tree does not build: %s\n", err), verdict{major, "the exported Go API cannot be compared"}
	}
	var breaking, growing []string
	for _, c := range apidiff.ModuleChanges(before, after).Changes {
		if c.Compatible || generatedInterface.MatchString(c.Message) {
			growing = append(growing, c.Message)
		} else {
			breaking = append(breaking, c.Message)
		}
	}
	// apidiff goes through the packages in the order of a map.
	slices.Sort(breaking)
	slices.Sort(growing)
	text := ""
	for _, message := range breaking {
		text += fmt.Sprintf("- **breaks** %s\n", message)
	}
	for _, message := range growing {
		text += fmt.Sprintf("- new %s\n", message)
	}
	switch {
	case len(breaking) > 0:
		return text, verdict{major, "the exported Go API breaks: " + breaking[0]}
	case len(growing) > 0:
		return text, verdict{minor, "the exported Go API grows: " + growing[0]}
	}
	return "The exported API is the same.\n", verdict{level: patch}
}

func load(dir string) (*apidiff.Module, error) {
	patterns := []string{}
	for _, name := range public {
		if files, _ := filepath.Glob(filepath.Join(dir, name, "*.go")); len(files) > 0 {
			patterns = append(patterns, "./"+name)
		}
	}
	module := &apidiff.Module{}
	if len(patterns) == 0 {
		return module, nil
	}
	loaded, err := packages.Load(&packages.Config{
		Mode: packages.LoadTypes | packages.NeedModule,
		Dir:  dir,
		Env:  append(os.Environ(), "GOWORK=off"),
	}, patterns...)
	if err != nil {
		return nil, err
	}
	for _, p := range loaded {
		if len(p.Errors) > 0 {
			return nil, p.Errors[0]
		}
		module.Path = p.Module.Path
		module.Packages = append(module.Packages, p.Types)
	}
	return module, nil
}
