package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/authprovider"
	"github.com/umbrella-api/umbrella-go/once"
)

const (
	patience = 5 * time.Minute // with nothing but failures
	pollBusy = time.Second
)

var (
	// errCredentials is why a job was stopped.
	errCredentials = errors.New("the credentials were refused")
	errConflict    = errors.New("in conflict: the ledger has another request of this key, and nothing was sent")
)

// job opens a link for each row.
type job struct {
	store    *store
	client   *umbrella.Client
	gate     *gate
	progress *progress
	workers  int
	stop     context.CancelCauseFunc

	mu      sync.Mutex
	refused map[string]string // failed or conflict, by the key of each row that was refused
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
				if end := j.settle(ctx, r); !end.IsZero() {
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

// settle brings a row to its end, unless ctx ends or another process is sending it: then it
// returns until when.
func (j *job) settle(ctx context.Context, r row) (busyUntil time.Time) {
	for ctx.Err() == nil {
		seen, err := j.store.look(ctx, r.key)
		switch outcome := seen.outcome(); {
		case seen.busy():
			return seen.claimedUntil
		case outcome == unknown: // whatever the row says now
			j.progress.count(unknown)
			return time.Time{}
		case err != nil, outcome == unsent, outcome == failed: // all others send nothing
			if j.gate.wait(ctx) != nil {
				return time.Time{}
			}
			j.progress.passed.Add(1)
		}
		if err == nil {
			_, err = j.store.CreateSessionLink(ctx, j.client, r.key, r.request)
		}
		if !j.judge(ctx, r, err) {
			break
		}
	}
	return time.Time{}
}

// judge notes what became of a row, and reports whether to try it again: only if
// surely nothing was opened.
func (j *job) judge(ctx context.Context, r row, err error) (again bool) {
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
		j.progress.printf("line %d: note that the session %s is open: %s", r.line, unrecorded.Link.RequestID, plain(err))
	case ctx.Err() != nil:
	case errors.Is(err, authprovider.ErrCredentials), errors.Is(err, umbrella.ErrUnauthorized), errors.Is(err, umbrella.ErrForbidden):
		j.stop(fmt.Errorf("%w: %w", errCredentials, err))
	case errors.Is(err, once.ErrUnknown):
		j.progress.count(unknown)
		if failure != nil { // of this call
			j.progress.printf("line %d: %s", r.line, plain(err))
			j.hold(asked, err)
		}
	case errors.Is(err, umbrella.ErrRateLimited):
		j.gate.slow(asked)
		return true
	case errors.Is(err, once.ErrKeyReused):
		j.refuse(r, conflict, errConflict)
	case errors.Is(err, umbrella.ErrInvalidRequest), failure != nil && failure.StatusCode != 0:
		j.refuse(r, failed, err)
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

// refuse notes that a row gets no link, as the API or the ledger wants another request.
func (j *job) refuse(r row, outcome string, err error) {
	j.progress.count(outcome)
	j.progress.printf("line %d: %s", r.line, plain(err))
	j.mu.Lock()
	defer j.mu.Unlock()
	j.refused[r.key] = outcome
}

// outcome is what became of a row, of whose key the ledger has e.
func (j *job) outcome(r row, e entry) string {
	outcome, refused := e.outcome(), j.refused[r.key]
	if refused == conflict && outcome != unknown || refused == failed && outcome == unsent {
		return refused
	}
	return outcome
}
