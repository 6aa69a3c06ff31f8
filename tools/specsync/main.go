// Command specsync compares openapi.yaml with the document that the vendor
// publishes inside a Markdown page, and replaces it on request. It also reports where
// the operations that overlay.yaml has from pages of their own (x-page) differ from
// those pages, which a person has to judge: overlay.yaml is not changed.
//
// Exit status: 0 the same, 1 different (what differs on stdout), 2 cannot tell.
// "go run" turns every failure into 1: build the command to see the difference.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/rogpeppe/go-internal/diff"
)

// first is the operation whose page holds openapi.yaml.
const first = "POST /onboarding/createSessionLink"

const (
	same       = 0
	different  = 1
	cannotTell = 2
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr, &http.Client{Timeout: 30 * time.Second}))
}

func run(args []string, stdout, stderr io.Writer, client *http.Client) int {
	flags := flag.NewFlagSet("specsync", flag.ContinueOnError)
	flags.SetOutput(stderr)
	page := flags.String("page", "", "`file or https URL` of the vendor's Markdown page")
	spec := flags.String("spec", "", "`file` to compare, usually ../openapi.yaml")
	overlay := flags.String("overlay", "", "`file` whose operations with x-page are compared too")
	write := flags.Bool("write", false, "replace the file when it differs")
	if err := flags.Parse(args); err != nil {
		return cannotTell
	}
	changed, err := sync(*page, *spec, *write, stdout, client)
	if err == nil && *overlay != "" {
		var more bool
		more, err = previews(*spec, *overlay, stdout, client)
		changed = changed || more
	}
	switch {
	case err != nil:
		fmt.Fprintln(stderr, "specsync:", err)
		return cannotTell
	case changed:
		return different
	}
	return same
}

func sync(page, spec string, write bool, stdout io.Writer, client *http.Client) (changed bool, err error) {
	if page == "" || spec == "" {
		return false, fmt.Errorf("both -page and -spec are required")
	}
	current, err := os.ReadFile(spec)
	if err != nil {
		return false, fmt.Errorf("cannot read the document to compare: %w", err)
	}
	markdown, err := readPage(page, client)
	if err != nil {
		return false, err
	}
	published, err := extract(markdown, heading+first)
	if err != nil {
		return false, fmt.Errorf("page %s: %w", page, err)
	}
	if bytes.Equal(current, published) {
		return false, nil
	}
	if write {
		if err := replace(spec, published); err != nil {
			return false, fmt.Errorf("cannot replace %s: %w", spec, err)
		}
	}
	_, err = stdout.Write(diff.Diff(spec, current, page, published))
	return true, err
}

// replace leaves either the old or the new file, never a part of one.
func replace(name string, data []byte) error {
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	temp := name + ".new"
	defer os.Remove(temp)
	if err := os.WriteFile(temp, data, info.Mode().Perm()); err != nil {
		return err
	}
	return os.Rename(temp, name)
}
