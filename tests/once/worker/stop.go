package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

// halt stops the process until somebody wakes it up. It returns after SIGCONT, as the
// signal that stops may reach this thread a little late.
func halt() error {
	awake := make(chan os.Signal, 1)
	signal.Notify(awake, syscall.SIGCONT)
	if err := syscall.Kill(syscall.Getpid(), syscall.SIGSTOP); err != nil {
		return err
	}
	<-awake
	return nil
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
