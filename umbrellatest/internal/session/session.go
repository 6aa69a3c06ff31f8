// Package session keeps the sessions that the mock opens, with their states.
package session

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/delivery"
	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/recent"
)

// The states of a session, in upstream's words. The last four are final.
const (
	Created   = "CREATED"
	Running   = "RUNNING"
	Completed = "COMPLETED"
	Failed    = "FAILED"
	Expired   = "EXPIRED"
	Cancelled = "CANCELLED"
)

// What keeps a session from being ended.
var (
	ErrUnknown = errors.New("umbrellatest: the mock has no session with this request id")
	ErrEnded   = errors.New("umbrellatest: the session has already ended")
	ErrUnfit   = errors.New("umbrellatest: the document cannot be signed, so the session has failed")
)

// Session is a signing session.
type Session struct {
	api.SessionLink
	Request  api.CreateSessionLinkRequest
	Token    string // of its page
	Unfit    string // why its document cannot be signed, if so
	OpenedAt time.Time
	Status   string
	EndedAt  time.Time      // zero while it runs
	Events   *delivery.Line // for those of its states
}

// entry is a Session whose request is decoded when it is read.
type entry struct {
	Session
	request []byte // JSON
	expiry  *time.Timer
}

func (e *entry) size() int {
	return len(e.RequestID) + len(e.URL) + len(e.Token) + len(e.Unfit) + len(e.request)
}

func (e *entry) stop() { e.expiry.Stop() }

// read is a copy for others to keep.
func (e entry) read() Session {
	_ = json.Unmarshal(e.request, &e.Request) // encoded here: cannot fail
	return e.Session
}

// Store keeps the newest sessions. It is safe for concurrent use.
type Store struct {
	now     func() time.Time
	entered func(Session)
	mu      sync.Mutex // guards what follows
	entries recent.List[*entry]
}

// NewStore makes a store for so many sessions. It calls entered with each new state of a
// session, without its request; entered must not call the store.
func NewStore(limit int, now func() time.Time, entered func(Session)) *Store {
	entries := recent.List[*entry]{Max: limit, Size: (*entry).size, Gone: (*entry).stop}
	return &Store{now: now, entered: entered, entries: entries}
}

// Open makes a new session run, until its ExpiresAfter at the latest.
func (st *Store) Open(s Session) {
	e := &entry{Session: s}
	e.request, _ = json.Marshal(s.Request) // texts: cannot fail
	e.Request = api.CreateSessionLinkRequest{}
	st.mu.Lock()
	defer st.mu.Unlock()
	id := s.RequestID
	e.expiry = time.AfterFunc(s.ExpiresAfter.Sub(s.OpenedAt), func() { st.Get(id) }) // finds that it has expired
	st.entries.Add(e)
	st.enter(e, Created)
	st.enter(e, Running)
	st.expireOverdue(e)
}

// End gives a session its last state. One that is unfit cannot be completed: it fails.
func (st *Store) End(requestID, status string) error {
	st.mu.Lock()
	defer st.mu.Unlock()
	if e := st.find(func(s *Session) bool { return s.RequestID == requestID }); e != nil {
		return st.end(e, status)
	}
	return ErrUnknown
}

// Get finds a session by its request id.
func (st *Store) Get(requestID string) (Session, bool) {
	return st.get(func(s *Session) bool { return s.RequestID == requestID })
}

// ByToken finds a session by the token of its page.
func (st *Store) ByToken(token string) (Session, bool) {
	return st.get(func(s *Session) bool { return s.Token == token })
}

// Newest returns the newest sessions that it keeps, the oldest of them first.
func (st *Store) Newest(limit int) []Session {
	st.mu.Lock()
	newest := st.entries.Items[max(0, len(st.entries.Items)-limit):]
	kept := make([]entry, len(newest))
	for i, e := range newest {
		st.expireOverdue(e)
		kept[i] = *e
	}
	st.mu.Unlock()
	sessions := make([]Session, len(kept))
	for i, e := range kept {
		sessions[i] = e.read()
	}
	return sessions
}

// Stop ends the clocks of the sessions, and forgets the sessions if it is told so.
func (st *Store) Stop(forget bool) {
	st.mu.Lock()
	defer st.mu.Unlock()
	for _, e := range st.entries.Items {
		e.stop()
	}
	if forget {
		st.entries.Items = nil
	}
}

func (st *Store) get(is func(*Session) bool) (Session, bool) {
	st.mu.Lock()
	defer st.mu.Unlock()
	if e := st.find(is); e != nil {
		return e.read(), true
	}
	return Session{}, false
}

// find finds an entry, which may have expired meanwhile.
func (st *Store) find(is func(*Session) bool) *entry {
	for _, e := range st.entries.Items {
		if is(&e.Session) {
			st.expireOverdue(e)
			return e
		}
	}
	return nil
}

func (st *Store) expireOverdue(e *entry) {
	if !st.now().Before(e.ExpiresAfter) {
		_ = st.end(e, Expired) // unless it has ended before
	}
}

func (st *Store) end(e *entry, status string) error {
	switch {
	case !e.EndedAt.IsZero():
		return ErrEnded
	case status == Completed && e.Unfit != "":
		_ = st.end(e, Failed)
		return fmt.Errorf("%w: %s", ErrUnfit, e.Unfit)
	}
	e.EndedAt = st.now().UTC()
	e.stop()
	st.enter(e, status)
	return nil
}

func (st *Store) enter(e *entry, status string) {
	e.Status = status
	st.entered(e.Session)
}
