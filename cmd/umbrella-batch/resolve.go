package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/once"
)

func newStatus(started *bool, o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "status --ledger links.db",
		Short: "Count the keys of a ledger, and list those that are unknown",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			*started = true
			return runStatus(cmd.Context(), o.ledger)
		},
	}
}

func runStatus(ctx context.Context, ledger string) error {
	s, err := openExisting(ledger)
	if err != nil {
		return err
	}
	defer s.db.Close()
	result := &report{counts: map[string]int{}}
	if err := s.each(ctx, func(key string, e entry) { result.add(key, e.outcome()) }, ""); err != nil {
		return err
	}
	return result.print(os.Stdout, ledger)
}

func newResolve(started *bool, o *options) *cobra.Command {
	var link api.SessionLink
	var notOpened bool
	cmd := &cobra.Command{
		Use:   "resolve --ledger links.db {--opened REQUEST_ID | --not-opened} -- KEY",
		Short: "Say what was found out about a key that is unknown",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			*started = true
			wrong := []error{once.CheckKey(args[0]), checkLedger(o.ledger)}
			found := once.Opened(link)
			if notOpened {
				found = once.NotOpened
			} else if link.RequestID == "" {
				wrong = append(wrong, errors.New("--opened is empty: it is the request id of the session"))
			}
			if err := errors.Join(wrong...); err != nil {
				return usagef("%w", err)
			}
			return runResolve(cmd.Context(), o.ledger, args[0], found)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&link.RequestID, "opened", "", "a session is open: its request id")
	flags.StringVar(&link.URL, "url", "", "the URL of its link; without it the link counts as expired")
	flags.TimeVar(&link.ExpiresAfter, "expires", time.Time{}, []string{time.RFC3339}, "when that link expires, as in 2026-01-31T12:00:00Z")
	flags.BoolVar(&notOpened, "not-opened", false, "there is surely no session: the next run sends the row")
	cmd.MarkFlagsOneRequired("opened", "not-opened")
	cmd.MarkFlagsMutuallyExclusive("opened", "not-opened")
	cmd.MarkFlagsMutuallyExclusive("url", "not-opened")
	cmd.MarkFlagsRequiredTogether("url", "expires")
	return cmd
}

func runResolve(ctx context.Context, ledger, key string, found once.Resolution) error {
	s, err := openExisting(ledger)
	if err != nil {
		return err
	}
	defer s.db.Close()
	if err := s.Resolve(ctx, key, found); errors.Is(err, once.ErrNotUnknown) {
		return usagef("%w; umbrella-batch status lists the keys that are", err)
	} else if err != nil {
		return err
	}
	fmt.Println("resolved; the next run goes on with it")
	return nil
}
