package umbrellatest

import (
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/umbrella-api/umbrella-go/contract"
	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/server"
)

// Mock is the mock server as an http.Handler without a base path: POST /auth and
// the operations of openapi.yaml. Make one with [New]. It is safe for concurrent
// use and starts no goroutine.
type Mock struct {
	seed      uint64
	seeded    bool
	now       func() time.Time
	ttl       time.Duration
	latency   time.Duration
	logger    *slog.Logger
	noControl bool

	contract   *contract.Validator
	secret     []byte       // signs the tokens
	operations http.Handler // generated from openapi.yaml, knows no tokens
	endpoints  *http.ServeMux

	mu                       sync.Mutex // guards what follows
	random                   *rand.ChaCha8
	apiKey, customerID       string
	issued, expired, revoked uint64 // serials of the last token concerned
	authCalls                int
	faults                   []*pending
	sessions                 []Session
	requests                 []*entry
}

// New returns a mock. The error joins everything that is wrong with the options.
func New(opts ...Option) (*Mock, error) {
	m := &Mock{seed: rand.Uint64(), now: time.Now, ttl: time.Hour, logger: slog.New(slog.DiscardHandler)}
	var errs []error
	for _, opt := range opts {
		if opt == nil {
			errs = append(errs, errors.New("a nil Option"))
		} else if err := opt(m); err != nil {
			errs = append(errs, err)
		}
	}
	if len(errs) > 0 {
		return nil, fmt.Errorf("umbrellatest: %w", errors.Join(errs...))
	}
	var err error
	if m.contract, err = contract.New(contract.WithServer("/")); err != nil {
		return nil, fmt.Errorf("umbrellatest: %w", err)
	}
	m.operations = server.Handler(server.NewStrictHandler(operations{m}, nil))
	m.endpoints = newEndpoints(m)

	m.random = newRandom(m.seed, 0)
	m.secret = []byte(m.uuid())
	if m.apiKey == "" {
		m.apiKey, m.customerID = m.uuid(), m.uuid()
	}
	m.random = newRandom(m.seed, 1)
	return m, nil
}

// newRandom keeps apart what is made up at the start and what later: with
// credentials given, the ids are the same.
func newRandom(seed uint64, stream byte) *rand.ChaCha8 {
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:], seed)
	key[8] = stream
	return rand.NewChaCha8(key)
}

// uuid makes up a version 4 UUID. The caller holds m.mu.
func (m *Mock) uuid() string {
	var b [16]byte
	_, _ = m.random.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
