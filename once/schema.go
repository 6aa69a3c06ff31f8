package once

import (
	"context"
	"errors"
	"fmt"
)

// Dialect is the SQL that a database speaks.
type Dialect int

// The dialects that [Schema] knows.
const (
	SQLite Dialect = iota + 1
	PostgreSQL
)

const columns = ` NOT NULL PRIMARY KEY,
	request_mac   TEXT NOT NULL,
	state         TEXT NOT NULL,
	claim         TEXT NOT NULL,
	claimed_until BIGINT NOT NULL,
	request_id    TEXT NOT NULL,
	url           TEXT NOT NULL,
	expires_at    BIGINT NOT NULL,
	updated_at    BIGINT NOT NULL
)`

// Schema returns the statement that makes the table umbrella_once, for a migration
// of your own, "" for an unknown dialect. Times in it are Unix times in ms. Request
// ids and URLs in it, and what a business key gives away, are in the clear.
func Schema(d Dialect) string {
	const create = "CREATE TABLE IF NOT EXISTS umbrella_once (\n\tsession_key   TEXT"
	switch d {
	case SQLite:
		return create + columns + " WITHOUT ROWID"
	case PostgreSQL:
		// An index in a collation of the operating system breaks when an update of it
		// sorts otherwise, and a key could then be there twice.
		return create + ` COLLATE "C"` + columns
	}
	return ""
}

// Migrate makes the table unless it is there. Any number of processes may do so at
// the same time. Where the table is there, the right to read it is enough.
func (l *Ledger) Migrate(ctx context.Context, d Dialect) error {
	schema := Schema(d)
	if schema == "" {
		return errors.New("once: unknown dialect: use SQLite or PostgreSQL")
	}
	// PostgreSQL asks for the right to create before it looks whether the table is there.
	// And of several at once, it fails all but one, IF NOT EXISTS or not.
	err := persist(ctx, tries, func() error {
		if _, err := l.readOnce(ctx, ""); err == nil {
			return nil
		}
		_, err := l.db.ExecContext(ctx, schema)
		return err
	})
	if err != nil {
		return fmt.Errorf("once: cannot make the table: %w", err)
	}
	_, err = l.read(ctx, "") // has another table the name?
	return err
}
