// Package once opens at most one signing session for each business key, such as
// the number of a contract, whatever crashes, is repeated or runs twice. The API
// has no idempotency key, so this package keeps a table in a database of yours:
//
//	ledger, err := once.New(db, secret)
//	link, err := ledger.CreateSessionLink(ctx, client, "contract-4711", req)
//
// The same key gives the same link from any process that shares the table. The
// request is sent once. It is sent again only if the API surely did not act on it
// (MaybeProcessed is false), or if a person said so with [Ledger.Resolve]. Where
// nobody can know whether a session was opened, the key is unknown ([ErrUnknown])
// and stays so until it is resolved.
//
// The SQL runs unchanged on SQLite 3.24 and PostgreSQL 9.5 and later. No driver is
// linked: docs/once.md has the settings that each driver needs.
package once

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/api"
)

const (
	defaultLease = 3 * time.Minute
	minLease     = time.Second
	minSecret    = 16
	maxKey       = 255
)

// Ledger is the table with one row for each key. Make one with [New] and share it:
// it is safe for concurrent use. It starts no goroutine but for requests on their
// way, and there is nothing to close.
type Ledger struct {
	db      *sql.DB
	secret  []byte
	lease   time.Duration
	without []string

	mu      sync.Mutex
	flights map[string]*flight
}

// Option configures a [Ledger]. A value that makes no sense is an error of [New].
type Option func(*Ledger) error

// WithLease sets how long a key is busy for others while its request is sent, at
// least 1 s. Afterwards, without a recorded outcome, the key is unknown. A request
// has half the lease to be answered, so keep it well above twice the timeout of the
// client. The default is 3 minutes, for the client's default of 60 s.
func WithLease(lease time.Duration) Option {
	return func(l *Ledger) error {
		l.lease = lease
		if lease < minLease {
			return fmt.Errorf("WithLease: the lease is below %s", minLease)
		}
		return nil
	}
}

// WithoutFields leaves properties of the request, named as in openapi.yaml, out of
// what makes two requests the same: those that differ from try to try, such as a
// presigned docUrl. Requests recorded with another list count as different.
func WithoutFields(names ...string) Option {
	return func(l *Ledger) error {
		l.without = append(l.without, names...)
		for _, name := range names {
			if !slices.ContainsFunc(requestFields, func(f field) bool { return f.name == name }) {
				return fmt.Errorf("WithoutFields: the request has no property %q", name)
			}
		}
		return nil
	}
}

// New returns a ledger over the table that [Ledger.Migrate] makes in db, without
// touching it. The table keeps an HMAC of each request under secret, at least 16
// bytes, which all users of the table share. Keep it: under another one, every
// request is another one ([ErrKeyReused]).
func New(db *sql.DB, secret []byte, opts ...Option) (*Ledger, error) {
	l := &Ledger{db: db, secret: slices.Clone(secret), lease: defaultLease, flights: map[string]*flight{}}
	var errs []error
	if db == nil {
		errs = append(errs, errors.New("the database is nil"))
	}
	if len(secret) < minSecret {
		errs = append(errs, fmt.Errorf("the secret is shorter than %d bytes", minSecret))
	}
	for _, opt := range opts {
		if opt == nil {
			errs = append(errs, errors.New("a nil Option"))
		} else if err := opt(l); err != nil {
			errs = append(errs, err)
		}
	}
	if len(errs) > 0 {
		return nil, fmt.Errorf("once: cannot make a ledger: %w", errors.Join(errs...))
	}
	return l, nil
}

