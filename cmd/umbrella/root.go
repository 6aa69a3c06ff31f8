package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	umbrella "github.com/umbrella-api/umbrella-go"
)

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
  5  the credentials are missing, malformed, expired or refused
`

func newRoot(inv *invocation) *cobra.Command {
	root := inv.group(&cobra.Command{Use: "umbrella", Long: about, Short: "Work with QES signing sessions", SilenceErrors: true, SilenceUsage: true})
	root.SetOut(inv.stdout)
	root.SetErr(inv.stderr)
	auth := inv.group(&cobra.Command{Use: "auth", Short: "Try the credentials"})
	auth.AddCommand(newAuthCheck(inv))
	spec := inv.command("spec", "Print the OpenAPI document of the API, byte for byte", nil, func(context.Context, string) error {
		_, err := inv.stdout.Write(umbrella.OpenAPI())
		return err
	})
	version := inv.command("version", "Print the version of this command and its module", nil, func(context.Context, string) error {
		_, err := fmt.Fprintln(inv.stdout, "umbrella", umbrella.Version)
		return err
	})
	root.AddCommand(newLink(inv), newStatus(inv), newDownload(inv), newListen(inv), newCall(inv), newMock(inv), auth, spec, version)
	root.SetUsageTemplate(root.UsageTemplate() + exitCodes)
	root.SetFlagErrorFunc(flagError)
	root.SetHelpCommand(&cobra.Command{Use: "help [command]", Short: "Say how a command is used", RunE: func(_ *cobra.Command, args []string) error {
		cmd, rest, _ := root.Find(args) // no error: words that name no command are the rest
		if len(rest) > 0 {
			inv.unknownCommand(cmd, rest)
		}
		if err := inv.wrong.err(); err != nil {
			return err
		}
		cmd.InitDefaultHelpFlag()
		return cmd.Help()
	}})
	inv.addCompletion(root)
	return root
}

// addCompletion adds cobra's command of that name, and has it refuse what it does not take.
func (inv *invocation) addCompletion(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	completion, _, _ := root.Find([]string{"completion"})
	inv.group(completion)
	for _, shell := range completion.Commands() {
		shell.Args = func(_ *cobra.Command, args []string) error {
			inv.argument("", args)
			return inv.wrong.err()
		}
	}
}

// command is a command without its flags. If its use has a second word, that is the
// argument that it needs. Once check has added to inv.wrong what is wrong, and nothing
// is, work does what the command is for.
func (inv *invocation) command(use, short string, check func(argument string), work func(ctx context.Context, argument string) error) *cobra.Command {
	cmd := &cobra.Command{Use: use, Short: short, Args: cobra.ArbitraryArgs}
	_, wanted, _ := strings.Cut(use, " ")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		argument := inv.argument(wanted, args)
		if check != nil {
			check(argument)
		}
		if err := inv.wrong.err(); err != nil {
			return err
		}
		return work(cmd.Context(), argument)
	}
	cmd.Flags().SortFlags = false
	return cmd
}

// argument is the one that a command needs, or "". A command whose wanted is "" needs none.
func (inv *invocation) argument(wanted string, args []string) string {
	switch {
	case wanted == "" && len(args) > 0:
		inv.wrong.add("%s is an argument, and this command takes none", shown(args[0]))
	case len(args) > 1:
		inv.wrong.add("there is more than one argument: want %s alone", wanted)
	case wanted == "" || len(args) == 0 && inv.lost:
	case len(args) == 0:
		inv.wrong.add("%s is missing", wanted)
	case strings.Trim(args[0], ".") == "": // dots have a meaning in a path
		inv.wrong.add("%q is no %s", args[0], wanted)
	}
	return strings.Join(args[:min(1, len(args))], "")
}

// group makes cmd one that does nothing by itself.
func (inv *invocation) group(cmd *cobra.Command) *cobra.Command {
	cmd.Args = cobra.ArbitraryArgs
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) > 0:
			inv.unknownCommand(cmd, args)
		case inv.wrong.err() == nil:
			inv.wrong.add("which command?")
			cmd.SetOut(inv.stderr)
			_ = cmd.Help()
		}
		return inv.wrong.err()
	}
	return cmd
}
