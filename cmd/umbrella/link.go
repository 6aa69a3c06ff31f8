package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

const linkExample = `  umbrella link --mock
  umbrella link --server sandbox --email a@example.com --phone +436508021530 \
      --redirect-url https://example.com/done --doc-url https://example.com/doc.pdf
  umbrella link --server sandbox --file request.json --wait --json`

// link is what umbrella link is told.
type link struct {
	connection
	flags      *pflag.FlagSet
	file       string
	mock, wait bool
	unread     bool // there is no reading the file

	request api.CreateSessionLinkRequest
}

func newLink(inv *invocation) *cobra.Command {
	l := &link{connection: connection{invocation: inv}}
	cmd := inv.command("link", "Create a session and print the link where it is signed", l.check, l.run)
	cmd.Long = "Create a session and print its URL, expiry and request id. Each call to a real\nserver opens a session that the API may bill."
	cmd.Example = linkExample
	l.flags = cmd.Flags()
	l.defineFields()
	l.flags.BoolVar(&l.wait, "wait", false, "wait until the document is signed, at most as long as the link lives")
	l.flags.BoolVar(&l.mock, "mock", false, "call a mock inside this process: no credentials needed, no real session;\nwithout --file, fields that no flag gives have the values of the document's example")
	l.define(l.flags)
	return cmd
}

func (l *link) check(string) {
	l.readRequest()
	if !l.mock {
		l.connect()
		return
	}
	l.checkCall()
	l.wrong.unless(l.server == "", "--mock and --server exclude each other: keep one")
}

func (l *link) run(ctx context.Context, _ string) error {
	if l.mock {
		stop, err := l.startMock()
		if err != nil {
			return err
		}
		defer stop()
	}
	session, err := waitFor(l.streams, forChange, func() (*api.SessionLink, error) { return l.client.CreateSessionLink(ctx, l.request) })
	if err != nil {
		return err
	}
	l.requestID, l.done = session.RequestID, !l.mock
	if err := l.show(session); err != nil {
		return fmt.Errorf("a session was opened, but printing its link failed: %w", err)
	}
	if l.wait {
		return l.await(ctx, session)
	}
	return nil
}

// startMock makes l.client one of a mock in this process, which stop ends.
func (l *link) startMock() (stop func(), err error) {
	mock, err := umbrellatest.New()
	if err != nil {
		return nil, err
	}
	s, err := newLocalServer("127.0.0.1:0", l.records(), false)
	if err != nil {
		return nil, err
	}
	s.serve(mock)
	_ = l.print(l.stderr, map[string]string{"mock": s.url}, "using an in-process mock server at %s; no real session is created\n", s.url)
	l.client, err = umbrella.New(s.url, append(l.options(), umbrella.WithAPIKey(mock.Credentials()))...)
	return func() { s.stop(); mock.Close() }, err
}

// await waits until the document is signed, and prints that.
func (l *link) await(ctx context.Context, session *api.SessionLink) error {
	limited, cancel := context.WithDeadline(ctx, session.ExpiresAfter)
	defer cancel()
	var opts []umbrella.WaitOption
	if l.mock { // somebody sits in front of it
		opts = append(opts, umbrella.WithPollInterval(200*time.Millisecond, 400*time.Millisecond))
	}
	v, err := waitFor(l.streams, "the signature; Ctrl-C ends it", func() (*api.Verification, error) {
		return l.client.WaitForVerification(limited, session.RequestID, opts...)
	})
	switch {
	case err != nil && limited.Err() != nil && ctx.Err() == nil:
		return fmt.Errorf("the link has expired: %w", &umbrella.NotSignedError{})
	case err != nil:
		return err
	}
	return l.showVerification(v)
}

func (l *link) show(session *api.SessionLink) error {
	expiry := session.ExpiresAfter.Local().Format("Mon, 02 Jan 2006 15:04:05 MST")
	return l.print(l.stdout, session, "URL      %s\nExpires  %s (%s)\nRequest  %s\n",
		plain(session.URL), expiry, left(session.ExpiresAfter), plain(session.RequestID))
}

// left is how long it is until t, for people.
func left(t time.Time) string {
	if d := time.Until(t).Round(time.Second); d > 0 {
		return "in " + d.String()
	}
	return "already past"
}

// plain keeps a server from steering the terminal.
func plain(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) >= 0 {
		return strconv.Quote(s)
	}
	return s
}
