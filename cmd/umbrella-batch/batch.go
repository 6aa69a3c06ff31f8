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
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/spf13/pflag"
	"golang.org/x/time/rate"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/once"
	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

type options struct {
	in, out, ledger, key string
	rate                 perTime
	concurrency          int
	timeout, lease       time.Duration
	dryRun, mock         bool
}

func (o *options) define(flags *pflag.FlagSet) {
	o.rate = perTime{10, "10/s"}
	flags.StringVar(&o.in, "in", "", "the CSV file with a row for each session")
	flags.StringVar(&o.out, "out", "", "write the links to this CSV file at the end")
	flags.StringVar(&o.key, "key", "key", "the column that has the key, such as the number of a contract")
	flags.Var(&o.rate, "rate", "how many requests in a second (10/s), minute (/m) or hour (/h), at most")
	flags.IntVar(&o.concurrency, "concurrency", 20, "how many requests at a time")
	flags.DurationVar(&o.timeout, "timeout", time.Minute, "for one request")
	flags.DurationVar(&o.lease, "lease", 3*time.Minute, "how long a row is busy when its process dies, twice the timeout or more")
	flags.BoolVar(&o.dryRun, "dry-run", false, "judge the file and send nothing")
	flags.BoolVar(&o.mock, "mock", false, "rehearse: a mock in this process, and a ledger that is thrown away")
}

func (o *options) check() error {
	switch {
	case o.in == "":
		return usagef("--in is missing: the CSV file")
	case o.concurrency < 1:
		return usagef("--concurrency must be at least 1")
	case o.lease < 2*o.timeout:
		return usagef("--lease must be at least twice the --timeout")
	}
	if info, err := os.Stat(filepath.Dir(o.out)); err != nil || !info.IsDir() {
		return usagef("--out: there is no such folder")
	}
	return nil
}

// perTime is a rate on the command line.
type perTime struct {
	perSecond rate.Limit
	text      string
}

func (p *perTime) String() string { return p.text }
func (p *perTime) Type() string   { return "number/unit" }

func (p *perTime) Set(text string) error {
	number, unit, _ := strings.Cut(text, "/")
	n, err := strconv.ParseFloat(number, 64)
	seconds := map[string]float64{"s": 1, "m": 60, "h": 3600}[unit]
	if err != nil || seconds == 0 || !(n > 0 && n <= 1e6) {
		return errors.New("use a number and a unit, as in 10/s, 300/m or 5000/h")
	}
	p.perSecond, p.text = rate.Limit(n/seconds), text
	return nil
}

func runBatch(ctx context.Context, o *options) error {
	if err := o.check(); err != nil {
		return err
	}
	rows, err := readRows(o.in, o.key)
	if err != nil {
		return usagef("%w", err)
	}
	if o.dryRun {
		fmt.Printf("%d rows are fine; nothing was sent\n", len(rows))
		return nil
	}
	ledger, connect := o.ledger, o.fromEnvironment
	if o.mock {
		dir, err := os.MkdirTemp("", "umbrella-batch")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		ledger, connect = filepath.Join(dir, "ledger.db"), o.fromMock
		fmt.Fprintln(os.Stderr, "using a mock in this process and a ledger that is thrown away: no real session is opened, and --ledger is left alone")
	}
	client, stop, err := connect()
	if err != nil {
		return err
	}
	defer stop()
	s, err := openStore(ctx, ledger, true, once.WithLease(o.lease))
	if err != nil {
		return err
	}
	defer s.db.Close()
	return o.work(ctx, s, client, rows, os.Stderr)
}

// work runs the job to its end and reports.
func (o *options) work(interrupted context.Context, s *store, client *umbrella.Client, rows []row, stderr io.Writer) error {
	job := &job{store: s, client: client, workers: o.concurrency, rejected: map[string]bool{}}
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
	var shown sync.WaitGroup
	shown.Go(func() { job.progress.show(showing) })
	job.run(ctx, order)
	hide()
	shown.Wait()

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

// fromEnvironment makes the client of a job: the gate does what its retries would.
func (o *options) fromEnvironment() (*umbrella.Client, func(), error) {
	client, err := umbrella.NewFromEnv(o.clientOptions()...)
	if err != nil {
		return nil, nil, usagef("%w", err)
	}
	return client, client.CloseIdleConnections, nil
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

func (o *options) clientOptions() []umbrella.Option {
	return []umbrella.Option{umbrella.WithTimeout(o.timeout), umbrella.WithRetry(umbrella.RetryPolicy{MaxAttempts: 1})}
}
