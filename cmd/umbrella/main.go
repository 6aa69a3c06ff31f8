// Command umbrella works with QES signing sessions of the Umbrella API and serves a
// mock of it. "umbrella help" says how.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	umbrella "github.com/umbrella-api/umbrella-go"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	info, err := os.Stderr.Stat()
	terminal := err == nil && info.Mode()&os.ModeCharDevice != 0
	os.Exit(run(ctx, os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr, terminal, 2 * time.Second}))
}

// streams are the standard streams, or what a test puts in their place.
type streams struct {
	in       io.Reader
	out, err io.Writer
	terminal bool          // a person reads err
	patience time.Duration // how long that person waits without a word
}

// waitFor returns what work does, and tells a person what it waits for if that takes long.
func waitFor[T any](s streams, what string, work func() (T, error)) (T, error) {
	if s.terminal {
		notice := time.AfterFunc(s.patience, func() {
			_, _ = fmt.Fprintf(s.err, "waiting for %s; Ctrl-C ends it\n", what)
		})
		defer notice.Stop()
	}
	return work()
}

// run is main without the process: it returns the exit code.
func run(ctx context.Context, args []string, std streams) int {
	root := newRoot(std)
	root.SetArgs(args)
	root.SetOut(std.out)
	root.SetErr(std.err)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitOK
	}
	return report(std.err, cmd, args, explain(ctx, err))
}

const about = `umbrella works with QES signing sessions of the Umbrella API.

Try it without credentials: umbrella link --mock

UMBRELLA_SERVER is production, sandbox or a base URL. Credentials come from the
environment only: UMBRELLA_API_KEY and UMBRELLA_CUSTOMER_ID, or UMBRELLA_TOKEN.`

const exitCodes = `
Exit codes:
  0  done
  1  failed; to repeat it is safe
  2  the command line, the request or the configuration is wrong; nothing was sent
  3  a session may exist, or what was asked for may have been done: do not simply repeat
  4  not signed, or not yet
  5  the credentials are missing, expired or refused
`

func newRoot(std streams) *cobra.Command {
	root := group("umbrella", "Work with QES signing sessions",
		newLink(std), newStatus(std), newDownload(std), newListen(std), newCall(std), newMock(std),
		group("auth", "Try the credentials", newAuthCheck(std)),
		command("spec", "Print the OpenAPI document of the API, byte for byte", noArguments, func(context.Context, []string) error {
			_, err := std.out.Write(umbrella.OpenAPI())
			return err
		}),
		command("version", "Print the version of this command and its module", noArguments, func(context.Context, []string) error {
			_, err := fmt.Fprintln(std.out, "umbrella", umbrella.Version)
			return err
		}))
	root.Long, root.SilenceErrors, root.SilenceUsage = about, true, true
	root.SetUsageTemplate(root.UsageTemplate() + exitCodes)
	root.SetFlagErrorFunc(flagError)
	root.SetHelpCommand(command("help [command]", "Say how a command is used", nil, func(_ context.Context, args []string) error {
		cmd, rest, err := root.Find(args)
		if err != nil || len(rest) > 0 {
			return unknownCommand(cmd, rest)
		}
		cmd.InitDefaultHelpFlag()
		return cmd.Help()
	}))
	return root
}

// command is a command without its flags.
func command(use, short string, args cobra.PositionalArgs, run func(ctx context.Context, args []string) error) *cobra.Command {
	cmd := &cobra.Command{Use: use, Short: short, Args: args, RunE: func(cmd *cobra.Command, args []string) error {
		return run(cmd.Context(), args)
	}}
	cmd.Flags().SortFlags = false
	return cmd
}

// group is a command that only has commands below it.
func group(name, short string, below ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{Use: name, Short: short, Args: cobra.ArbitraryArgs, RunE: func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return unknownCommand(cmd, args)
		}
		cmd.SetOut(cmd.ErrOrStderr())
		_ = cmd.Help()
		return usagef("which command?")
	}}
	cmd.AddCommand(below...)
	return cmd
}

// noArguments is for commands to which everything is given by flags.
func noArguments(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usagef("there is an argument that belongs to no flag: everything is given by flags")
	}
	return nil
}

// oneArgument is for commands that need one, called name in their help.
func oneArgument(name string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		switch {
		case len(args) > 1:
			return usagef("there is more than one argument: want %s alone", name)
		case len(args) == 0 || strings.Trim(args[0], ".") == "": // nor is it of dots alone, which have a meaning in a path
			return usagef("%s is missing", name)
		}
		return nil
	}
}
