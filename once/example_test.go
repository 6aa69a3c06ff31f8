package once_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log"
	"os"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/once"
)

// A service with a PostgreSQL database, whose main package imports
// github.com/jackc/pgx/v5/stdlib.
func Example() {
	ctx := context.Background()
	client, err := umbrella.NewFromEnv()
	if err != nil {
		log.Fatal(err)
	}
	db, err := sql.Open("pgx", os.Getenv("DATABASE_URL"))
	if err != nil {
		log.Fatal(err)
	}
	ledger, err := once.New(db, []byte(os.Getenv("UMBRELLA_LEDGER_SECRET")))
	if err != nil {
		log.Fatal(err)
	}
	if err := ledger.Migrate(ctx, once.PostgreSQL); err != nil {
		log.Fatal(err)
	}

	// In a handler, a job or a message's consumer, as often as it takes.
	link, err := ledger.CreateSessionLink(ctx, client, "contract-4711", api.CreateSessionLinkRequest{
		Email:       "user@example.com",
		PhoneNumber: "+436769556026",
		RedirectURL: "https://example.com/signed?key=contract-4711",
		DocURL:      "https://example.com/contract-4711.pdf",
	})
	var unrecorded *once.UnrecordedError
	switch {
	case errors.As(err, &unrecorded):
		log.Printf("session %s: %v", unrecorded.Link.RequestID, err) // to be resolved
	case errors.Is(err, once.ErrUnknown):
		log.Fatal("a person has to find out: ", err)
	case err != nil:
		log.Fatal(err)
	}
	if link != nil {
		fmt.Println(link.URL)
	}
}

// What a person does about keys that are unknown.
func ExampleLedger_Resolve() {
	var ledger *once.Ledger // as above
	ctx := context.Background()
	for unknown, err := range ledger.Unknown(ctx) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(unknown.Key, unknown.Since)
	}
	// A webhook, the customer or the vendor's support knows of this session.
	if err := ledger.Resolve(ctx, "contract-4711", once.Opened(api.SessionLink{RequestID: "123e4567-e89b-12d3-a456-426614174000"})); err != nil {
		log.Fatal(err)
	}
	// The vendor's support knows of none.
	if err := ledger.Resolve(ctx, "contract-4712", once.NotOpened); err != nil {
		log.Fatal(err)
	}
}
