package once_test

import (
	"context"
	"database/sql"
	"fmt"
	"log"
	"net/http/httptest"
	"os"
	"path/filepath"

	_ "modernc.org/sqlite"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/once"
	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

// A service with an SQLite database that is asked twice for the same contract, the
// second time after a restart.
func Example() {
	mock, err := umbrellatest.New()
	if err != nil {
		log.Fatal(err)
	}
	defer mock.Close()
	server := httptest.NewServer(mock) // in your program: umbrella.Sandbox
	defer server.Close()
	client, err := umbrella.New(server.URL, umbrella.WithAPIKey(mock.Credentials()))
	if err != nil {
		log.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "once-example")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()

	ask := func() string {
		db, err := sql.Open("sqlite", "file:"+filepath.ToSlash(filepath.Join(dir, "ledger.db"))+
			"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
		if err != nil {
			log.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		ledger, err := once.New(db, []byte("a secret of at least 16 bytes"))
		if err != nil {
			log.Fatal(err)
		}
		ctx := context.Background()
		if err := ledger.Migrate(ctx, once.SQLite); err != nil {
			log.Fatal(err)
		}
		link, err := ledger.CreateSessionLink(ctx, client, "contract-4711", api.CreateSessionLinkRequest{
			Email:       "user@example.com",
			PhoneNumber: "+436769556026",
			RedirectURL: "https://example.com/signed?key=contract-4711",
			DocURL:      "https://example.com/contract-4711.pdf",
		})
		if err != nil {
			log.Fatal(err) // errors.Is(err, once.ErrUnknown): a person has to find out
		}
		return link.RequestID
	}
	fmt.Println(ask() == ask(), "sessions:", len(mock.Sessions()))
	// Output: true sessions: 1
}
