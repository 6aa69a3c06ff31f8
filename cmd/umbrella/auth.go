package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/umbrella-api/umbrella-go/authprovider"
)

func newAuthCheck(std streams) *cobra.Command {
	c := connection{std: std}
	cmd := command("check", "Exchange the credentials for a token, and nothing else", noArguments, func(ctx context.Context, _ []string) error {
		return c.checkCredentials(ctx)
	})
	cmd.Long = "Exchange the API key and the customer id for a token at POST /auth. No session is\nopened and nothing is billed. Of UMBRELLA_TOKEN only its own end can be checked."
	c.defineServer(cmd.Flags())
	return cmd
}

func (c *connection) checkCredentials(ctx context.Context) error {
	var wrong misuse
	server, s := c.target(&wrong), readSecrets(&wrong)
	c.options(&wrong)
	if err := wrong.err(); err != nil {
		return err
	}
	end, said := expiry(s.token), "UMBRELLA_TOKEN is well-formed; whether the service takes it, only a call tells"
	if s.token == "" {
		token, err := c.exchange(ctx, server, s)
		if err != nil {
			return err
		}
		end, said = token.Expiry(), "the service has taken the credentials and given a token"
	}
	if c.json {
		result := map[string]any{"exchanged": s.token == ""}
		if !end.IsZero() {
			result["expiresAt"] = end.UTC()
		}
		return writeJSON(c.std.out, result)
	}
	if !end.IsZero() {
		said += "; the token ends " + left(end)
	}
	_, err := fmt.Fprintln(c.std.out, said)
	return err
}

func (c *connection) exchange(ctx context.Context, server string, s secrets) (authprovider.Token, error) {
	source, err := authprovider.NewAPIKeySource(server, s.key, s.customer)
	if err != nil {
		return authprovider.Token{}, err
	}
	defer func() { _ = source.Close() }()
	if c.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.timeout)
		defer cancel()
	}
	return waitFor(c.std, "the token", func() (authprovider.Token, error) { return source.Token(ctx) })
}
