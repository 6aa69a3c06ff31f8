// Command worker is a replica of a service that dies: it opens links for numbered
// keys until it is killed, and prints what became of each.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/once"
)

var (
	driverName = flag.String("driver", "", "sqlite or pgx")
	dsn        = flag.String("dsn", "", "of the ledger")
	server     = flag.String("server", "", "of the API")
	apiKey     = flag.String("key", "", "API key")
	customer   = flag.String("customer", "", "customer id")
	secret     = flag.String("secret", "", "of the ledger")
	lease      = flag.Duration("lease", 0, "of the ledger")
	from       = flag.Int64("from", 0, "first key")
	count      = flag.Int64("count", 1<<40, "how many keys")
	patience   = flag.Duration("patience", time.Minute, "for one key")
	stop       = flag.String("stop", "", "stop (SIGSTOP) before it will send, or record")
)

// request is that of a key, which redirectUrl gives back.
func request(key string) api.CreateSessionLinkRequest {
	return api.CreateSessionLinkRequest{
		Email: "user@example.com", PhoneNumber: "+436769556026",
		RedirectURL: "https://example.com/done?key=" + key, DocURL: "https://example.com/contract.pdf",
		SignForms: []api.SignForm{{FieldID: "Signature1", ActorID: "userToIdentify"}},
	}
}

func main() {
	flag.Parse()
	client, err := umbrella.New(*server, umbrella.WithAPIKey(*apiKey, *customer), umbrella.WithRetry(umbrella.RetryPolicy{MaxAttempts: 1}))
	if err != nil {
		log.Fatal(err)
	}
	db, err := open()
	if err != nil {
		log.Fatal(err)
	}
	db.SetMaxOpenConns(4)
	ledger, err := once.New(db, []byte(*secret), once.WithLease(*lease))
	if err != nil {
		log.Fatal(err)
	}
	var editors []api.RequestEditorFn
	if *stop == "send" {
		editors = append(editors, func(context.Context, *http.Request) error { return halt() })
	}
	var done atomic.Int64
	var workers sync.WaitGroup
	for range 4 {
		workers.Go(func() {
			for n := done.Add(1); n <= *count; n = done.Add(1) {
				work(ledger, client, fmt.Sprintf("k%d", *from+n-1), editors)
			}
		})
	}
	workers.Wait()
}

func work(ledger *once.Ledger, client *umbrella.Client, key string, editors []api.RequestEditorFn) {
	ctx, cancel := context.WithTimeout(context.Background(), *patience)
	defer cancel()
	link, err := ledger.CreateSessionLink(ctx, client, key, request(key), editors...)
	var unrecorded *once.UnrecordedError
	switch {
	case errors.As(err, &unrecorded) && link == nil:
		fmt.Printf("extra %s %s\n", key, unrecorded.Link.RequestID)
	case link != nil:
		fmt.Printf("link %s %s %s %d\n", key, link.RequestID, link.URL, link.ExpiresAfter.UnixMilli())
	default:
		fmt.Printf("error %s %s\n", key, err)
	}
}
