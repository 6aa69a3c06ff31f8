// Command umbrella-batch opens a signing session for each row of a CSV file, once for
// each key, whatever is killed and repeated on the way: docs/once.md has the details.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
)

// Exit codes.
const (
	exitFailed      = 1
	exitUsage       = 2
	exitUnknown     = 3
	exitCredentials = 5
)

// exit is an error with its exit code; all others have exitFailed.
type exit struct {
	code int
	error
}

func usagef(format string, args ...any) error { return exit{exitUsage, fmt.Errorf(format, args...)} }

func main() {
	// In a pipe to tee, Ctrl-C ends tee too: a line that nobody reads must not end this
	// process before what it has sent is recorded.
	signal.Ignore(syscall.SIGPIPE)
	ends := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // as it is under nohup
		ends = append(ends, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), ends...)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	started := false
	cmd, err := newCommand(&started).ExecuteContextC(ctx)
	if err == nil {
		return
	}
	end := exit{exitFailed, err}
	if !errors.As(err, &end) && !started {
		end.code = exitUsage // as cobra says
	}
	text := plain(err)
	if end.code == exitUsage {
		text += "\n"
		if !cmd.HasParent() { // the other commands never send anything
			text += "nothing was sent; "
		}
		text += cmd.CommandPath() + " --help says more"
	}
	for line := range strings.Lines(text) {
		_, _ = fmt.Fprintf(os.Stderr, "umbrella-batch: %s\n", strings.TrimSpace(line))
	}
	os.Exit(end.code)
}

// newCommand sets started once the command line is right.
func newCommand(started *bool) *cobra.Command {
	var o options
	root := &cobra.Command{
		Use:           "umbrella-batch --in customers.csv --ledger links.db [--out links.csv]",
		Long:          long,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			*started = true
			return runBatch(cmd.Context(), &o)
		},
	}
	root.CompletionOptions.DisableDefaultCmd = true
	root.PersistentFlags().StringVar(&o.ledger, "ledger", "", "the file of the ledger (SQLite), or a postgres:// URL for several machines")
	o.define(root.Flags())
	root.AddCommand(newStatus(started, &o), newResolve(started, &o))
	return root
}

const long = `umbrella-batch opens a signing session for each row of a CSV file, once for each
key. The same command resumes after any end, kill -9 too.

Columns are named as the properties of the request: email, phoneNumber, redirectUrl,
docUrl; sign.FIELD is who signs a signature field of the PDF, fill.FIELD the text of
a text field. All rows are judged before the first is sent.

The environment has the server and the credentials: UMBRELLA_SERVER (production,
sandbox or a URL), UMBRELLA_API_KEY and UMBRELLA_CUSTOMER_ID, or UMBRELLA_TOKEN; and
UMBRELLA_LEDGER_SECRET, at least 16 bytes. Without it, the secret of an SQLite ledger
is made once, into a file beside it.

Exit codes: 0 done, 1 failed or interrupted and safe to repeat, 2 usage or a wrong
file and nothing was sent, 3 some rows are unknown or in conflict with the ledger,
5 the credentials were refused.`
