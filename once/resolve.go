package once

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/umbrella-api/umbrella-go/api"
)

// UnknownKey is a key of which nobody knows whether a session was opened for it.
type UnknownKey struct {
	Key   string    // as it was given to CreateSessionLink
	Since time.Time // when its request was sent or its answer was lost
}

// Unknown iterates over the unknown keys, in the order of the database. It reads the
// whole table, and holds no connection while the loop's body runs, which may call
// Resolve. After an error there is nothing more.
func (l *Ledger) Unknown(ctx context.Context) iter.Seq2[UnknownKey, error] {
	return func(yield func(UnknownKey, error) bool) {
		for last := ""; ; {
			page, err := l.unknownAfter(ctx, last)
			if err != nil {
				yield(UnknownKey{}, fmt.Errorf("once: cannot read the ledger: %w", err))
				return
			}
			for _, k := range page {
				if last = k.Key; !yield(k, nil) {
					return
				}
			}
			if len(page) == 0 {
				return
			}
		}
	}
}

func (l *Ledger) unknownAfter(ctx context.Context, last string) (page []UnknownKey, err error) {
	rows, err := l.db.QueryContext(ctx, listUnknown, last, now().UnixMilli())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var k UnknownKey
		var updatedAt int64
		if err := rows.Scan(&k.Key, &updatedAt); err != nil {
			return nil, err
		}
		k.Since = time.UnixMilli(updatedAt).UTC()
		page = append(page, k)
	}
	return page, rows.Err()
}

// Resolution is what a person found out about an unknown key: [Opened] or [NotOpened].
type Resolution struct {
	state state
	link  api.SessionLink
}

// NotOpened says that no session was opened: the next call with the same request
// sends it. If it was a renewal, the link of the session before is the key's again,
// expired, and the next [Ledger.Renew] sends. If that is wrong, there will be one
// session too many.
var NotOpened = Resolution{state: intent}

// Opened says that a session was opened, and which one. Only the request id is
// required: without URL or ExpiresAfter, the key's link counts as expired.
func Opened(link api.SessionLink) Resolution { return Resolution{state: open, link: link} }

// Resolve settles an unknown key. It is [ErrNotUnknown] while the lease of its
// sender runs, by the clock of this machine, and when the key has been settled in
// the meantime. A sender that turns up later and finds another link returns an
// *[UnrecordedError] with what it opened.
func (l *Ledger) Resolve(ctx context.Context, key string, found Resolution) error {
	if err := CheckKey(key); err != nil {
		return err
	}
	link := found.link
	switch {
	case found.state == absent:
		return errors.New("once: the Resolution is neither Opened nor NotOpened")
	case found.state == open && link.RequestID == "":
		return errors.New("once: Opened needs the request id of the session")
	}
	seen, err := l.read(ctx, key)
	if err != nil {
		return err
	}
	if !seen.isUnknown(now()) {
		return ErrNotUnknown
	}
	settled := seen.notOpened()
	if found.state == open {
		settled = row{mac: seen.mac, state: open, claim: seen.claim, requestID: link.RequestID, url: link.URL, expiresAt: link.ExpiresAfter.UnixMilli()}
	}
	switch ok, err := l.settle(ctx, key, settled, seen.state, seen); {
	case err != nil:
		return fmt.Errorf("once: cannot write the ledger: %w", err)
	case !ok:
		return ErrNotUnknown
	}
	return nil
}

// Prune blanks the URLs of links that have expired, which are bearer secrets, and
// returns how many. Rows stay, as a key without its row would be sent again.
func (l *Ledger) Prune(ctx context.Context) (int64, error) {
	at := now().UnixMilli()
	n, err := l.exec(ctx, pruneRows, at, at)
	if err != nil {
		return 0, fmt.Errorf("once: cannot write the ledger: %w", err)
	}
	return n, nil
}
