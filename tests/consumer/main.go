// Command consumer is what an importer of umbrella writes, and no more. The
// tests of this module measure what the import brings along.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/api"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	client, err := umbrella.New(os.Getenv("UMBRELLA_SERVER"),
		umbrella.WithAPIKey(os.Getenv("UMBRELLA_API_KEY"), os.Getenv("UMBRELLA_CUSTOMER_ID")))
	if err != nil {
		return err
	}
	link, err := client.CreateSessionLink(ctx, api.CreateSessionLinkRequest{
		Email:       "user@example.com",
		PhoneNumber: "+436769556026",
		RedirectURL: "https://example.com/onboarding/success",
		DocURL:      "https://cdn.example.com/pdf/contract.pdf",
		SignForms:   []api.SignForm{{FieldID: "Signature1", ActorID: "userToIdentify"}},
	})
	var apiError *umbrella.Error
	if errors.As(err, &apiError) && apiError.MaybeProcessed {
		return fmt.Errorf("check before trying again: %w", err)
	}
	if err != nil {
		return err
	}
	fmt.Println(link.URL, link.ExpiresAfter, link.RequestID)
	return nil
}
