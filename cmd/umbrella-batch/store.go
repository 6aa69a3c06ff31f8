package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/umbrella-api/umbrella-go/once"
)

const (
	secretVariable = "UMBRELLA_LEDGER_SECRET"
	minSecret      = 16
)

// store is the ledger, and the database that it is in: the ledger cannot say what it
// has of a key without sending the key's request.
type store struct {
	*once.Ledger
	db     *sql.DB
	shared bool // with other machines
}

// openStore opens the ledger that --ledger names, and makes it unless it is there.
func openStore(ctx context.Context, name string, opts ...once.Option) (s *store, err error) {
	if err := errors.Join(checkSecret(name), checkLedger(name)); err != nil {
		return nil, usagef("%w", err)
	}
	dialect, secret := once.PostgreSQL, os.Getenv(secretVariable)
	if !isPostgres(name) {
		dialect = once.SQLite
		if secret, err = prepareFile(name, secret); err != nil {
			return nil, err
		}
	}
	if s, err = connect(name, secret, opts...); err != nil {
		return nil, err
	}
	return s, s.Migrate(ctx, dialect)
}

// openExisting opens a ledger that is there, to send nothing: only requests need the
// ledger's secret.
func openExisting(name string) (*store, error) {
	if err := checkLedger(name); err != nil {
		return nil, usagef("%w", err)
	}
	if info, err := os.Stat(name); !isPostgres(name) && (err != nil || info.Size() == 0) {
		return nil, usagef("--ledger: there is no ledger %s", name)
	}
	return connect(name, rand.Text())
}

func connect(name, secret string, opts ...once.Option) (s *store, err error) {
	s = &store{shared: isPostgres(name)}
	if s.shared {
		s.db, err = openPostgres(name)
	} else {
		s.db, err = openSQLite(name)
	}
	if err != nil {
		return nil, err
	}
	if s.Ledger, err = once.New(s.db, []byte(secret), opts...); err != nil {
		return nil, usagef("%w", err)
	}
	return s, nil
}

func isPostgres(ledger string) bool {
	return strings.HasPrefix(ledger, "postgres://") || strings.HasPrefix(ledger, "postgresql://")
}

// checkSecret says what is wrong with the variable that may have the ledger's secret.
func checkSecret(ledger string) error {
	switch secret := os.Getenv(secretVariable); {
	case secret == "" && isPostgres(ledger):
		return fmt.Errorf("%s is not set: all machines that share the ledger need the same, %d bytes or more", secretVariable, minSecret)
	case secret != "" && len(secret) < minSecret:
		return fmt.Errorf("%s is shorter than %d bytes", secretVariable, minSecret)
	}
	return nil
}

// checkLedger says what is wrong with --ledger, without making it.
func checkLedger(name string) error {
	if name == "" {
		return errors.New("--ledger is missing: the file of the ledger, or a postgres:// URL")
	}
	if !isPostgres(name) {
		return checkFile("--ledger", name)
	}
	if _, err := pgx.ParseConfig(name); err != nil {
		return errPostgres
	}
	return nil
}

// errPostgres stands for the error of the driver, whose text may have a part of the
// password.
var errPostgres = errors.New("--ledger is not a URL like postgres://USER@HOST/DATABASE (the password may be in PGPASSWORD or ~/.pgpass)")

func openPostgres(dsn string) (*sql.DB, error) {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, errPostgres
	}
	config.RuntimeParams["synchronous_commit"] = "on" // or a crash of the server forgets claims
	db := stdlib.OpenDB(*config)
	db.SetMaxOpenConns(8)
	db.SetMaxIdleConns(8)
	return db, nil
}

func openSQLite(name string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: name}).EscapedPath()+
		"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err == nil {
		db.SetMaxOpenConns(1) // there is one writer at a time, and reads are short
	}
	return db, err
}

// prepareFile makes the file of an SQLite ledger, which nobody else may read, and
// returns the ledger's secret: the one given, or that of the file beside it.
func prepareFile(name, secret string) (string, error) {
	info, err := os.Stat(name)
	exists := err == nil && info.Size() > 0
	if secret == "" {
		if secret, err = readSecret(name+".secret", !exists); err != nil {
			return "", err
		}
	}
	file, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return "", usagef("--ledger: %w", err)
	}
	defer file.Close()
	if !exists { // an empty file may have been there
		if err := file.Chmod(0o600); err != nil {
			return "", usagef("--ledger: %w", err)
		}
	}
	return secret, nil
}

// readSecret reads the secret, which is made with a new ledger and is there whole or
// not at all.
func readSecret(name string, create bool) (string, error) {
	secret, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		if !create {
			return "", usagef("the ledger is there, but not its secret: set %s, or bring back %s", secretVariable, name)
		}
		if err = makeSecret(name); err != nil {
			return "", usagef("cannot make the ledger's secret %s: %w", name, withoutName(err))
		}
		secret, err = os.ReadFile(name)
	}
	if err != nil {
		return "", usagef("the ledger's secret: %w", err)
	}
	if len(secret) < minSecret {
		return "", usagef("the ledger's secret %s is shorter than %d bytes: bring back the one that was made", name, minSecret)
	}
	return string(secret), nil
}

// makeSecret leaves a secret alone that another process has made in the meantime.
func makeSecret(name string) error {
	made, err := os.CreateTemp(filepath.Dir(name), ".secret*") // 0600
	if err != nil {
		return err
	}
	defer os.Remove(made.Name())
	_, err = made.WriteString(rand.Text())
	if err = errors.Join(err, made.Sync(), made.Close()); err == nil {
		err = os.Link(made.Name(), name)
	}
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}

// entry is what the ledger has of a key.
type entry struct {
	state        string // "" if there is none
	claimedUntil time.Time
	requestID    string
	url          string
	expires      time.Time
}

// busy reports whether some process is sending the request.
func (e entry) busy() bool { return e.state == "sending" && time.Now().Before(e.claimedUntil) }

// outcome is the word for e in results and counts.
func (e entry) outcome() string {
	switch {
	case e.state == "open" && (e.url == "" || !time.Now().Before(e.expires)):
		return expired
	case e.state == "unknown", e.state == "sending" && !e.busy():
		return unknown
	case e.state == "open", e.state == "failed":
		return e.state
	}
	return unsent
}

// Outcomes.
const (
	open     = "open"
	expired  = "expired" // opened, but its link has expired or is not known
	failed   = "failed"
	conflict = "conflict" // the ledger has another request of its key
	unknown  = "unknown"
	unsent   = "unsent" // or being sent by another process
)

// look returns what the ledger has of a key.
func (s *store) look(ctx context.Context, key string) (found entry, err error) {
	err = s.each(ctx, func(_ string, e entry) { found = e }, " WHERE session_key = $1", key)
	return found, err
}

// each calls yield for each key of the ledger that satisfies where.
func (s *store) each(ctx context.Context, yield func(key string, e entry), where string, args ...any) error {
	rows, err := s.db.QueryContext(ctx, "SELECT session_key, state, claimed_until, request_id, url, expires_at FROM umbrella_once"+where, args...)
	if err != nil {
		return fmt.Errorf("cannot read the ledger: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var key string
		var e entry
		var until, expires int64
		if err := rows.Scan(&key, &e.state, &until, &e.requestID, &e.url, &expires); err != nil {
			return fmt.Errorf("cannot read the ledger: %w", err)
		}
		e.claimedUntil, e.expires = time.UnixMilli(until), time.UnixMilli(expires).UTC()
		yield(key, e)
	}
	return rows.Err()
}
