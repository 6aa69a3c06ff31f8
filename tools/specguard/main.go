// Command specguard finds names that overlay.yaml leaves to chance, actions and
// operations in it that have become pointless, and what document.Load refuses.
// With -fix it appends the missing names to the overlay and removes the actions
// that change nothing, once the generator has compiled the outcome, and prints both.
//
// Exit status: 0 nothing to report, 1 findings, 2 a file cannot be read.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr, generates))
}

// run has try look at an overlay before it replaces the present one.
func run(args []string, stdout, stderr io.Writer, try func(overlayFile string) error) int {
	flags := flag.NewFlagSet("specguard", flag.ContinueOnError)
	flags.SetOutput(stderr)
	spec := flags.String("spec", "../openapi.yaml", "the OpenAPI `file`")
	names := flags.String("overlay", "../overlay.yaml", "the overlay `file`")
	write := flags.Bool("fix", false, "append the missing names to the overlay, and remove actions that change nothing")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	g, err := check(*spec, *names)
	if err != nil {
		fmt.Fprintln(stderr, "specguard:", err)
		return 2
	}
	findings := g.findings
	switch {
	case len(g.names)+len(g.useless) == 0:
	case *write:
		if err := replace(*names, g.overlay, try); err != nil {
			findings = append(findings, err.Error())
			break
		}
		for _, n := range g.names {
			fmt.Fprintf(stdout, "- `%s`: %s %s\n", n.of, n.key, n.names[0])
		}
		for _, target := range g.useless {
			fmt.Fprintf(stdout, "- `%s`: removed from overlay.yaml, because the document says it itself\n", target)
		}
	default:
		for _, target := range g.useless {
			findings = append(findings, "an overlay action changes nothing; make spec-guard FIX=1 removes from overlay.yaml:\n  - target: "+target)
		}
		for _, n := range g.names {
			findings = append(findings, fmt.Sprintf("%s has no name of its own; make spec-guard FIX=1 adds to overlay.yaml:\n%s", n.of, n.line()))
		}
	}
	for _, f := range findings {
		fmt.Fprintln(stderr, f)
	}
	return min(len(findings), 1)
}

// replace leaves either the old or the new file, never a part of one.
func replace(overlayFile string, data []byte, try func(overlayFile string) error) error {
	temp := overlayFile + ".new"
	defer os.Remove(temp)
	if err := os.WriteFile(temp, data, 0o644); err != nil {
		return err
	}
	if err := try(temp); err != nil {
		return fmt.Errorf("nothing is written, because the generator fails with these names: %w", err)
	}
	return os.Rename(temp, overlayFile)
}

// generates has tools/generate make and compile everything without writing it.
func generates(overlayFile string) error {
	file, err := filepath.Abs(overlayFile)
	if err != nil {
		return err
	}
	if output, err := exec.Command("go", "run", "./generate", "-check", "-overlay", file).CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, output)
	}
	return nil
}
