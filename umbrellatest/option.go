package umbrellatest

import (
	"errors"
	"log/slog"
	"maps"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/umbrella-api/umbrella-go/api"
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

// WithSessionTTL sets how long a session runs before it expires by itself, in whole
// seconds. The default, 1 h, is made up: the vendor does not say.
func WithSessionTTL(ttl time.Duration) Option {
	return func(m *Mock) error {
		if ttl < time.Second {
			return errors.New("WithSessionTTL: the lifetime is below 1 s")
		}
		m.sessionTTL = ttl.Truncate(time.Second)
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

// WithBaseURL tells the mock where it is reached from outside: links to sessions
// begin with it, and the path in it, such as /api/services, is that of /auth, the
// operations, the wizard and the documents. Without it a link begins with the host
// that the request for it went to. Of the one given to [NewServer], only the path counts.
// /healthz and the endpoints under /__mock/ have no base path.
func WithBaseURL(base string) Option {
	return func(m *Mock) error {
		u, err := url.Parse(base)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
			return errors.New("WithBaseURL: the URL is not one such as http://localhost:8080/api/services")
		}
		m.baseURL, m.basePath = strings.TrimRight(base, "/"), strings.TrimRight(u.Path, "/")
		return nil
	}
}

// WithAllowedHosts has the endpoints under /__mock/ answer requests for these hosts,
// names or addresses without a port, as they do for loopback ones, and
// [WithFetchPDF] ask them.
func WithAllowedHosts(hosts ...string) Option {
	return func(m *Mock) error {
		for _, host := range hosts {
			if host == "" || strings.ContainsAny(host, "/*@ ") || net.ParseIP(host) == nil && strings.Contains(host, ":") {
				return errors.New("WithAllowedHosts: a host is not a name or an address without a port")
			}
		}
		m.hosts = append(m.hosts, hosts...)
		return nil
	}
}

// WithCORSOrigins lets pages of these origins, such as http://localhost:5173, call
// /auth and the operations from a browser. There are none by default.
func WithCORSOrigins(origins ...string) Option {
	return func(m *Mock) error {
		for _, origin := range origins {
			if u, err := url.Parse(origin); err != nil || u.Host == "" || origin != u.Scheme+"://"+u.Host {
				return errors.New("WithCORSOrigins: an origin is not one such as http://localhost:5173")
			}
		}
		m.corsOrigins = append(m.corsOrigins, origins...)
		return nil
	}
}

// WithWebhook has events sent from the start as after a call of configureWebhook,
// with these headers. Reset does not forget it.
func WithWebhook(webhookURL string, header map[string]string) Option {
	return func(m *Mock) error {
		if u, err := url.Parse(webhookURL); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
			return errors.New("WithWebhook: the URL is not an http or https URL")
		}
		m.startHook = &api.ConfigureWebhookRequest{WebhookURL: webhookURL, Metadata: &api.WebhookMetadata{AuthHeader: maps.Clone(header)}}
		return nil
	}
}

// WithFetchPDF has the mock really fetch docUrl when a session is opened, within 10 s
// and from loopback hosts and those of [WithAllowedHosts] only. Redirects are not
// followed. A session without a PDF there fails when it is signed; when the service
// looks, and what it does then, is not known.
func WithFetchPDF() Option {
	return func(m *Mock) error {
		m.fetchPDF = true
		return nil
	}
}

// InMemory has [NewServer] serve without sockets, so that it works inside a bubble of
// testing/synctest, where the sessions and tokens live on the bubble's clock. Only
// Server.Client and Server.HTTPClient reach it. Webhooks still go over the network.
func InMemory() Option {
	return func(m *Mock) error {
		m.inMemory = true
		return nil
	}
}
