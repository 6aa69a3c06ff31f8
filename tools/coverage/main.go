// Command coverage adds up coverage profiles and prints, for each package and in all,
// which part of the statements was reached by one of them at least. It exits with 1
// if that is less than -min percent.
//
//	coverage -min 95 profile...
package main

import (
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"slices"

	"golang.org/x/tools/cover"
)

func main() {
	least := flag.Float64("min", 0, "percent of all statements that must be covered")
	flag.Parse()
	ok, err := report(os.Stdout, flag.Args(), *least)
	if err != nil {
		fmt.Fprintln(os.Stderr, "coverage:", err)
		os.Exit(2)
	}
	if !ok {
		os.Exit(1)
	}
}

// block is one stretch of statements. A profile has it once for each test binary.
type block struct {
	file                                 string
	startLine, startCol, endLine, endCol int
}

// count is how many statements there are, and how many were reached.
type count struct{ all, reached int }

func (c count) percent() float64 { return 100 * float64(c.reached) / float64(max(c.all, 1)) }

// report prints the figures and reports whether they are good enough.
func report(w io.Writer, files []string, least float64) (bool, error) {
	statements, reached := map[block]int{}, map[block]bool{}
	for _, file := range files {
		profiles, err := cover.ParseProfiles(file)
		if err != nil {
			return false, err
		}
		for _, p := range profiles {
			for _, b := range p.Blocks {
				at := block{p.FileName, b.StartLine, b.StartCol, b.EndLine, b.EndCol}
				statements[at] = b.NumStmt
				reached[at] = reached[at] || b.Count > 0
			}
		}
	}
	var all count
	packages := map[string]count{}
	for at, n := range statements {
		c := packages[path.Dir(at.file)]
		c.all, all.all = c.all+n, all.all+n
		if reached[at] {
			c.reached, all.reached = c.reached+n, all.reached+n
		}
		packages[path.Dir(at.file)] = c
	}
	for _, name := range slices.Sorted(maps.Keys(packages)) {
		fmt.Fprintf(w, "%6.1f %%  %s\n", packages[name].percent(), name)
	}
	fmt.Fprintf(w, "%6.1f %%  all, at least %g\n", all.percent(), least)
	return all.percent() >= least, nil
}
