package umbrellatest

import (
	"errors"
	"log/slog"
	"time"
)

// Option configures a [Mock]. A value that makes no sense is an error of [New].
type Option func(*Mock) error

// WithSeed fixes everything that the mock makes up: credentials, tokens, ids and
// links. With [WithClock] as well, two runs with the same requests in the same
// order get the same bytes. By default every mock differs.
func WithSeed(seed uint64) Option {
	return func(m *Mock) error {
		m.seed, m.seeded = seed, true
		return nil
	}
}

// WithClock replaces time.Now for times in answers and the expiry of tokens;
// delays stay in real time. It is called from many goroutines and must not call
// the mock.
func WithClock(now func() time.Time) Option {
	return func(m *Mock) error {
		if now == nil {
			return errors.New("WithClock: the function is nil")
		}
		m.now = now
		return nil
	}
}

// WithTokenTTL sets how long tokens are valid, in whole seconds. The default is
// the 60 minutes of openapi.yaml (securitySchemes).
func WithTokenTTL(ttl time.Duration) Option {
	return func(m *Mock) error {
		if ttl < time.Second {
			return errors.New("WithTokenTTL: the lifetime is below 1 s")
		}
		m.ttl = ttl.Truncate(time.Second)
		return nil
	}
}

// WithCredentials sets the pair that POST /auth accepts. The default is made up.
func WithCredentials(apiKey, customerID string) Option {
	return func(m *Mock) error {
		if apiKey == "" || customerID == "" {
			return errors.New("WithCredentials: the API key or the customer id is empty")
		}
		m.apiKey, m.customerID = apiKey, customerID
		return nil
	}
}

// WithMaxSessions sets how many sessions the mock keeps, at least 1; the oldest go.
// The default is 2,000. Sessions and journal together never take more than 64 MiB.
func WithMaxSessions(n int) Option {
	return func(m *Mock) error {
		if n < 1 {
			return errors.New("WithMaxSessions: the number is below 1")
		}
		m.maxSessions = n
		return nil
	}
}

// WithLatency delays each request to /auth and to an operation.
func WithLatency(latency time.Duration) Option {
	return func(m *Mock) error {
		if latency < 0 {
			return errors.New("WithLatency: the duration is negative")
		}
		m.latency = latency
		return nil
	}
}

// WithLogger logs one record for each request: at warn level with the violations
// when it was refused, else at info level. The default is silence.
func WithLogger(logger *slog.Logger) Option {
	return func(m *Mock) error {
		if logger == nil {
			return errors.New("WithLogger: the logger is nil")
		}
		m.logger = logger
		return nil
	}
}

// WithoutControl switches off the header Umbrella-Mock-Fault and the endpoints
// under /__mock/. [Mock.Inject] and the other methods still work.
func WithoutControl() Option {
	return func(m *Mock) error {
		m.noControl = true
		return nil
	}
}
