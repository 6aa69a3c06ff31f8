package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/api"
)

func newStatus(std streams) *cobra.Command {
	c := connection{std: std}
	cmd := command("status REQUEST_ID", "Say whether a session's document is signed", oneArgument("REQUEST_ID"), func(ctx context.Context, args []string) error {
		if err := c.status(ctx, args[0]); err != nil {
			return outcome{args[0], false, err}
		}
		return nil
	})
	cmd.Long = "Say whether the document of a session is signed: exit code 0 if it is, else 4.\n--json prints all that the service knows of the session, personal data included."
	c.define(cmd.Flags())
	return cmd
}

func (c *connection) status(ctx context.Context, requestID string) error {
	var wrong misuse
	client := c.client(&wrong)
	if err := wrong.err(); err != nil {
		return err
	}
	v, err := waitFor(c.std, "the service", func() (*api.Verification, error) { return client.GetVerification(ctx, requestID) })
	if err != nil {
		return err
	}
	if err := showVerification(c.std.out, requestID, v, c.json); err != nil {
		return err
	}
	if v.IsVerified == nil || !*v.IsVerified {
		return fmt.Errorf("%w, or not yet", umbrella.ErrNotSigned)
	}
	return nil
}

// showVerification prints what is known of a session: for people without personal data.
func showVerification(out io.Writer, requestID string, v *api.Verification, asJSON bool) error {
	if asJSON {
		return writeJSON(out, v)
	}
	signed, status := "no", "unknown"
	if v.IsVerified != nil && *v.IsVerified {
		signed = "yes"
	}
	if v.Status != nil {
		status = *v.Status
	}
	_, err := fmt.Fprintf(out, "Signed   %s\nStatus   %s\nRequest  %s\n", signed, plain(status), plain(requestID))
	return err
}
