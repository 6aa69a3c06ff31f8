// Command service has customers sign contracts: one session for each, whatever crashes.
package main

import (
	"cmp"
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"flag"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/once"
	"github.com/umbrella-api/umbrella-go/umbrellatest"
	"github.com/umbrella-api/umbrella-go/webhook"
	_ "modernc.org/sqlite"
)

func main() {
	addr := flag.String("addr", "localhost:8080", "where to listen")
	public := flag.String("url", "", "where browsers and the API reach the service; with -mock http:// and -addr by default")
	folder := flag.String("data", "data", "where the database and the signed documents are")
	mock := flag.Bool("mock", false, "call a mock in this process, and start with an empty folder")
	flag.Parse()
	ctx, _ := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	ledgerSecret, hookSecret := os.Getenv("UMBRELLA_LEDGER_SECRET"), os.Getenv("SERVICE_WEBHOOK_SECRET")
	client, err := umbrella.NewFromEnv(umbrella.WithTimeout(20 * time.Second)) // less than sign has
	if *mock {
		*public, *folder = cmp.Or(*public, "http://"+*addr), filepath.Join(os.TempDir(), time.Now().Format("service-20060102-150405.000"))
		ledgerSecret, hookSecret = "the secret of a demonstration", "another one"
		mock, _ := umbrellatest.New() // fails with options only
		client, err = umbrella.New(httptest.NewServer(mock).URL, umbrella.WithAPIKey(mock.Credentials()))
	}
	if len(ledgerSecret) < 16 || hookSecret == "" {
		log.Fatal(errors.Join(err, errors.New("UMBRELLA_LEDGER_SECRET needs 16 bytes or more, and SERVICE_WEBHOOK_SECRET a value")))
	} else if err != nil {
		log.Fatal(err)
	} else if *public == "" {
		log.Fatal("-url: want the https URL at which browsers and the API reach this service")
	}
	s, err := newService(ctx, client, *public, *folder, ledgerSecret, hookSecret)
	if err != nil {
		log.Fatal(err)
	}
	server := &http.Server{Addr: *addr, Handler: s.handler, ReadTimeout: 15 * time.Second, WriteTimeout: 45 * time.Second}
	answered := make(chan struct{})
	context.AfterFunc(ctx, func() { _ = server.Shutdown(context.Background()); close(answered) })
	log.Printf("open %s/ in a browser", *public)
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		log.Fatal(err)
	}
	<-answered // sessions that are not signed yet are waited for again after the next start
}

//go:embed index.html
var index []byte

type service struct {
	handler        *http.ServeMux
	ctx            context.Context // of what goes on between requests
	client         *umbrella.Client
	ledger         *once.Ledger
	db             *sql.DB
	public, folder string
	wakes          sync.Map // from the id of a session that is waited for to a chan struct{}
}

// newService goes on waiting for what an earlier process did not see signed.
func newService(ctx context.Context, client *umbrella.Client, public, folder, ledgerSecret, hookSecret string) (*service, error) {
	db, dbErr := sql.Open("sqlite", "file:"+filepath.ToSlash(filepath.Join(folder, "service.db"))+"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	ledger, ledgerErr := once.New(db, []byte(ledgerSecret))
	s := &service{http.NewServeMux(), ctx, client, ledger, db, public, folder, sync.Map{}}
	receiver, receiverErr := webhook.NewReceiver(map[string][]string{"Authorization": {"Bearer " + hookSecret}}, s.event)
	if err := errors.Join(os.MkdirAll(folder, 0o700), dbErr, ledgerErr, receiverErr); err != nil {
		return nil, err
	}
	s.handler.Handle("POST /webhook", receiver)
	s.handler.HandleFunc("POST /contracts/{id}/sign", s.sign)
	s.handler.HandleFunc("GET /contracts/{id}", s.show)
	s.handler.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(index) })
	hook := api.ConfigureWebhookRequest{WebhookURL: public + "/webhook", Metadata: &api.WebhookMetadata{AuthHeader: map[string]string{"Authorization": "Bearer " + hookSecret}}}
	if _, err := client.ConfigureWebhook(ctx, hook); err != nil {
		log.Printf("without a webhook signatures are seen later: %v", err)
	}
	migrateErr := ledger.Migrate(ctx, once.SQLite)
	rows, err := db.QueryContext(ctx, `CREATE TABLE IF NOT EXISTS contracts (id TEXT PRIMARY KEY, request_id TEXT, state TEXT);
		SELECT id, request_id FROM contracts WHERE state = 'waiting'`)
	if err := errors.Join(migrateErr, err); err != nil {
		return nil, err
	}
	for rows.Next() && err == nil {
		var id, requestID string
		if err = rows.Scan(&id, &requestID); err == nil {
			s.wait(id, requestID)
		}
	}
	return s, errors.Join(err, rows.Err(), rows.Close())
}

