package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/umbrella-api/umbrella-go/authprovider"
)

func newAuthCheck(inv *invocation) *cobra.Command {
	c := &connection{invocation: inv}
	check := func(string) {
		c.checkServer()
		c.checkCredentials()
		c.checkCall()
	}
	cmd := inv.command("check", "Exchange the credentials for a token, and nothing else", check, c.tryCredentials)
	cmd.Long = "Exchange the API key and the customer id for a token at POST /auth. No session is\nopened and nothing is billed. Of UMBRELLA_TOKEN only its own end can be checked."
	c.defineServer(cmd.Flags())
	return cmd
}

func (c *connection) tryCredentials(ctx context.Context, _ string) error {
	exchanged := c.credentials.token == ""
	end, said := expiry(c.credentials.token), "UMBRELLA_TOKEN is well-formed; whether the service takes it, only a call tells"
	if exchanged {
		token, err := c.exchange(ctx)
		if err != nil {
			return err
		}
		end, said = token.Expiry(), "the service has taken the credentials and given a token"
	}
	if !end.IsZero() {
		said += "; the token ends " + left(end)
	}
	return c.print(c.stdout, struct {
		Exchanged bool      `json:"exchanged"`
		ExpiresAt time.Time `json:"expiresAt,omitzero"`
	}{exchanged, end.UTC()}, "%s\n", said)
}

func (c *connection) exchange(ctx context.Context) (authprovider.Token, error) {
	source, err := authprovider.NewAPIKeySource(c.base, c.credentials.key, c.credentials.customer)
	if err != nil {
		return authprovider.Token{}, err
	}
	defer func() { _ = source.Close() }()
	if c.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.timeout)
		defer cancel()
	}
	return waitFor(c.streams, "the token; Ctrl-C ends it", func() (authprovider.Token, error) { return source.Token(ctx) })
}
