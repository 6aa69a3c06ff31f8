package once

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// state is that of a key's row.
type state string

const (
	absent  state = ""        // there is no row
	intent  state = "intent"  // not sent, or surely not processed
	sending state = "sending" // until claimed_until; afterwards it means unknown
	open    state = "open"
	failed  state = "failed" // the request was refused and may be corrected
	unknown state = "unknown"
)

// row is what a key's row says.
type row struct {
	mac          string
	state        state
	claim        string // token of the sender
	claimedUntil int64  // Unix time in ms, as are the others
	requestID    string
	url          string
	expiresAt    int64
}

// notOpened is the row after a claim of r that opened nothing: a key that had a
// session keeps its expired link.
func (r row) notOpened() row {
	if r.requestID == "" {
		return row{mac: r.mac, state: intent, claim: r.claim}
	}
	return row{mac: r.mac, state: open, claim: r.claim, requestID: r.requestID, expiresAt: r.expiresAt}
}

func (r row) isUnknown(now time.Time) bool {
	return r.state == unknown || r.state == sending && r.claimedUntil <= now.UnixMilli()
}

// The statements. Each placeholder stands once, and they stand in the order of their
// numbers: some drivers for SQLite bind by first appearance. Each statement is a
// transaction of its own.
const (
	readRow = `SELECT request_mac, state, claim, claimed_until, request_id, url, expires_at
FROM umbrella_once WHERE session_key = $1`

	// The row must be as it was read: its claim changes with each sender, its state
	// with each outcome. A renewal keeps request id and expiry of the session before,
	// for the case that it opens none.
	claimRow = `INSERT INTO umbrella_once
(session_key, request_mac, state, claim, claimed_until, request_id, url, expires_at, updated_at)
VALUES ($1, $2, 'sending', $3, $4, '', '', 0, $5)
ON CONFLICT (session_key) DO UPDATE SET request_mac = excluded.request_mac, state = excluded.state,
claim = excluded.claim, claimed_until = excluded.claimed_until, url = excluded.url, updated_at = excluded.updated_at
WHERE umbrella_once.state = $6 AND umbrella_once.claim = $7`

	recordRow = `UPDATE umbrella_once SET request_mac = $1, state = $2, request_id = $3, url = $4, expires_at = $5, updated_at = $6
WHERE session_key = $7 AND claim = $8 AND (state = $9 OR state = $10 AND request_id = $11)`

	listUnknown = `SELECT session_key, updated_at FROM umbrella_once
WHERE session_key > $1 AND (state = 'unknown' OR state = 'sending' AND claimed_until <= $2)
ORDER BY session_key LIMIT 100`

	pruneRows = `UPDATE umbrella_once SET url = '', updated_at = $1
WHERE state = 'open' AND url <> '' AND expires_at <= $2`
)

const (
	tries       = 8  // of reads and claims, with pauses of 0.6 s in all at most
	recordTries = 16 // with pauses of some 8 s in all at most, and 80 s more if the database hangs
	tryTimeout  = 5 * time.Second
	minPoll     = 5 * time.Millisecond
	maxPoll     = time.Second
)

// errClaimGone says that a person has resolved the key in the meantime.
var errClaimGone = errors.New("the key was resolved while the request was on its way, so the session may be one too many")

// read returns the row of a key, one with the state absent if there is none.
func (l *Ledger) read(ctx context.Context, key string) (r row, err error) {
	err = persist(ctx, tries, func() error {
		r, err = l.readOnce(ctx, key)
		return err
	})
	if err != nil {
		return row{}, fmt.Errorf("once: cannot read the ledger, whose table Migrate or Schema makes: %w", err)
	}
	return r, nil
}

func (l *Ledger) readOnce(ctx context.Context, key string) (r row, err error) {
	err = l.db.QueryRowContext(ctx, readRow, key).
		Scan(&r.mac, (*string)(&r.state), &r.claim, &r.claimedUntil, &r.requestID, &r.url, &r.expiresAt)
	if errors.Is(err, sql.ErrNoRows) {
		return row{}, nil
	}
	return r, err
}

// claim makes token the sender of a key whose row is as seen, or fails with errTaken.
func (l *Ledger) claim(ctx context.Context, o order, seen row, token string, until time.Time) error {
	ours := false
	err := persist(ctx, tries, func() error {
		ctx, cancel := context.WithTimeout(ctx, tryTimeout)
		defer cancel()
		n, err := l.exec(ctx, claimRow, o.key, o.mac, token, until.UnixMilli(), now().UnixMilli(), string(seen.state), seen.claim)
		if ours = n == 1; err != nil || ours {
			return err
		}
		// A try whose answer was lost may have been the one that worked.
		var r row
		r, err = l.read(ctx, o.key)
		ours = r.state == sending && r.claim == token
		return err
	})
	if err != nil {
		return fmt.Errorf("once: nothing was sent, because the key cannot be claimed: %w", err)
	}
	if !ours {
		return errTaken
	}
	return nil
}

// record stores the outcome of the claim r.claim. The row is claimed still, or is as a
// person left it who has declared the request not sent, wrongly as it may turn out here.
func (l *Ledger) record(ctx context.Context, key string, r, declared row) error {
	gone := false
	err := persist(ctx, recordTries, func() error {
		ctx, cancel := context.WithTimeout(ctx, tryTimeout)
		defer cancel()
		ok, err := l.settle(ctx, key, r, sending, declared)
		if err != nil || ok {
			return err
		}
		// An earlier try may have worked, or a person may have named this session.
		is, err := l.read(ctx, key)
		gone = is.state != r.state || is.requestID != r.requestID || is.claim != r.claim
		return err
	})
	switch {
	case err != nil:
		return fmt.Errorf("cannot write the ledger: %w", err)
	case gone:
		return errClaimGone
	}
	return nil
}

// settle writes r if the row has the claim r.claim, and the state from, or state and
// request id of another row.
func (l *Ledger) settle(ctx context.Context, key string, r row, from state, or row) (bool, error) {
	n, err := l.exec(ctx, recordRow, r.mac, string(r.state), r.requestID, r.url, r.expiresAt, now().UnixMilli(),
		key, r.claim, string(from), string(or.state), or.requestID)
	return n == 1, err
}

func (l *Ledger) exec(ctx context.Context, statement string, args ...any) (int64, error) {
	result, err := l.db.ExecContext(ctx, statement, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// persist repeats try until it works or was tried n times. It repeats after every
// error: without knowing the driver, a busy file, a serialization failure (40001)
// and a restart of the server look like all others. It counts tries, as time may run
// out in a process that is stopped, which then has most to record.
func persist(ctx context.Context, n int, try func() error) error {
	wait := minPoll
	for {
		err := try()
		if n--; err == nil || n == 0 {
			return err
		}
		if ended := pause(ctx, wait); ended != nil {
			return fmt.Errorf("%w: %w", ended, err)
		}
		wait = min(2*wait, maxPoll)
	}
}

// pause waits half of d to d, so that those who wait for the same do not meet.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d/2 + rand.N(d/2))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
