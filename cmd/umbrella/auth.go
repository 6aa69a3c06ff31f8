package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/umbrella-api/umbrella-go/authprovider"
)

func newAuthCheck(std streams) *cobra.Command {
	c := connection{std: std}
	cmd := &cobra.Command{
		Use: "check", Short: "Exchange the credentials for a token, and nothing else", Args: noArguments,
		Long: "Exchange the API key and the customer id for a token at POST /auth. No session is\nopened and nothing is billed. Of UMBRELLA_TOKEN only its own end can be checked.",
		RunE: func(cmd *cobra.Command, _ []string) error { return c.checkCredentials(cmd.Context()) },
	}
	fs := cmd.Flags()
	fs.SortFlags = false
	fs.StringVar(&c.server, "server", "", serverUsage)
	fs.DurationVar(&c.timeout, "timeout", time.Minute, "limit of the exchange, 0 for none")
	c.defineJSON(fs)
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
		source, err := authprovider.NewAPIKeySource(server, s.key, s.customer)
		if err != nil {
			return usagef("%s", err)
		}
		defer func() { _ = source.Close() }()
		if c.timeout > 0 {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, c.timeout)
			defer cancel()
		}
		var token authprovider.Token
		err = c.std.whileWaiting("the token", func() (err error) {
			token, err = source.Token(ctx)
			return err
		})
		if err != nil {
			return err
		}
		end, said = token.Expiry(), "the service has taken the credentials and given a token"
	}
	if c.json {
		return writeJSON(c.std.out, struct {
			Exchanged bool      `json:"exchanged"`
			ExpiresAt time.Time `json:"expiresAt,omitzero"`
		}{s.token == "", end.UTC()})
	}
	if !end.IsZero() {
		said += "; the token ends " + left(end)
	}
	_, err := fmt.Fprintln(c.std.out, said)
	return err
}
