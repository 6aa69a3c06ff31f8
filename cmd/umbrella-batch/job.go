package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/authprovider"
	"github.com/umbrella-api/umbrella-go/once"
)

const (
	patience = 5 * time.Minute // with nothing but failures
	pollBusy = time.Second
)

// errCredentials is why a job was stopped.
var errCredentials = errors.New("the credentials were refused")

// job opens a link for each row.
type job struct {
	store    *store
	client   *umbrella.Client
	gate     *gate
	progress *progress
	workers  int
	stop     context.CancelCauseFunc

	mu       sync.Mutex
	rejected map[string]bool // keys whose row cannot have the link of the ledger
}

// run works until each row is settled or ctx ends, and until what was sent is
// recorded.
func (j *job) run(ctx context.Context, rows []row) {
	for len(rows) > 0 && ctx.Err() == nil {
		var until time.Time
		rows, until = j.pass(ctx, rows)
		j.progress.wait(len(rows), until)
		if len(rows) > 0 {
			_ = sleep(ctx, min(pollBusy, time.Until(until)))
		}
	}
	if ctx.Err() != nil {
		j.progress.printf("stopping: waiting for the requests that are on their way; a second signal leaves them unknown")
	}
	_ = j.store.Wait(context.WithoutCancel(ctx)) // which ends by itself
}

// pass tries each row once. It returns those that another process is sending, or was
// when it died, and when the last of them will be settled or unknown.
func (j *job) pass(ctx context.Context, rows []row) (busy []row, until time.Time) {
	queue := make(chan row)
	var workers sync.WaitGroup
	for range min(j.workers, len(rows)) {
		workers.Go(func() {
			for r := range queue {
				if end := j.work(ctx, r); !end.IsZero() {
					j.mu.Lock()
					busy = append(busy, r)
					if end.After(until) {
						until = end
					}
					j.mu.Unlock()
				}
			}
		})
	}
	for _, r := range rows {
		select {
		case queue <- r:
			continue
		case <-ctx.Done():
		}
		break
	}
	close(queue)
	workers.Wait()
	return busy, until
}

// work settles a row, unless ctx ends or another process is sending it: then it
// returns until when.
func (j *job) work(ctx context.Context, r row) (busyUntil time.Time) {
	for ctx.Err() == nil {
		seen, err := j.store.look(ctx, r.key)
		switch outcome := seen.outcome(); {
		case seen.busy():
			return seen.claimedUntil
		case err != nil, outcome == unsent, outcome == failed: // all others send nothing
			if j.gate.wait(ctx) != nil {
				return time.Time{}
			}
			j.progress.passed.Add(1)
		}
		var link *api.SessionLink
		if err == nil {
			link, err = j.store.CreateSessionLink(ctx, j.client, r.key, r.request)
		}
		if !j.judge(ctx, r, link, err) {
			break
		}
	}
	return time.Time{}
}

// judge notes what became of a row, and reports whether to try it again: only if
// surely nothing was opened.
func (j *job) judge(ctx context.Context, r row, link *api.SessionLink, err error) (again bool) {
	var asked time.Duration
	var failure *umbrella.Error
	var token *authprovider.Error
	var unrecorded *once.UnrecordedError
	if errors.As(err, &failure) {
		asked = failure.RetryAfter
	}
	if errors.As(err, &token) {
		asked = token.RetryAfter
	}
	switch {
	case err == nil:
		j.gate.succeeded()
		j.progress.count(open)
	case errors.Is(err, once.ErrLinkExpired):
		j.progress.count(expired)
	case errors.As(err, &unrecorded):
		j.progress.count(unknown)
		j.progress.printf("line %d: note that the session %s is open: %v", r.line, unrecorded.Link.RequestID, err)
	case ctx.Err() != nil:
	case errors.Is(err, authprovider.ErrCredentials), errors.Is(err, umbrella.ErrUnauthorized), errors.Is(err, umbrella.ErrForbidden):
		j.stop(fmt.Errorf("%w: %w", errCredentials, err))
	case errors.Is(err, once.ErrUnknown):
		j.progress.count(unknown)
		if failure != nil { // of this call
			j.progress.printf("line %d: %v", r.line, err)
			j.hold(asked, err)
		}
	case errors.Is(err, umbrella.ErrRateLimited):
		j.gate.slow(asked)
		return true
	case errors.Is(err, once.ErrKeyReused), errors.Is(err, umbrella.ErrInvalidRequest), failure != nil && failure.StatusCode != 0:
		j.reject(r, err)
	case errors.Is(err, authprovider.ErrMalformed): // a wrong server
		j.stop(err)
	default: // no connection, no token for the moment, no database
		j.hold(asked, err)
		return true
	}
	return false
}

// hold makes all wait after a failure that others will have too, and gives up when
// there was nothing else for too long.
func (j *job) hold(asked time.Duration, err error) {
	if j.gate.slow(asked) > patience {
		j.stop(fmt.Errorf("nothing but failures for %s: %w", patience, err))
	}
}

func (j *job) reject(r row, err error) {
	j.progress.count(failed)
	j.progress.printf("line %d: %v", r.line, err)
	j.mu.Lock()
	defer j.mu.Unlock()
	j.rejected[r.key] = true
}
