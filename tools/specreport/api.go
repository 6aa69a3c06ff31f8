package main

import (
	"fmt"
	"go/types"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/exp/apidiff"
	"golang.org/x/tools/go/packages"
)

// public are the packages whose exported API the module promises to keep.
var public = []string{".", "api", "authprovider", "contract", "umbrellatest"}

func compareAPIs(older, newer string) (string, verdict) {
	before, err := load(older)
	if err != nil {
		return fmt.Sprintf("Cannot be compared, the older tree does not build: %s\n", err), verdict{major, "the exported Go API cannot be compared"}
	}
	after, err := load(newer)
	if err != nil {
		return fmt.Sprintf("Cannot be compared, the newer tree does not build: %s\n", err), verdict{major, "the exported Go API cannot be compared"}
	}
	changes := apidiff.ModuleChanges(before, after).Changes
	if len(changes) == 0 {
		return "The exported API is the same.\n", verdict{level: patch}
	}
	slices.SortStableFunc(changes, func(a, b apidiff.Change) int {
		switch {
		case a.Compatible == b.Compatible:
			return 0
		case a.Compatible:
			return 1
		}
		return -1
	})
	text := ""
	for _, c := range changes {
		kind := "**breaks**"
		if c.Compatible {
			kind = "new"
		}
		text += fmt.Sprintf("- %s %s\n", kind, c.Message)
	}
	if changes[0].Compatible {
		return text, verdict{minor, "the exported Go API grows: " + changes[0].Message}
	}
	return text, verdict{major, "the exported Go API breaks: " + changes[0].Message}
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
	slices.SortFunc(module.Packages, func(a, b *types.Package) int { return len(a.Path()) - len(b.Path()) })
	return module, nil
}
