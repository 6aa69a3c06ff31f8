// Command checkgen regenerates a copy of the repository and names the files
// that are not what the generator makes of openapi.yaml today.
package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	stale, err := check("..")
	if err != nil {
		fmt.Fprintln(os.Stderr, "checkgen:", err)
		os.Exit(2)
	}
	if len(stale) > 0 {
		fmt.Fprintf(os.Stderr, "checkgen: run make generate and commit the result:\n  %s\n", strings.Join(stale, "\n  "))
		os.Exit(1)
	}
}

// check compares two copies of dir: one as it is, one without its generated
// files and generated anew. Files that git ignores take no part.
func check(dir string) ([]string, error) {
	list := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	list.Dir, list.Stderr = dir, os.Stderr
	names, err := list.Output()
	if err != nil {
		return nil, fmt.Errorf("cannot list the files of %s: %w", dir, err)
	}
	work, err := os.MkdirTemp("", "checkgen-*")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(work)
	before := map[string][]byte{}
	for name := range strings.SplitSeq(strings.Trim(string(names), "\x00"), "\x00") {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if os.IsNotExist(err) {
			continue // deleted, and not committed yet
		}
		if err != nil {
			return nil, err
		}
		before[name] = data
		if strings.HasSuffix(name, ".gen.go") {
			continue
		}
		target := filepath.Join(work, name)
		if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
			return nil, err
		}
		if err := os.WriteFile(target, data, 0o600); err != nil {
			return nil, err
		}
	}
	generate := exec.Command("go", "generate", "./...")
	generate.Dir, generate.Stdout, generate.Stderr = work, os.Stderr, os.Stderr
	if err := generate.Run(); err != nil {
		return nil, fmt.Errorf("go generate fails on openapi.yaml: %w", err)
	}
	return compare(before, work)
}

func compare(before map[string][]byte, work string) (stale []string, err error) {
	tree := os.DirFS(work)
	err = fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		after, err := fs.ReadFile(tree, name)
		if data, ok := before[name]; !ok {
			stale = append(stale, name+" (missing)")
		} else if !bytes.Equal(data, after) {
			stale = append(stale, name+" (stale)")
		}
		delete(before, name)
		return err
	})
	for name := range before {
		stale = append(stale, name+" (extra: nothing generates it)")
	}
	slices.Sort(stale)
	return stale, err
}