// CreateSessionLink returns the link of key. The first call opens the session; all
// others, from any process, get the same link from the ledger. The key is 1 to 255
// bytes of UTF-8 without NUL and stands in the table in the clear.
//
// While the request is on its way, callers of this ledger share its outcome, and
// other processes look into the table until it is there or their context ends. The
// request does not end with ctx: its outcome is recorded for the next call.
//
// Of a nil link, the error is [ErrKeyReused], a *[LinkExpiredError], an
// *[UnknownError], that of [umbrella.Client.CreateSessionLink] when the API surely
// did not act on the request (call again, after status 400 with a corrected
// request), that of the database, or that of the context. An *[UnrecordedError]
// comes with a link, or says why not.
func (l *Ledger) CreateSessionLink(ctx context.Context, client *umbrella.Client, key string, req api.CreateSessionLinkRequest, editors ...api.RequestEditorFn) (*api.SessionLink, error) {
	return l.link(ctx, client, order{key: key, request: req, editors: editors})
}

// Renew is CreateSessionLink for a key whose link has expired: it opens another
// session on purpose, once for all callers. The request may differ from that of the
// expired link. A renewal that surely opened nothing leaves the key as it was. A link
// that is still valid is returned as it is to the same request; another request is
// [ErrKeyReused]. The clock of this machine decides.
func (l *Ledger) Renew(ctx context.Context, client *umbrella.Client, key string, req api.CreateSessionLinkRequest, editors ...api.RequestEditorFn) (*api.SessionLink, error) {
	return l.link(ctx, client, order{key: key, request: req, editors: editors, renew: true})
}

// order is what a caller wants.
type order struct {
	key     string
	mac     string
	renew   bool
	client  *umbrella.Client
	request api.CreateSessionLinkRequest
	editors []api.RequestEditorFn
}

func (l *Ledger) link(ctx context.Context, client *umbrella.Client, o order) (*api.SessionLink, error) {
	switch {
	case ctx == nil:
		return nil, errors.New("once: the context is nil")
	case client == nil:
		return nil, errors.New("once: the client is nil")
	}
	if err := CheckKey(o.key); err != nil {
		return nil, err
	}
	o.client, o.mac = client, l.mac(o.key, o.request)
	for wait := minPoll; ; wait = min(2*wait, maxPoll) {
		f := l.flight(o.key)
		if f == nil {
			seen, err := l.read(ctx, o.key)
			if err != nil {
				return nil, err
			}
			link, next, err := seen.judge(o, now())
			if next == settled {
				return link, err
			}
			if next == busy {
				if err := pause(ctx, wait); err != nil {
					return nil, fmt.Errorf("once: another process is sending the request of this key: %w", err)
				}
				continue
			}
			f = l.begin(ctx, o, seen)
		}
		link, err := f.wait(ctx)
		if err == errTaken || ctx.Err() == nil && f.mac != o.mac {
			continue
		}
		return link, err
	}
}

// next is what a caller has to do about a row.
type next int

const (
	settled next = iota // return what the row says
	claim               // try to become the sender
	busy                // another process is sending
)

func (r row) judge(o order, now time.Time) (*api.SessionLink, next, error) {
	live := r.state == open && r.url != "" && now.UnixMilli() < r.expiresAt
	switch {
	case r.state == absent, r.state == failed, o.renew && r.state == open && !live:
		return nil, claim, nil
	case r.mac != o.mac:
		return nil, settled, ErrKeyReused
	case r.state == intent:
		return nil, claim, nil
	case live:
		return &api.SessionLink{RequestID: r.requestID, URL: r.url, ExpiresAfter: time.UnixMilli(r.expiresAt).UTC()}, settled, nil
	case r.state == open:
		return nil, settled, &LinkExpiredError{RequestID: r.requestID}
	case r.isUnknown(now):
		return nil, settled, &UnknownError{}
	}
	return nil, busy, nil
}

// CheckKey says what is wrong with a key, nil if it can be one.
func CheckKey(key string) error {
	switch {
	case key == "":
		return errors.New("once: the key is empty")
	case len(key) > maxKey:
		return fmt.Errorf("once: the key is longer than %d bytes", maxKey)
	case !utf8.ValidString(key):
		return errors.New("once: the key is not valid UTF-8")
	case strings.Contains(key, "\x00"):
		return errors.New("once: the key has a NUL byte")
	}
	return nil
}
