// Command specreport prints, as Markdown, what the working tree means for users
// of an earlier one: changes of the document, changes of the exported Go API,
// and the part of the version number that has to rise.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "specreport:", err)
		os.Exit(1)
	}
}

func run(args []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("specreport", flag.ContinueOnError)
	base := flags.String("base", "", "git `ref` or directory to compare with")
	dir := flags.String("dir", "..", "`directory` of the working tree")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *base == "" {
		return errors.New("-base is required: a git ref, as in make spec-report BASE=v0.1.0")
	}
	newer, err := filepath.Abs(*dir)
	if err != nil {
		return err
	}
	older, err := filepath.Abs(*base)
	if err != nil {
		return err
	}
	if info, err := os.Stat(older); err != nil || !info.IsDir() {
		temp, err := os.MkdirTemp("", "specreport-*")
		if err != nil {
			return err
		}
		defer os.RemoveAll(temp)
		if older, err = checkOut(newer, *base, temp); err != nil {
			return err
		}
	}
	document, documentVerdict := compareDocuments(filepath.Join(older, "openapi.yaml"), filepath.Join(newer, "openapi.yaml"), newer)
	api, apiVerdict := compareAPIs(older, newer)
	verdict := documentVerdict
	if apiVerdict.level > verdict.level {
		verdict = apiVerdict
	}
	_, err = fmt.Fprintf(stdout, "# What changes for users since %s\n\n%s\n## Document\n\n%s\n## Go API\n\n%s", *base, verdict, document, api)
	return err
}

// checkOut writes the files of ref below temp, by way of an index of its own.
func checkOut(dir, ref, temp string) (string, error) {
	tree := filepath.Join(temp, "tree")
	for _, args := range [][]string{{"read-tree", ref}, {"checkout-index", "--all", "--prefix=" + tree + "/"}} {
		git := exec.Command("git", args...)
		git.Dir, git.Env = dir, append(os.Environ(), "GIT_INDEX_FILE="+filepath.Join(temp, "index"))
		if output, err := git.CombinedOutput(); err != nil {
			return "", fmt.Errorf("cannot read %s from git: %s", ref, output)
		}
	}
	return tree, nil
}
