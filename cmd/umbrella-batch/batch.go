package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"golang.org/x/time/rate"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/once"
	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

func runBatch(ctx context.Context, o *options) error {
	wrong := []error{o.check()}
	var rows []row
	var client *umbrella.Client
	var err error
	if o.in != "" {
		rows, err = readRows(o.in, o.key)
		wrong = append(wrong, err)
	}
	if !o.dryRun && !o.mock {
		client, err = umbrella.NewFromEnv(o.clientOptions()...)
		wrong = append(wrong, err)
	}
	if err := errors.Join(wrong...); err != nil {
		return usagef("%w", err)
	}
	if o.dryRun {
		fmt.Printf("%s fine; nothing was sent\n", quantity(len(rows), "row is", "rows are"))
		return nil
	}
	ledger := o.ledger
	if o.mock {
		dir, err := os.MkdirTemp("", "umbrella-batch")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		ledger = filepath.Join(dir, "ledger.db")
		var stop func()
		if client, stop, err = o.fromMock(); err != nil {
			return err
		}
		defer stop()
		fmt.Fprintln(os.Stderr, "using a mock in this process and a ledger that is thrown away: no real session is opened, and --ledger is left alone")
	}
	defer client.CloseIdleConnections()
	s, err := openStore(ctx, ledger, once.WithLease(o.lease))
	if err != nil {
		return err
	}
	defer s.db.Close()
	return o.runJob(ctx, s, client, rows, os.Stderr)
}

// runJob runs the job to its end and reports.
func (o *options) runJob(interrupted context.Context, s *store, client *umbrella.Client, rows []row, stderr io.Writer) error {
	job := &job{store: s, client: client, workers: o.concurrency, refused: map[string]string{}}
	job.gate = &gate{limiter: rate.NewLimiter(o.rate.perSecond, 1)}
	job.progress = newProgress(len(rows), job.gate, stderr)
	order := slices.Clone(rows)
	if s.shared { // so that machines seldom meet at a row
		rand.Shuffle(len(order), func(i, k int) { order[i], order[k] = order[k], order[i] })
	}
	ctx, stop := context.WithCancelCause(interrupted)
	defer stop(nil)
	job.stop = stop
	showing, hide := context.WithCancel(context.WithoutCancel(ctx))
	var display sync.WaitGroup
	display.Go(func() { job.progress.show(showing) })
	job.run(ctx, order)
	hide()
	display.Wait()

	result, err := job.finish(context.WithoutCancel(ctx), rows, o.out)
	if result == nil {
		return err
	}
	todo := result.print(os.Stdout, o.ledger)
	switch cause := context.Cause(ctx); {
	case errors.Is(cause, errCredentials):
		return exit{exitCredentials, cause}
	case interrupted.Err() != nil:
		return errors.New("interrupted: the same command goes on")
	case cause != nil:
		return fmt.Errorf("stopped, the same command goes on: %w", cause)
	case result.counts[unsent] > 0:
		return errors.New("some rows were not sent: the same command goes on")
	case err != nil:
		return err
	}
	return todo
}

func (o *options) fromMock() (*umbrella.Client, func(), error) {
	mock, err := umbrellatest.New(umbrellatest.WithMaxSessions(100_000), umbrellatest.WithLogger(slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))))
	if err != nil {
		return nil, nil, err
	}
	server := httptest.NewServer(mock)
	client, err := umbrella.New(server.URL, append(o.clientOptions(), umbrella.WithAPIKey(mock.Credentials()))...)
	return client, server.Close, err
}

// clientOptions leaves repeats to the gate.
func (o *options) clientOptions() []umbrella.Option {
	return []umbrella.Option{umbrella.WithTimeout(max(o.timeout, 0)), umbrella.WithRetry(umbrella.RetryPolicy{MaxAttempts: 1})}
}
