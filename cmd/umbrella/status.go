package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/api"
)

func newStatus(inv *invocation) *cobra.Command {
	c := &connection{invocation: inv}
	cmd := inv.command("status REQUEST_ID", "Say whether a session's document is signed", func(string) { c.connect() }, c.status)
	cmd.Long = "Say whether the document of a session is signed: exit code 0 if it is, else 4.\n--json prints all that the service knows of the session, personal data included."
	c.define(cmd.Flags())
	return cmd
}

func (c *connection) status(ctx context.Context, requestID string) error {
	c.requestID = requestID
	v, err := waitFor(c.streams, forAnswer, func() (*api.Verification, error) { return c.client.GetVerification(ctx, requestID) })
	if err != nil {
		return err
	}
	if err := c.showVerification(v); err != nil {
		return err
	}
	if v.IsVerified == nil || !*v.IsVerified {
		return fmt.Errorf("%w, or not yet", umbrella.ErrNotSigned)
	}
	return nil
}

// showVerification prints what is known of a session: for people without personal data.
func (c *connection) showVerification(v *api.Verification) error {
	signed, status := "no", "unknown"
	if v.IsVerified != nil && *v.IsVerified {
		signed = "yes"
	}
	if v.Status != nil {
		status = *v.Status
	}
	return c.print(c.stdout, v, "Signed   %s\nStatus   %s\nRequest  %s\n", signed, plain(status), plain(c.requestID))
}
