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
	fields
	mock, wait bool
}

func newLink(std streams) *cobra.Command {
	l := &link{connection: connection{std: std}}
	cmd := command("link", "Create a session and print the link where it is signed", noArguments, nil)
	cmd.Long = "Create a session and print its URL, expiry and request id. Each call to a real\nserver opens a session that the API may bill."
	cmd.Example = linkExample
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return l.run(cmd.Context(), cmd.Flags()) }
	fs := cmd.Flags()
	l.fields.define(fs)
	fs.BoolVar(&l.wait, "wait", false, "wait until the document is signed, at most as long as the link lives")
	fs.BoolVar(&l.mock, "mock", false, "call a mock inside this process: no credentials needed, no real session;\nwithout --file, fields that no flag gives have the values of the document's example")
	l.connection.define(fs)
	return cmd
}

func (l *link) run(ctx context.Context, fs *pflag.FlagSet) error {
	var wrong misuse
	wrong.unless(!l.mock || l.server == "", "--mock and --server exclude each other: keep one")
	req, err := l.request(fs, l.mock, l.std.in, &wrong)
	if err != nil {
		return err
	}
	client, stop, err := l.connect(&wrong)
	if err == nil {
		err = wrong.err()
	}
	if err != nil {
		return err
	}
	defer stop()
	session, err := waitFor(l.std, "the service", func() (*api.SessionLink, error) { return client.CreateSessionLink(ctx, req) })
	if err != nil {
		return err
	}
	if err := l.show(session); err != nil {
		return outcome{session.RequestID, true, fmt.Errorf("a session was opened, but printing its link failed: %w", err)}
	}
	if !l.wait {
		return nil
	}
	if err := l.await(ctx, client, session); err != nil {
		return outcome{session.RequestID, true, err}
	}
	return nil
}

// connect makes the client for a real server or for the mock, and what ends that.
func (l *link) connect(wrong *misuse) (client *umbrella.Client, stop func(), err error) {
	if !l.mock {
		return l.client(wrong), func() {}, nil
	}
	opts := l.options(wrong)
	if wrong.err() != nil {
		return nil, nil, nil
	}
	mock, err := umbrellatest.New()
	if err != nil {
		return nil, nil, err
	}
	s, err := newServer("127.0.0.1:0", false)
	if err != nil {
		return nil, nil, err
	}
	s.serve(mock)
	_, _ = fmt.Fprintf(l.std.err, "using an in-process mock server at %s; no real session is created\n", s.url)
	client, err = umbrella.New(s.url, append(opts, umbrella.WithAPIKey(mock.Credentials()))...)
	return client, func() { s.stop(); mock.Close() }, err
}

// await waits until the document is signed, and prints that.
func (l *link) await(ctx context.Context, client *umbrella.Client, session *api.SessionLink) error {
	limited, cancel := context.WithDeadline(ctx, session.ExpiresAfter)
	defer cancel()
	var opts []umbrella.WaitOption
	if l.mock { // somebody sits in front of it
		opts = append(opts, umbrella.WithPollInterval(200*time.Millisecond, 400*time.Millisecond))
	}
	v, err := waitFor(l.std, "the signature", func() (*api.Verification, error) {
		return client.WaitForVerification(limited, session.RequestID, opts...)
	})
	if err != nil && limited.Err() != nil && ctx.Err() == nil {
		return fmt.Errorf("the link has expired: %w", &umbrella.NotSignedError{})
	} else if err != nil {
		return err
	}
	return showVerification(l.std.out, session.RequestID, v, l.json)
}

func (l *link) show(session *api.SessionLink) error {
	if l.json {
		return writeJSON(l.std.out, session)
	}
	expiry := session.ExpiresAfter.Local().Format("Mon, 02 Jan 2006 15:04:05 MST")
	_, err := fmt.Fprintf(l.std.out, "URL      %s\nExpires  %s (%s)\nRequest  %s\n",
		plain(session.URL), expiry, left(session.ExpiresAfter), plain(session.RequestID))
	return err
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
