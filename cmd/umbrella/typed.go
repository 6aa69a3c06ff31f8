package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// suggest returns what a person may have meant, as " (did you mean …?)". Cobra
// compares names for its commands alone, so all names are made commands.
func suggest(typed string, names []string) string {
	known := &cobra.Command{SuggestionsMinimumDistance: 2}
	for _, name := range names {
		known.AddCommand(&cobra.Command{Use: name, Run: func(*cobra.Command, []string) {}})
	}
	found := known.SuggestionsFor(typed)
	if typed == "" || len(found) == 0 {
		return ""
	}
	return " (did you mean " + strings.Join(found, " or ") + "?)"
}

// shown repeats what was typed if it is a short word, and so neither a secret nor
// personal data that went astray.
func shown(typed string) string {
	const most = 12
	if len(typed) > most || strings.Trim(strings.ToLower(typed), "abcdefghijklmnopqrstuvwxyz0123456789-_.") != "" {
		return "…"
	}
	return typed
}

func unknownCommand(cmd *cobra.Command, args []string) error {
	var names []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	typed := ""
	if len(args) > 0 {
		typed = args[0]
	}
	return usagef("there is no command %s%s; commands: %s", shown(typed), suggest(typed, names), strings.Join(names, ", "))
}

// wanted says what a flag of a type takes.
var wanted = map[string]string{
	"bool": "true or false", "duration": "a duration such as 30s or 2m", "int": "a whole number", "uint64": "a whole number from 0",
}

// flagError puts what pflag says into words that name the flag as it is written.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var value *pflag.InvalidValueError
	var missing *pflag.ValueRequiredError
	switch {
	case errors.As(err, &unknown):
		name := unknown.GetSpecifiedName()
		if unknown.GetSpecifiedShortnames() != "" {
			return usagef("there is no flag -%s; flags begin with two hyphens", shown(name))
		}
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
		return usagef("there is no flag --%s%s", shown(name), suggest("--"+name, names))
	case errors.As(err, &value):
		return usagef("--%s %s: want %s", value.GetFlag().Name, shown(value.GetValue()), wanted[value.GetFlag().Value.Type()])
	case errors.As(err, &missing):
		return usagef("--%s needs a value", missing.GetSpecifiedName())
	}
	return usagef("a flag is not written as --name or --name=value")
}
