// Command umbrella opens QES signing sessions, serves a mock of the Umbrella API
// and prints the OpenAPI document that it was built from. "umbrella help" says
// how.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	umbrella "github.com/umbrella-api/umbrella-go"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	os.Exit(run(ctx, os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr}))
}

// streams are the standard streams, or what a test puts in their place.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// Exit codes.
const (
	exitOK = iota
	exitFailed
	exitUsage
)

// usageError is the user's to mend: nothing was sent.
type usageError struct{ error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

type command struct {
	usage string
	run   func(ctx context.Context, args []string, std streams) error
}

var commands = map[string]command{
	"link":    {linkUsage, runLink},
	"mock":    {mockUsage, runMock},
	"spec":    {specUsage, runSpec},
	"version": {versionUsage, runVersion},
}

// run is main without the process: it returns the exit code.
func run(ctx context.Context, args []string, std streams) int {
	if len(args) == 0 {
		_, _ = io.WriteString(std.err, usage)
		return exitUsage
	}
	name, rest := args[0], args[1:]
	switch name {
	case "help", "-h", "-help", "--help":
		if len(rest) == 0 {
			_, _ = io.WriteString(std.out, usage)
			return exitOK
		}
		name, rest = rest[0], []string{"--help"}
	}
	cmd, ok := commands[name]
	if !ok {
		_, _ = fmt.Fprintf(std.err, "umbrella: there is no command %.30q; the commands are link, mock, spec, version and help\n", name)
		return exitUsage
	}
	err := cmd.run(ctx, rest, std)
	var misused usageError
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, flag.ErrHelp):
		_, _ = io.WriteString(std.out, cmd.usage)
		return exitOK
	}
	sentence := strings.ReplaceAll(err.Error(), "\n", "; ")
	if errors.As(err, &misused) {
		_, _ = fmt.Fprintf(std.err, "umbrella %s: %s; see umbrella help %s\n", name, sentence, name)
		return exitUsage
	}
	_, _ = fmt.Fprintf(std.err, "umbrella %s: %s\n", name, sentence)
	return exitFailed
}

// parse reads flags into fs. No command takes other arguments.
func parse(fs *flag.FlagSet, args []string) error {
	fs.SetOutput(io.Discard)
	if err := fs.Parse(args); errors.Is(err, flag.ErrHelp) {
		return err
	} else if err != nil {
		return usageError{err}
	}
	if fs.NArg() > 0 {
		return usagef("there is an argument that belongs to no flag: everything is given by flags")
	}
	return nil
}

// given reports whether a flag was on the command line.
func given(fs *flag.FlagSet, name string) bool {
	found := false
	fs.Visit(func(f *flag.Flag) { found = found || f.Name == name })
	return found
}

func runSpec(_ context.Context, args []string, std streams) error {
	if err := parse(flag.NewFlagSet("spec", flag.ContinueOnError), args); err != nil {
		return err
	}
	_, err := std.out.Write(umbrella.OpenAPI())
	return err
}

func runVersion(_ context.Context, args []string, std streams) error {
	if err := parse(flag.NewFlagSet("version", flag.ContinueOnError), args); err != nil {
		return err
	}
	_, err := fmt.Fprintln(std.out, "umbrella", umbrella.Version)
	return err
}
