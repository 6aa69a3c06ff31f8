package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"strings"
	"syscall"
	"time"
)

// halt stops the process until somebody wakes it up. The signal reaches this thread
// a little later, which must not do anything until then.
func halt() error {
	err := syscall.Kill(syscall.Getpid(), syscall.SIGSTOP)
	time.Sleep(100 * time.Millisecond)
	return err
}

// open opens the ledger's database, with -stop=record so that the process stops
// before it writes the outcome of a request.
func open() (*sql.DB, error) {
	db, err := sql.Open(*driverName, *dsn)
	if err != nil || *stop != "record" {
		return db, err
	}
	return sql.OpenDB(connector{db.Driver()}), nil
}

type connector struct{ driver driver.Driver }

func (c connector) Driver() driver.Driver { return c.driver }

func (c connector) Connect(context.Context) (driver.Conn, error) {
	inner, err := c.driver.Open(*dsn)
	return conn{inner}, err
}

type conn struct{ driver.Conn }

func (c conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	return c.Conn.(driver.QueryerContext).QueryContext(ctx, query, args)
}

func (c conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if strings.HasPrefix(query, "UPDATE") {
		if err := halt(); err != nil {
			return nil, err
		}
	}
	return c.Conn.(driver.ExecerContext).ExecContext(ctx, query, args)
}
