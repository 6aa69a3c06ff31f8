package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
	"unicode"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/authprovider"
	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

func runLink(ctx context.Context, args []string, std streams) error {
	fs := flag.NewFlagSet("link", flag.ContinueOnError)
	var in input
	in.define(fs)
	server := fs.String("server", "", "")
	useMock := fs.Bool("mock", false, "")
	asJSON := fs.Bool("json", false, "")
	if err := parse(fs, args); err != nil {
		return err
	}
	if *useMock && *server != "" {
		return usagef("--mock and --server exclude each other: keep one")
	}
	req, err := in.request(fs, *useMock, std.in)
	if err != nil {
		return err
	}
	var client *umbrella.Client
	stop := func() {}
	if *useMock {
		client, stop, err = fromMock(std)
	} else {
		client, err = fromEnvironment(*server)
	}
	if err != nil {
		return err
	}
	defer stop()
	link, err := client.CreateSessionLink(ctx, req)
	if err != nil {
		return explain(ctx, err)
	}
	if err := show(std, link, *asJSON); err != nil {
		return fmt.Errorf("a session was opened, but printing its link failed: %w", err)
	}
	return nil
}

// explain adds what only the command knows to an error that is otherwise good
// enough for a person.
func explain(ctx context.Context, err error) error {
	sentence := strings.TrimPrefix(err.Error(), "umbrella: ")
	var failure *umbrella.Error
	var token *authprovider.Error
	switch {
	case ctx.Err() != nil:
		sentence = "interrupted: " + sentence
	case errors.As(err, &failure) && failure.StatusCode == 0 && (!errors.As(err, &token) || token.StatusCode == 0):
		sentence += "; check the network, and the server in --server or UMBRELLA_SERVER"
	}
	return errors.New(sentence)
}

// fromEnvironment leaves reading the environment to NewFromEnv alone, which names
// all that is missing: --server replaces the variable, in this process only.
func fromEnvironment(server string) (*umbrella.Client, error) {
	if server != "" {
		if err := os.Setenv("UMBRELLA_SERVER", server); err != nil {
			return nil, usagef("--server: %w", err)
		}
	}
	client, err := umbrella.NewFromEnv()
	if err != nil {
		return nil, usagef("%s (--server overrides UMBRELLA_SERVER, and --mock needs no configuration)", strings.TrimPrefix(err.Error(), "umbrella: "))
	}
	return client, nil
}

func fromMock(std streams) (*umbrella.Client, func(), error) {
	mock, err := umbrellatest.New()
	if err != nil {
		return nil, nil, err
	}
	s, err := listen("127.0.0.1:0", false)
	if err != nil {
		return nil, nil, err
	}
	s.serve(mock)
	_, _ = fmt.Fprintf(std.err, "using an in-process mock server at %s; no real session is created\n", s.url)
	client, err := umbrella.New(s.url, umbrella.WithAPIKey(mock.Credentials()))
	return client, s.stop, err
}

func show(std streams, link *api.SessionLink, asJSON bool) error {
	if asJSON {
		encoder := json.NewEncoder(std.out)
		encoder.SetEscapeHTML(false)
		return encoder.Encode(link)
	}
	expiry := link.ExpiresAfter.Local().Format("Mon, 02 Jan 2006 15:04:05 MST")
	left := "already past"
	if d := time.Until(link.ExpiresAfter).Round(time.Second); d > 0 {
		left = "in " + d.String()
	}
	_, err := fmt.Fprintf(std.out, "URL      %s\nExpires  %s (%s)\nRequest  %s\n", plain(link.URL), expiry, left, plain(link.RequestID))
	return err
}

// plain keeps a server from steering the terminal.
func plain(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) >= 0 {
		return strconv.Quote(s)
	}
	return s
}
