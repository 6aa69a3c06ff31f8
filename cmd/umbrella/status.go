package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/api"
)

func newStatus(std streams) *cobra.Command {
	c := connection{std: std}
	cmd := &cobra.Command{
		Use: "status REQUEST_ID", Short: "Say whether a session's document is signed", Args: oneArgument("REQUEST_ID"),
		Long: "Say whether the document of a session is signed: exit code 0 if it is, else 4.\n--json prints all that the service knows of the session, personal data included.",
		RunE: func(cmd *cobra.Command, args []string) error {
			var wrong misuse
			client := c.client(&wrong)
			if err := wrong.err(); err != nil {
				return err
			}
			var v *api.Verification
			err := std.whileWaiting("the service", func() (err error) {
				v, err = client.GetVerification(cmd.Context(), args[0])
				return err
			})
			if err == nil {
				err = showVerification(std.out, args[0], v, c.json)
			}
			if err == nil && (v.IsVerified == nil || !*v.IsVerified) {
				err = &umbrella.NotSignedError{Verification: v}
			}
			if err != nil {
				return &sessionError{args[0], false, err}
			}
			return nil
		},
	}
	cmd.Flags().SortFlags = false
	c.define(cmd.Flags())
	return cmd
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
