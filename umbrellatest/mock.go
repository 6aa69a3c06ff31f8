package umbrellatest

import (
	"context"
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
	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/crossorigin"
	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/delivery"
	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/fault"
	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/recent"
	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/server"
	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/session"
	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/token"
)

// What is made up at the start and what later, kept apart: with credentials
// given, the ids are the same.
const startStream, sessionStream = 0, 1

// Mock is the mock server as an http.Handler: POST /auth and the operations of
// openapi.yaml, without a base path unless [WithBaseURL] has one. Make one with
// [New]. It is safe for concurrent use. Only events that wait to be delivered have
// goroutines, and only running sessions have timers; see [Mock.Close].
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
	browsers                      crossorigin.Policy
	startHook                     *api.ConfigureWebhookRequest

	baseURL    string // for links; "" is that of the request
	basePath   string // of the service
	contract   *contract.Validator
	operations func(*answer) server.StrictServerInterface // answer requests whose token and body are known to be good
	endpoints  *http.ServeMux                             // those below /__mock/
	outbox     *delivery.Outbox                           // delivers events
	tokens     token.Issuer
	sessions   *session.Store

	mu                 sync.Mutex // guards what follows
	random             *rand.PCG
	apiKey, customerID string
	stats              Stats
	closed             bool
	state
}

// state is what Reset forgets.
type state struct {
	authCalls   int
	faults      fault.Queue[Fault]
	eventFaults fault.Queue[EventFault]
	requests    recent.List[*Request]
	events      []Event // the oldest first
	hook        *api.ConfigureWebhookRequest
	ctx         context.Context // of the deliveries
	stop        context.CancelFunc
}

// New returns a mock. The error joins everything that is wrong with the options.
func New(opts ...Option) (*Mock, error) {
	m := &Mock{
		seed: rand.Uint64(), now: time.Now, tokenTTL: time.Hour, sessionTTL: time.Hour,
		maxSessions: 2_000, logger: slog.New(slog.DiscardHandler), outbox: delivery.New(),
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
		u, _ := url.Parse(*m.base) // checked
		if m.basePath = strings.TrimRight(u.Path, "/"); u.Host != "" {
			m.baseURL = strings.TrimRight(*m.base, "/")
		}
	}
	var err error
	if m.contract, err = contract.New(contract.WithServer("/")); err != nil {
		return nil, fmt.Errorf("umbrellatest: %w", err)
	}
	m.operations = func(a *answer) server.StrictServerInterface { return operations{mock: m, answer: a} }
	m.endpoints, m.state = newEndpoints(m), m.fresh()
	m.sessions = session.NewStore(m.maxSessions, m.now, m.entered)

	m.random = rand.NewPCG(m.seed, startStream)
	m.tokens.Secret = []byte(m.uuid())
	if m.apiKey == "" {
		m.apiKey, m.customerID = m.uuid(), m.uuid()
	}
	m.random = rand.NewPCG(m.seed, sessionStream)
	return m, nil
}

func (m *Mock) fresh() state {
	ctx, stop := context.WithCancel(context.Background())
	return state{hook: m.startHook, ctx: ctx, stop: stop, requests: recent.List[*Request]{Max: maxRequests, Size: sizeOf}}
}

// Reset forgets sessions, journal, webhook, events, faults and AuthCalls. Credentials,
// tokens, Stats and the webhook of [WithWebhook] stay. With [WithSeed], ids begin again as at the start.
func (m *Mock) Reset() {
	m.change(func() {
		m.stop()
		m.state = m.fresh()
		if m.seeded {
			m.random = rand.NewPCG(m.seed, sessionStream)
		}
	})
	m.sessions.Stop(true)
}

// Close ends the deliveries to the webhook, those under way included, and the
// clocks of the sessions. The mock still serves, but sends no more events.
func (m *Mock) Close() {
	m.mu.Lock()
	m.closed = true
	m.stop()
	m.mu.Unlock()
	m.sessions.Stop(false)
	m.outbox.Close()
}

// change does what a user of the mock asks for, and counts it.
func (m *Mock) change(do func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	do()
	m.stats.Controls++
}

// uuid makes up a version 4 UUID. The caller holds m.mu.
func (m *Mock) uuid() string {
	high, low := m.random.Uint64(), m.random.Uint64()
	return fmt.Sprintf("%08x-%04x-4%03x-%04x-%012x", high>>32, high>>16&0xffff, high&0xfff, low>>48&0x3fff|0x8000, low&(1<<48-1))
}
