// Command report runs the benchmarks of this module and writes RESULTS.md. What
// the benchmarks print goes to standard output as it is, for benchstat. Run it in
// the module's folder:
//
//	go run ./report
package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

func main() {
	rounds := flag.Int("rounds", 7, "runs of every benchmark; the tables show their medians")
	benchtime := flag.Duration("benchtime", 100*time.Millisecond, "length of one run of one benchmark")
	pairs := flag.Int("pairs", 1000, "paired rounds for each ratio")
	out := flag.String("out", "RESULTS.md", "the file to write")
	flag.Parse()
	if err := run(*rounds, *benchtime, *pairs, *out, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "report:", err)
		os.Exit(1)
	}
}

func run(rounds int, benchtime time.Duration, pairs int, out string, echo io.Writer) error {
	dir, err := os.MkdirTemp("", "umbrella-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	binary := filepath.Join(dir, "bench.test")
	if _, err := command(io.Discard, "go", "test", "-c", "-o", binary, "."); err != nil {
		return err
	}
	peers, err := command(io.Discard, "go", "list", "-m", "-f", "{{if not (or .Main .Indirect .Replace)}}{{.Path}} {{.Version}}{{end}}", "all")
	if err != nil {
		return err
	}
	var res results
	bench := func(pattern, benchtime string) error {
		printed, err := command(echo, binary, "-test.run=^$", "-test.bench="+pattern, "-test.benchtime="+benchtime)
		if err != nil {
			return err
		}
		return res.add(printed)
	}
	// Every benchmark once in each round, so that a slow minute hits them all,
	// and not one of them with all its runs.
	for range rounds {
		if err := bench("^Benchmark(CreateSessionLink|Token)$", benchtime.String()); err != nil {
			return err
		}
	}
	if err := bench("Paired$", fmt.Sprintf("%dx", pairs)); err != nil {
		return err
	}
	var doc bytes.Buffer
	res.write(&doc, facts{
		goVersion: runtime.Version(),
		date:      time.Now().UTC().Format(time.DateOnly),
		cores:     runtime.NumCPU(),
		rounds:    rounds,
		pairs:     pairs,
		peers:     strings.Fields(strings.ReplaceAll(peers, " ", "@")),
	})
	return os.WriteFile(out, doc.Bytes(), 0o644)
}

// command runs a program, copies what it prints to echo and returns it.
func command(echo io.Writer, name string, args ...string) (string, error) {
	var printed bytes.Buffer
	cmd := exec.Command(name, args...)
	cmd.Stdout = io.MultiWriter(&printed, echo)
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		// A benchmark that fails says so on standard output.
		return "", fmt.Errorf("%s: %w\n%s", filepath.Base(name), err, printed.String())
	}
	return printed.String(), nil
}
