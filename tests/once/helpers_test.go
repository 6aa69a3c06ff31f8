package once_test

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/once"
	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

const (
	secret   = "0123456789abcdef"
	sqliteDB = "SQLite"
	pgDB     = "PostgreSQL"
)

// database is an empty ledger's place.
type database struct {
	name, driver, dsn string
	dialect           once.Dialect
}

var schemas atomic.Int64

// onEach runs test on each database, with a migrated ledger.
func onEach(t *testing.T, test func(t *testing.T, d database)) {
	onSQLite(t, test)
	onPostgres(t, test)
}

// onSQLite runs nothing if -db leaves SQLite out.
func onSQLite(t *testing.T, test func(t *testing.T, d database)) {
	if strings.Contains(*only, "sqlite") {
		t.Run(sqliteDB, func(t *testing.T) { test(t, newSQLite(t, t.TempDir())) })
	}
}

// onPostgres runs nothing if -db leaves PostgreSQL out.
func onPostgres(t *testing.T, test func(t *testing.T, d database)) {
	if postgres != nil {
		t.Run(pgDB, func(t *testing.T) { test(t, newPostgres(t, "")) })
	}
}

func newSQLite(t *testing.T, dir string) database {
	d := database{name: sqliteDB, driver: "sqlite", dialect: once.SQLite}
	d.dsn = "file:" + filepath.Join(dir, "ledger.db") + "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)"
	require.NoError(t, d.ledger(t).Migrate(t.Context(), d.dialect))
	return d
}

func newPostgres(t *testing.T, settings string) database {
	schema := fmt.Sprintf("s%d", schemas.Add(1))
	d := database{name: pgDB, driver: "pgx", dialect: once.PostgreSQL, dsn: postgres.dsn(schema, settings)}
	_, err := d.open(t).Exec("CREATE SCHEMA " + schema)
	require.NoError(t, err)
	require.NoError(t, d.ledger(t).Migrate(t.Context(), d.dialect))
	return d
}

// open returns a pool of its own, as another process would have.
func (d database) open(t *testing.T) *sql.DB {
	db, err := sql.Open(d.driver, d.dsn)
	require.NoError(t, err)
	db.SetMaxOpenConns(4)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// ledger returns one that shares nothing with others but the table.
func (d database) ledger(t *testing.T, opts ...once.Option) *once.Ledger {
	l, err := once.New(d.open(t), []byte(secret), opts...)
	require.NoError(t, err)
	return l
}

// state reads a key's state past the ledger.
func (d database) state(t *testing.T, key string) (state string) {
	require.NoError(t, d.open(t).QueryRow("SELECT state FROM umbrella_once WHERE session_key = $1", key).Scan(&state))
	return state
}

// service is the mock, with links that live for 13 h and so outlive skewed clocks.
type service struct {
	*umbrellatest.Mock
	url    string
	client *umbrella.Client
	offset atomic.Int64 // of its clock
	hold   atomic.Pointer[hold]
}

func newService(t testing.TB, opts ...umbrellatest.Option) *service {
	s := &service{}
	s.offset.Store(int64(12 * time.Hour))
	opts = append([]umbrellatest.Option{
		umbrellatest.WithMaxSessions(100_000),
		umbrellatest.WithTokenTTL(100 * time.Hour),
		umbrellatest.WithClock(func() time.Time { return time.Now().Add(time.Duration(s.offset.Load())) }),
	}, opts...)
	var err error
	s.Mock, err = umbrellatest.New(opts...)
	require.NoError(t, err)
	server := httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(server.Close)
	s.url = server.URL
	s.client, err = umbrella.New(s.url, umbrella.WithAPIKey(s.Credentials()), umbrella.WithRetry(umbrella.RetryPolicy{MaxAttempts: 1}))
	require.NoError(t, err)
	t.Cleanup(s.client.CloseIdleConnections)
	return s
}

// heal ends all faults.
func (s *service) heal(t *testing.T) {
	r, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, s.url+"/__mock/faults", nil)
	require.NoError(t, err)
	resp, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusNoContent, resp.StatusCode)
}

const operation = "/onboarding/createSessionLink"

// hold keeps the API from answering once it has answered some requests. A process that
// waits for an answer cannot have ended when it is killed.
type hold struct {
	left     atomic.Int64  // requests that are still answered
	reached  chan struct{} // one is held
	released chan struct{} // what is held ends without an answer
	once     sync.Once
}

func (s *service) holdAfter(requests int) *hold {
	h := &hold{reached: make(chan struct{}), released: make(chan struct{})}
	h.left.Store(int64(requests))
	s.hold.Store(h)
	return h
}

func (s *service) serve(w http.ResponseWriter, r *http.Request) {
	h := s.hold.Load()
	if h == nil || r.URL.Path != operation || h.left.Add(-1) >= 0 {
		s.ServeHTTP(w, r)
		return
	}
	if rand.N(2) == 0 { // processed, and nobody is told
		s.ServeHTTP(httptest.NewRecorder(), r)
	}
	h.once.Do(func() { close(h.reached) })
	<-h.released
	panic(http.ErrAbortHandler)
}

func (s *service) inject(t *testing.T, faults ...umbrellatest.Fault) {
	for _, f := range faults {
		f.Path = operation
		require.NoError(t, s.Inject(f))
	}
}

// opened returns the sessions of each key.
func (s *service) opened(t *testing.T) map[string][]umbrellatest.Session {
	byKey := map[string][]umbrellatest.Session{}
	for _, session := range s.Sessions() {
		u, err := url.Parse(session.Request.RedirectURL)
		require.NoError(t, err)
		key := u.Query().Get("key")
		byKey[key] = append(byKey[key], session)
	}
	return byKey
}

func request(key string) api.CreateSessionLinkRequest {
	return api.CreateSessionLinkRequest{
		Email: "user@example.com", PhoneNumber: "+436769556026",
		RedirectURL: "https://example.com/done?key=" + url.QueryEscape(key), DocURL: "https://example.com/contract.pdf",
		SignForms: []api.SignForm{{FieldID: "Signature1", ActorID: "userToIdentify"}},
	}
}
