package umbrellatest

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/contract"
	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/server"
)

// What is made up at the start and what later, kept apart: with credentials
// given, the ids are the same.
const startStream, sessionStream = 0, 1

// Mock is the mock server as an http.Handler: POST /auth and the operations of
// openapi.yaml, without a base path unless [WithBaseURL] has one. Make one with
// [New]. It is safe for concurrent use, and has goroutines only while events wait to
// be delivered; see [Mock.Close].
type Mock struct {
	// What the options set.
	seed                          uint64
	seeded                        bool
	now                           func() time.Time
	tokenTTL, sessionTTL, latency time.Duration
	maxSessions                   int
	logger                        *slog.Logger
	noControl, fetchPDF, inMemory bool
	base                          *string
	hosts, corsOrigins            []string
	startHook                     *api.ConfigureWebhookRequest

	baseURL    string // for links; "" is that of the request
	basePath   string // of the service
	contract   *contract.Validator
	secret     []byte                                     // signs tokens and the URLs of documents
	operations func(*answer) server.StrictServerInterface // for requests that keep to openapi.yaml; they know no tokens
	endpoints  *http.ServeMux                             // those below /__mock/
	hooks      *http.Client                               // delivers events
	deliveries sync.WaitGroup                             // those under way

	mu                       sync.Mutex // guards what follows
	random                   *rand.PCG
	apiKey, customerID       string
	issued, expired, revoked uint64 // serials of the last token concerned
	authCalls                int
	faults                   queue[Fault]
	sessions                 []*session // the oldest first, like the rest
	requests                 []*entry
	stats                    Stats
	closed                   bool
	*outbox
}

// New returns a mock. The error joins everything that is wrong with the options.
func New(opts ...Option) (*Mock, error) {
	m := &Mock{
		seed: rand.Uint64(), now: time.Now, tokenTTL: time.Hour, sessionTTL: time.Hour,
		maxSessions: 2_000, logger: slog.New(slog.DiscardHandler),
	}
	for _, opt := range opts {
		if opt != nil {
			opt(m)
		}
	}
	if err := m.check(opts); err != nil {
		return nil, fmt.Errorf("umbrellatest: %w", err)
	}
	if m.base != nil {
		m.reachedAt(*m.base)
	}
	var err error
	if m.contract, err = contract.New(contract.WithServer("/")); err != nil {
		return nil, fmt.Errorf("umbrellatest: %w", err)
	}
	m.operations = func(a *answer) server.StrictServerInterface { return operations{mock: m, answer: a} }
	m.endpoints, m.outbox = newEndpoints(m), newOutbox(m.startHook)
	m.hooks = newClient(&http.Transport{MaxConnsPerHost: maxParallel, MaxIdleConnsPerHost: maxParallel, IdleConnTimeout: 45 * time.Second})

	m.random = rand.NewPCG(m.seed, startStream)
	m.secret = []byte(m.uuid())
	if m.apiKey == "" {
		m.apiKey, m.customerID = m.uuid(), m.uuid()
	}
	m.random = rand.NewPCG(m.seed, sessionStream)
	return m, nil
}

// reachedAt takes a base URL that is known to be one.
func (m *Mock) reachedAt(base string) {
	u, _ := url.Parse(base)
	m.baseURL, m.basePath = strings.TrimRight(base, "/"), strings.TrimRight(u.Path, "/")
}

// uuid makes up a version 4 UUID. The caller holds m.mu.
func (m *Mock) uuid() string {
	high, low := m.random.Uint64(), m.random.Uint64()
	return fmt.Sprintf("%08x-%04x-4%03x-%04x-%012x", high>>32, high>>16&0xffff, high&0xfff, low>>48&0x3fff|0x8000, low&(1<<48-1))
}