// sign leads to the link of the contract's one session. It goes on when the customer hangs up: Shutdown waits for it.
func (s *service) sign(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), 25*time.Second)
	defer cancel()
	id := r.PathValue("id")
	link, err := s.ledger.CreateSessionLink(ctx, s.client, id, api.CreateSessionLinkRequest{
		Email: r.PostFormValue("email"), PhoneNumber: r.PostFormValue("phoneNumber"), DocURL: r.PostFormValue("docUrl"),
		RedirectURL: s.public + "/contracts/" + url.PathEscape(id),
	})
	var dbErr error
	if link != nil { // perhaps with an error: the session is there, but could not be recorded
		_, dbErr = s.db.ExecContext(ctx, `INSERT INTO contracts VALUES ($1, $2, 'waiting') ON CONFLICT DO NOTHING`, id, link.RequestID)
		err = errors.Join(err, dbErr)
	}
	switch {
	case link != nil && dbErr == nil: // nobody gets a link whose signature would go unnoticed
		s.wait(id, link.RequestID)
		http.Redirect(w, r, link.URL, http.StatusSeeOther)
	case once.CheckKey(id) != nil, errors.Is(err, umbrella.ErrInvalidRequest), errors.Is(err, umbrella.ErrUnprocessable):
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
	case errors.Is(err, once.ErrKeyReused), errors.Is(err, once.ErrUnknown), errors.Is(err, once.ErrLinkExpired): // docs/once.md says what to do
		http.Error(w, err.Error(), http.StatusConflict)
	default:
		http.Error(w, "no link for the moment: try again", http.StatusBadGateway)
	}
	if err != nil {
		log.Printf("contract %q: %v", id, err) // no error of the SDK shows personal data
	}
}

// show tells the state of a contract, and is the document once that is signed.
func (s *service) show(w http.ResponseWriter, r *http.Request) {
	var requestID, state string
	if s.db.QueryRowContext(r.Context(), `SELECT request_id, state FROM contracts WHERE id = $1`, r.PathValue("id")).Scan(&requestID, &state) != nil {
		http.NotFound(w, r)
	} else if state != "signed" {
		_, _ = w.Write([]byte(state + "\n"))
	} else {
		http.ServeFile(w, r, s.pdf(requestID))
	}
}

func (s *service) event(_ context.Context, e webhook.Event) error { // a hint that wakes up who waits for the session
	if wake, ok := s.wakes.Load(e.RequestID); ok {
		select {
		case wake.(chan struct{}) <- struct{}{}:
		default:
		}
	}
	return nil
}

// wait stores the document once it is signed. It ends with the process, and goes on in the next.
func (s *service) wait(id, requestID string) {
	wake := make(chan struct{}, 1)
	if _, waited := s.wakes.LoadOrStore(requestID, wake); waited {
		return
	}
	go func() {
		defer s.wakes.Delete(requestID)
		state := "signed"
		_, err := s.client.WaitForVerification(s.ctx, requestID, umbrella.WithWake(wake))
		if errors.Is(err, umbrella.ErrNotSigned) {
			state, err = "not signed", nil
		} else if err == nil {
			err = s.store(requestID)
		}
		if err == nil {
			_, err = s.db.ExecContext(s.ctx, `UPDATE contracts SET state = $1 WHERE id = $2`, state, id)
		}
		if err != nil && s.ctx.Err() == nil {
			log.Printf("contract %q, to be tried again: %v", id, err)
			time.AfterFunc(10*time.Second, func() { s.wait(id, requestID) })
		}
	}()
}

func (s *service) store(requestID string) error { // the whole document, or nothing
	file, err := os.OpenFile(s.pdf(requestID)+".part", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = s.client.DownloadSigned(s.ctx, requestID, file)
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), s.pdf(requestID))
}

func (s *service) pdf(id string) string { return filepath.Join(s.folder, url.PathEscape(id)+".pdf") }
