package once

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"time"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/api"
)

// flight is a claim, its request and the record of its outcome, shared by the
// callers of its key in this process.
type flight struct {
	mac  string
	done chan struct{}
	link *api.SessionLink
	err  error
}

// errTaken ends a flight whose key was claimed by somebody else.
var errTaken = errors.New("once: somebody else was faster")

func (l *Ledger) flight(key string) *flight {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.flights[key]
}

// begin starts the flight of a key, or finds the one that has started meanwhile. It
// does not end with ctx, so that its outcome is recorded when the caller has left.
func (l *Ledger) begin(ctx context.Context, o order, seen row) *flight {
	l.mu.Lock()
	defer l.mu.Unlock()
	if f := l.flights[o.key]; f != nil {
		return f
	}
	f := &flight{mac: o.mac, done: make(chan struct{}), err: &UnknownError{Err: errors.New("a request editor ended the goroutine")}}
	l.flights[o.key] = f
	go func() {
		defer func() {
			l.mu.Lock()
			delete(l.flights, o.key)
			l.mu.Unlock()
			close(f.done)
		}()
		f.link, f.err = l.fly(context.WithoutCancel(ctx), o, seen)
	}()
	return f
}

// Wait returns when no request of this ledger is on its way and unrecorded, or with
// the error of ctx. A process that ends after its last call waits, so that it leaves
// no key unknown: a call returns with its context, and its request goes on.
func (l *Ledger) Wait(ctx context.Context) error {
	for {
		var f *flight
		l.mu.Lock()
		for _, f = range l.flights {
			break
		}
		l.mu.Unlock()
		if f == nil {
			return nil
		}
		select {
		case <-f.done:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (f *flight) wait(ctx context.Context) (*api.SessionLink, error) {
	select {
	case <-f.done:
	case <-ctx.Done():
		return nil, fmt.Errorf("once: the request of this key is on its way, and its outcome will be recorded: %w", ctx.Err())
	}
	if f.link == nil {
		return nil, f.err
	}
	link := *f.link // one for each caller
	return &link, f.err
}

func (l *Ledger) fly(ctx context.Context, o order, seen row) (*api.SessionLink, error) {
	token, start, until := rand.Text(), time.Now(), now().Add(l.lease)
	if err := l.claim(ctx, o, seen, token, until); err != nil {
		return nil, err
	}
	link, err := send(ctx, o, start.Add(l.lease/2))
	outcome := stateAfter(err)
	claimed := row{mac: o.mac, state: outcome, claim: token, requestID: seen.requestID, expiresAt: seen.expiresAt}
	result := claimed
	switch {
	case outcome == open:
		// To the millisecond, as the table has it, so that the first answer is like the later ones.
		link.ExpiresAfter = link.ExpiresAfter.UTC().Truncate(time.Millisecond)
		result.requestID, result.url, result.expiresAt = link.RequestID, link.URL, link.ExpiresAfter.UnixMilli()
	case outcome != unknown && seen.state == open: // a renewal that opened nothing leaves the row as it was
		result = seen
		result.claim = token
	}
	unrecorded := l.record(ctx, o.key, result, claimed.notOpened())
	switch {
	case outcome == unknown && errors.Is(unrecorded, errClaimGone):
		return nil, &UnknownError{Err: fmt.Errorf("%w; %w", err, unrecorded)}
	case outcome == unknown:
		return nil, &UnknownError{Err: err} // if unrecorded, the lease says the same
	case outcome == open && errors.Is(unrecorded, errClaimGone):
		return nil, &UnrecordedError{Link: link, Err: unrecorded}
	case outcome == open && unrecorded != nil:
		return link, &UnrecordedError{Link: link, Err: unrecorded}
	case unrecorded != nil && !errors.Is(unrecorded, errClaimGone):
		return nil, fmt.Errorf("once: nothing was opened, but the ledger does not know, and will call the key unknown: %w; %w", err, unrecorded)
	}
	return link, err
}

// send makes the call, which ends by deadline: a process that was stopped for so
// long that others may call its key unknown must not begin to send. The deadline has
// a monotonic reading, so no change of the wall clock moves it.
func send(ctx context.Context, o order, deadline time.Time) (link *api.SessionLink, err error) {
	ctx, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	defer func() {
		if recover() != nil {
			err = errors.New("a request editor, the token source or the transport panicked")
		}
	}()
	inTime := func(context.Context, *http.Request) error {
		// Timers of a process that was just woken up may not have fired yet.
		if !time.Now().Before(deadline) {
			return context.DeadlineExceeded
		}
		return nil
	}
	return o.client.CreateSessionLink(ctx, o.request, append(o.editors[:len(o.editors):len(o.editors)], inTime)...)
}

// stateAfter is the state of a key whose call has ended with err.
func stateAfter(err error) state {
	var refused *umbrella.ValidationError
	var e *umbrella.Error
	switch {
	case err == nil:
		return open
	case errors.As(err, &refused):
		return failed
	case !errors.As(err, &e) || e.MaybeProcessed:
		return unknown
	case e.StatusCode == http.StatusBadRequest, e.StatusCode == http.StatusRequestEntityTooLarge, e.StatusCode == http.StatusUnprocessableEntity:
		return failed
	}
	return intent
}
