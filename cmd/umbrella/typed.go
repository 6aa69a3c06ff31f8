package main

import (
	"slices"
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
	if len(names) == 0 {
		inv.wrong.add("%s has no command %s", cmd.Name(), shown(args[0]))
		return
	}
	inv.wrong.add("there is no command %s; commands: %s", named(args[0], names), strings.Join(names, ", "))
}

// unreadable is a flag that pflag cannot read. pflag stops there, so the command line
// is read again without it, until all such flags are known.
type unreadable struct {
	text    string
	typed   [][]string // the ways in which it may stand on the command line
	unknown bool       // typed has its name alone: a value may follow
	instead []string   // what to read in its place
}

func (u *unreadable) Error() string { return u.text }

// find is where in args the flag is, and how many of them are its own: 0 if it is not there.
func (u *unreadable) find(args []string) (at, n int) {
	for at := range args {
		rest := args[at:]
		for _, words := range u.typed {
			n := len(words)
			switch {
			case u.unknown && strings.HasPrefix(rest[0], words[0]+"="):
				return at, 1
			case len(rest) < n || !slices.Equal(rest[:n], words):
			case u.unknown && len(rest) > n && !strings.HasPrefix(rest[n], "-"):
				return at, n + 1
			default:
				return at, n
			}
		}
	}
	return 0, 0
}

// wantedOf says what a flag of a type takes.
var wantedOf = map[string]string{
	"bool": "true or false", "duration": "a duration such as 30s or 2m", "int": "a whole number", "uint64": "a whole number from 0",
}

// flagError puts what pflag says into words that name the flag as it is written.
func flagError(cmd *cobra.Command, err error) error {
	switch err := err.(type) {
	case *pflag.NotExistError:
		return unknownFlag(cmd, err)
	case *pflag.InvalidValueError:
		flag, value := err.GetFlag(), err.GetValue()
		name := "--" + flag.Name
		bad := &unreadable{
			text:  name + " " + shown(value) + ": want " + wantedOf[flag.Value.Type()],
			typed: [][]string{{name, value}, {name + "=" + value}, {"-" + flag.Shorthand + "=" + value}},
		}
		if flag.Value.Type() == "bool" { // a switch that somebody touched
			bad.instead = []string{name}
		}
		return bad
	case *pflag.ValueRequiredError:
		name := "--" + err.GetSpecifiedName()
		if len(err.GetSpecifiedName()) == 1 {
			name = "-" + err.GetSpecifiedName()
		}
		return &unreadable{text: name + " needs a value", typed: [][]string{{name}}}
	case *pflag.InvalidSyntaxError:
		return &unreadable{text: "a flag is not written as --name or --name=value", typed: [][]string{{err.GetSpecifiedFlag()}}}
	}
	return err
}

func unknownFlag(cmd *cobra.Command, err *pflag.NotExistError) error {
	name, typed := err.GetSpecifiedName(), "--"+err.GetSpecifiedName()
	if letters := err.GetSpecifiedShortnames(); letters != "" {
		name, _, _ = strings.Cut(letters, "=")
		typed = "-" + name
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
	text := "there is no flag …"
	if hint := suggest("--"+name, names); hint != "" || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz-") == "" {
		text = "there is no flag " + typed + hint
	}
	if cmd.HasSubCommands() {
		text += " here: flags come after the command"
	}
	return &unreadable{text: text, typed: [][]string{{typed}}, unknown: true}
}
