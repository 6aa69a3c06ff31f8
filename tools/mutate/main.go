// Command mutate changes one operator after the other in the files of a package and
// runs the tests, to find out whether they notice. The files stay as they are: the
// tests get each changed one through GOFLAGS=-overlay, nested builds too. It prints
// what survived, and exits with 1 if less than -min percent were killed.
//
//	mutate -min 92 -dir once 'go test ./once' 'go test -C tests/once . -db=sqlite'
//
// A mutant that the first command does not notice is tried with the next.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// timeout is for one command. A mutant that hangs is noticed by it.
const timeout = 3 * time.Minute

func main() {
	dir := flag.String("dir", ".", "the folder of the package")
	least := flag.Float64("min", 0, "percent of all mutants that must be killed")
	sample := flag.Int("sample", 0, "try so many, picked at random; 0 is all")
	seed := flag.Uint64("seed", 1, "of the random pick")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	percent, err := run(ctx, os.Stdout, *dir, *sample, *seed, flag.Args())
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(2)
	}
	if percent < *least {
		os.Exit(1)
	}
}

// run returns the percentage of mutants that the commands have noticed.
func run(ctx context.Context, w io.Writer, dir string, sample int, seed uint64, commands []string) (float64, error) {
	temp, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return 0, err
	}
	defer func() { _ = os.RemoveAll(temp) }()
	for _, command := range commands {
		if out, ok := passes(ctx, command, ""); !ok {
			return 0, fmt.Errorf("%s fails without a mutant:\n%s", command, out)
		}
	}
	mutants, err := mutantsOf(dir)
	if err != nil {
		return 0, err
	}
	if sample > 0 && sample < len(mutants) {
		rand.New(rand.NewPCG(seed, 0)).Shuffle(len(mutants), func(i, j int) { mutants[i], mutants[j] = mutants[j], mutants[i] })
		mutants = mutants[:sample]
	}
	killed, all := 0, 0
	for _, m := range mutants {
		overlay, err := m.overlay(temp)
		if err != nil {
			return 0, err
		}
		if _, ok := passes(ctx, "go build "+m.folder(), overlay); !ok {
			continue // no program at all
		}
		dead := noticed(ctx, commands, overlay)
		if ctx.Err() != nil {
			break // interrupted: say what is known
		}
		all++
		if dead {
			killed++
		} else {
			fmt.Fprintln(w, "survived:", m)
		}
	}
	percent := 100 * float64(killed) / float64(max(all, 1))
	fmt.Fprintf(w, "%s: %d of %d mutants killed, %.1f %%\n", dir, killed, all, percent)
	return percent, ctx.Err()
}

func noticed(ctx context.Context, commands []string, overlay string) bool {
	for _, command := range commands {
		if _, ok := passes(ctx, command, overlay); !ok {
			return true
		}
	}
	return false
}

// passes runs a command of the shell, and ends it with all its children when it takes too long.
func passes(ctx context.Context, command, overlay string) (output string, ok bool) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-c", command)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second
	if overlay != "" {
		cmd.Env = append(os.Environ(), strings.TrimSpace("GOFLAGS="+os.Getenv("GOFLAGS")+" -overlay="+overlay))
	}
	out, err := cmd.CombinedOutput()
	return string(out), err == nil
}

// overlay writes the changed file and the list that replaces the original by it.
func (m mutant) overlay(temp string) (string, error) {
	original, err := filepath.Abs(m.file)
	if err != nil {
		return "", err
	}
	changed, list := filepath.Join(temp, "mutant.go"), filepath.Join(temp, "overlay.json")
	data, err := json.Marshal(map[string]any{"Replace": map[string]string{original: changed}})
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(changed, m.source, 0o600); err != nil {
		return "", err
	}
	return list, os.WriteFile(list, data, 0o600)
}

func (m mutant) folder() string { return "./" + filepath.ToSlash(filepath.Dir(m.file)) }
