// Command umbrella works with QES signing sessions of the Umbrella API and serves a
// mock of it. "umbrella help" says how.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"
)

func main() {
	signal.Ignore(syscall.SIGPIPE) // printing then fails, and an error says what was done
	ends := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // as it is under nohup
		ends = append(ends, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), ends...)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	info, err := os.Stderr.Stat()
	terminal := err == nil && info.Mode()&os.ModeCharDevice != 0
	os.Exit(run(ctx, os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr, false, terminal, 2 * time.Second}))
}

// streams are the standard streams, or what a test puts in their place.
type streams struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	json           bool          // a program reads them
	terminal       bool          // a person reads stderr
	patience       time.Duration // how long that person waits without a word
}

// invocation is one use of the command.
type invocation struct {
	streams
	wrong misuse
	// A flag that does not exist was followed by a word, which may have been an
	// argument: one that is missing is no error.
	lost bool

	requestID string // of the session that it is about, if any
	answered  int    // the HTTP status, once an answer has come
	done      bool   // the service has done what it was asked for: to repeat it is not safe
}

// run is main without the process: it returns the exit code.
func run(ctx context.Context, args []string, std streams) int {
	inv := &invocation{streams: std}
	asked := false // for JSON, by a flag that could not be parsed
	for readable := append([]string{}, args...); ; {
		root := newRoot(inv) // a new one for each try: flags keep what they were set to
		root.SetArgs(readable)
		cmd, err := root.ExecuteContextC(ctx)
		var bad *unreadable
		if errors.As(err, &bad) {
			inv.wrong.add("%s", bad.text)
			at, n := bad.find(readable)
			asked = asked || bad.typed[0][0] == "--json" || n == 0 && slices.Contains(readable, "--json")
			if n > 0 {
				inv.lost = inv.lost || bad.unknown && n > 1
				readable = slices.Replace(readable, at, at+n, bad.instead...)
				continue
			}
			err = inv.wrong.err()
		}
		if err == nil {
			return exitOK
		}
		return report(std.stderr, cmd, inv.json || asked, inv.explain(ctx, err))
	}
}

// What waitFor waits for.
const (
	forAnswer = "the service; Ctrl-C ends it"
	forChange = "the service; after Ctrl-C nobody knows whether it was done"
)

// waitFor returns what work does, and tells a person what it waits for if that takes long.
func waitFor[T any](s streams, what string, work func() (T, error)) (T, error) {
	if s.terminal && !s.json {
		notice := time.AfterFunc(s.patience, func() {
			_, _ = fmt.Fprintf(s.stderr, "waiting for %s\n", what)
		})
		defer notice.Stop()
	}
	return work()
}
