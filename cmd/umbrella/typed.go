package main

import (
	"strings"

	"github.com/spf13/cobra"
)

// suggest returns what a person may have meant, as " (did you mean …?)". Cobra
// compares names for its commands alone, so all names are made commands.
func suggest(typed string, names []string) string {
	known := &cobra.Command{SuggestionsMinimumDistance: 2}
	for _, name := range names {
		known.AddCommand(&cobra.Command{Use: name, Run: func(*cobra.Command, []string) {}})
	}
	found := known.SuggestionsFor(typed)
	if strings.Trim(typed, "-") == "" || len(found) == 0 {
		return ""
	}
	return " (did you mean " + strings.Join(found, " or ") + "?)"
}

// named repeats a name that is none of names, with what was meant. What is close to
// one of them is no secret.
func named(typed string, names []string) string {
	if hint := suggest(typed, names); hint != "" {
		return typed + hint
	}
	return shown(typed)
}

// shown repeats what was typed if it is a short word, and so neither a secret nor
// personal data that went astray.
func shown(typed string) string {
	const most = 16
	if len(typed) > most || strings.Trim(strings.ToLower(typed), "abcdefghijklmnopqrstuvwxyz0123456789-_.") != "" {
		return "…"
	}
	return typed
}

// unknownCommand is for args that name no command below cmd.
func (inv *invocation) unknownCommand(cmd *cobra.Command, args []string) {
	var names []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	if len(args) == 0 || len(names) == 0 {
		inv.wrong.add("there is no such command")
		return
	}
	inv.wrong.add("there is no command %s; commands: %s", named(args[0], names), strings.Join(names, ", "))
}
