// Package renewal keeps a secret that ends, such as a token: it is fetched when somebody asks for it,
// handed out until its end, and fetched anew in the background before that.
package renewal

import (
	"cmp"
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

// Lease is a secret and its times. Nobody changes it once it is in use.
type Lease struct {
	Secret func() string // a function, because fmt prints what pointers lead to
	Expiry time.Time     // for whoever uses the secret; a Cache goes by what follows
	Renew  time.Time     // from then on, a call of Get starts a fetch in the background
	End    time.Time     // from then on, Get does not hand it out
	Pause  time.Duration // between a fetch in the background that failed and the next; it doubles
}

// Same reports whether l and m have one secret, or are both nil.
func (l *Lease) Same(m *Lease) bool {
	return l == m || l != nil && m != nil && l.Secret() == m.Secret()
}

// Policy is the figures of a Cache.
type Policy struct {
	Fetches  int           // the most in one flight
	Within   time.Duration // a flight goes on while its pauses, and its fetches before the latest, take no longer
	Backoff  time.Duration // the first pause of a flight, shortened by up to a half; it doubles
	MaxPause time.Duration // the most that Lease.Pause grows to; it is shortened, too
	Rest     time.Duration // the least after a failure that callers waited for, and between two drops
}

// Cache hands out one secret to all who ask. At most one flight is under way to get it: a fetch for
// all callers, repeated while it fails in passing and somebody waits. The exported fields are set
// before the first call. A Cache is safe for concurrent use, and has no goroutine while it is idle.
type Cache struct {
	Policy
	Fetch    func(context.Context) (*Lease, error)          // its lease has not ended yet
	Judge    func(error) (passing bool, rest time.Duration) // may another Fetch succeed, and after how long
	Rejected error                                          // of a Fetch whose secret Invalidate knows already

	current atomic.Pointer[Lease] // stored with mu held

	mu               sync.Mutex         // guards what follows; never held during a fetch
	flight           <-chan struct{}    // closed when it is over; nil when there is none
	cancel           context.CancelFunc // ends it
	waited           bool               // somebody waits for it
	retryAt          time.Time          // callers without a secret start no flight before, and get failure
	failure          error              // of the last fetch
	refreshAt        time.Time          // no flight starts before while there is a secret
	pause            time.Duration      // from a failure to refreshAt
	reported         *Lease             // the last one
	rejectedInFlight bool               // it was reported since the last fetch began
	dropped          time.Time          // when it was reported while it was current
}

// Before compares by the monotonic clock, and to the second by the wall clock: after a suspend or a
// step only one of them tells that a time is over.
func Before(now, t time.Time) bool { return now.Before(t) && now.Unix() <= t.Unix() }

// Get returns the secret, or waits for one. When ctx ends first, the error is that of ctx and, if it
// still counts, of the last fetch. Every other is one of Fetch, Rejected or Close, for many callers.
func (c *Cache) Get(ctx context.Context) (*Lease, error) {
	for {
		if l := c.current.Load(); l != nil && Before(time.Now(), l.Renew) {
			return l, nil
		}
		l, flight, err := c.look(ctx)
		if flight == nil {
			return l, err
		}
		select { // and look again
		case <-flight:
		case <-ctx.Done():
		}
	}
}

// look returns what needs no waiting, or else the one flight to wait for.
func (c *Cache) look(ctx context.Context) (l *Lease, flight <-chan struct{}, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	l = c.current.Load()
	valid := l != nil && Before(now, l.End)
	due := c.retryAt
	if valid {
		due = c.refreshAt
	}
	if c.flight == nil && !Before(now, due) {
		c.failure = nil // its time is over
		if ctx.Err() == nil {
			c.launch(ctx)
		}
	}
	switch {
	case valid:
		return l, nil, nil
	case ctx.Err() != nil:
		return nil, nil, errors.Join(ctx.Err(), c.failure)
	case c.flight == nil:
		return nil, nil, c.failure
	}
	c.waited = true
	return nil, c.flight, nil
}

// launch starts a flight; c.mu is held. It keeps the values of ctx, for tracing, and not its end:
// others may come to wait for it.
func (c *Cache) launch(ctx context.Context) {
	ctx, c.cancel = context.WithCancel(context.WithoutCancel(ctx))
	c.flight, c.waited, c.rejectedInFlight = ctx.Done(), false, false
	go c.fly(ctx)
}

func (c *Cache) fly(ctx context.Context) {
	start := time.Now()
	for n := 1; ; n++ {
		left := c.Within - time.Since(start) // before the fetch: one that hung is followed by one more
		lease, err := c.Fetch(ctx)
		pause := c.land(n, left, lease, err)
		if pause == 0 {
			return
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done(): // closed
			return
		}
	}
}

// land takes the result of the n-th fetch of a flight. It returns the pause before another, at most
// left, or 0 when the flight is over.
func (c *Cache) land(n int, left time.Duration, lease *Lease, err error) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.flight == nil { // closed
		return 0
	}
	if err == nil && c.rejectedInFlight && lease.Same(c.reported) {
		err = c.Rejected
	}
	c.failure, c.rejectedInFlight = err, false
	if err == nil {
		c.current.Store(lease)
		c.refreshAt, c.pause = lease.Renew, lease.Pause
		c.end()
		return 0
	}
	passing, rest := c.Judge(err)
	if c.waited {
		pause := cmp.Or(rest, jitter(c.Backoff<<(n-1)))
		if passing && n < c.Fetches && pause <= left {
			return pause
		}
		rest = max(rest, c.Rest)
	}
	now := time.Now()
	c.retryAt = now.Add(rest)
	c.refreshAt = now.Add(max(rest, jitter(c.pause)))
	c.pause = min(2*c.pause, c.MaxPause)
	c.end()
	return 0
}

// end ends the flight; c.mu is held.
func (c *Cache) end() {
	c.cancel()
	c.flight = nil
}

// jitter shortens pause by up to a half.
func jitter(pause time.Duration) time.Duration { return pause - rand.N(pause/2+1) }

// Invalidate drops the secret if it is the rejected one, so that the next call of Get fetches another.
// Of many reports of one secret only the first counts, and at most one in Policy.Rest is dropped.
func (c *Cache) Invalidate(rejected *Lease) {
	c.mu.Lock()
	defer c.mu.Unlock()
	l, now := c.current.Load(), time.Now()
	current := l != nil && l.Same(rejected)
	if current && now.Sub(c.dropped) < c.Rest || !current && rejected.Same(c.reported) {
		return
	}
	if current {
		c.current.Store(nil)
		c.dropped = now
	}
	c.reported, c.rejectedInFlight = rejected, true
}

// Close drops the secret and ends a flight that is under way. All later calls of Get fail with err.
func (c *Cache) Close(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.current.Store(nil)
	c.failure = err
	c.retryAt = time.Now().Add(math.MaxInt64) // in 292 years: never
	if c.flight != nil {
		c.end()
	}
}
