package umbrellatest

import (
	"errors"
	"log/slog"
	"maps"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/internal/httpkit"
	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/crossorigin"
	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/delivery"
	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/page"
)

// Option configures a [Mock]. A value that makes no sense is an error of [New].
type Option func(*Mock)

// WithSeed fixes everything that the mock makes up: credentials, tokens, ids and
// links. With [WithClock] as well, two runs with the same requests in the same
// order get the same bytes. By default every mock differs.
func WithSeed(seed uint64) Option {
	return func(m *Mock) { m.seed, m.seeded = seed, true }
}

// WithClock replaces time.Now for times in answers and the expiry of tokens, sessions
// and documents; delays stay in real time. It is called from many goroutines and must not call
// the mock.
func WithClock(now func() time.Time) Option {
	return func(m *Mock) { m.now = now }
}

// WithTokenTTL sets how long tokens are valid, in whole seconds. The default is
// the 60 minutes of openapi.yaml (securitySchemes).
func WithTokenTTL(ttl time.Duration) Option {
	return func(m *Mock) { m.tokenTTL = ttl.Truncate(time.Second) }
}

// WithSessionTTL sets how long a session runs before it expires by itself, in whole
// seconds. The default, 1 h, is made up: the vendor does not say.
func WithSessionTTL(ttl time.Duration) Option {
	return func(m *Mock) { m.sessionTTL = ttl.Truncate(time.Second) }
}

// WithCredentials sets the pair that POST /auth accepts. Without it, or when both
// are empty, the mock makes up a pair.
func WithCredentials(apiKey, customerID string) Option {
	return func(m *Mock) { m.apiKey, m.customerID = apiKey, customerID }
}

// WithMaxSessions sets how many sessions the mock keeps, at least 1; the oldest go.
// The default is 2,000. Sessions and journal together never take more than 64 MiB.
func WithMaxSessions(n int) Option {
	return func(m *Mock) { m.maxSessions = n }
}

// WithLatency delays each answer but those of /healthz and of the endpoints under
// /__mock/: also those of the pages, the documents and what the mock does not know.
func WithLatency(latency time.Duration) Option {
	return func(m *Mock) { m.latency = latency }
}

// WithLogger logs one record for each request: at warn level with the violations
// when it was refused, else at info level. The default is silence.
func WithLogger(logger *slog.Logger) Option {
	return func(m *Mock) { m.logger = logger }
}

// WithoutControl switches off the header Umbrella-Mock-Fault and the endpoints
// under /__mock/. [Mock.Inject] and the other methods still work.
func WithoutControl() Option {
	return func(m *Mock) { m.noControl = true }
}

// WithBaseURL tells the mock where it is reached from outside: links to sessions
// begin with it, and the path in it, such as /api/services, is that of /auth, the
// operations, the wizard and the documents. Without it, or with a path alone, a link
// begins with the host that the request for it went to. Of the one given to [NewServer], only the path counts.
// /healthz and the endpoints under /__mock/ have no base path.
func WithBaseURL(base string) Option {
	return func(m *Mock) { m.base = &base }
}

// WithAllowedHosts has the endpoints under /__mock/ answer requests for these hosts,
// names or addresses without a port, as they do for loopback ones, and
// [WithFetchPDF] ask them.
func WithAllowedHosts(hosts ...string) Option {
	return func(m *Mock) { m.browsers.Hosts = append(m.browsers.Hosts, hosts...) }
}

// WithCORSOrigins lets pages of these origins, such as http://localhost:5173, call
// /auth and the operations from a browser. There are none by default.
func WithCORSOrigins(origins ...string) Option {
	return func(m *Mock) { m.browsers.Origins = append(m.browsers.Origins, origins...) }
}

// WithWebhook has events sent from the start as after a call of configureWebhook,
// with these headers, by their names. Reset does not forget it.
func WithWebhook(webhookURL string, header map[string]string) Option {
	return func(m *Mock) {
		m.startHook = &api.ConfigureWebhookRequest{WebhookURL: webhookURL, Metadata: &api.WebhookMetadata{AuthHeader: maps.Clone(header)}}
	}
}

// WithFetchPDF has the mock really fetch docUrl when a session is opened, within 10 s
// and from loopback hosts and those of [WithAllowedHosts] only. The PDF must be at an
// https URL, whose certificate is not checked. Redirects are not followed. A session without a PDF there fails when it is signed; when the service
// looks, and what it does then, is not known.
func WithFetchPDF() Option {
	return func(m *Mock) { m.fetchPDF = true }
}

// InMemory has [NewServer] serve without sockets, so that it works inside a bubble of
// testing/synctest, where the sessions and tokens live on the bubble's clock. Only
// Server.Client and Server.HTTPClient reach it. Webhooks still go over the network.
func InMemory() Option {
	return func(m *Mock) { m.inMemory = true }
}

// check says everything that is wrong with the options.
func (m *Mock) check(opts []Option) error {
	wrongHeader := ""
	if m.startHook != nil {
		wrongHeader = delivery.WrongHeader(m.startHook.Metadata.AuthHeader)
	}
	return errors.Join(
		when(slices.ContainsFunc(opts, func(o Option) bool { return o == nil }), "a nil Option"),
		when(m.now == nil, "WithClock: the function is nil"),
		when(m.tokenTTL < time.Second, "WithTokenTTL: the lifetime is below 1 s"),
		when(m.sessionTTL < time.Second, "WithSessionTTL: the lifetime is below 1 s"),
		when((m.apiKey == "") != (m.customerID == ""), "WithCredentials: the API key or the customer id is empty"),
		when(m.apiKey != "" && httpkit.CheckSecret(m.apiKey) != nil || m.customerID != "" && httpkit.CheckSecret(m.customerID) != nil, "WithCredentials: the API key or the customer id has a character that no client can send"),
		when(m.maxSessions < 1, "WithMaxSessions: the number is below 1"),
		when(m.latency < 0, "WithLatency: the duration is negative"),
		when(m.logger == nil, "WithLogger: the logger is nil"),
		when(m.base != nil && isNoBase(*m.base), "WithBaseURL: the URL is not one such as http://localhost:8080/api/services or /api/services, without dots and escapes in its path, or is below /__mock/"),
		when(slices.ContainsFunc(m.browsers.Hosts, crossorigin.IsNoHost), "WithAllowedHosts: a host is not a name or an address without a port"),
		when(slices.ContainsFunc(m.browsers.Origins, crossorigin.IsNoOrigin), "WithCORSOrigins: an origin is not one as browsers send it, such as http://localhost:5173: in lower case, without a path and without the port of its scheme"),
		when(m.startHook != nil && !page.IsWeb(m.startHook.WebhookURL), "WithWebhook: the URL is not an http or https URL"),
		when(wrongHeader != "", "WithWebhook: in the headers, "+wrongHeader),
	)
}

// when is an error if something applies, and else nil.
func when(applies bool, problem string) error {
	if applies {
		return errors.New(problem)
	}
	return nil
}

// isNoBase reports whether links cannot begin with an address that has a host, or
// requests for its path would not reach the service.
func isNoBase(address string) bool {
	u, err := url.Parse(address)
	if err != nil || !page.IsWeb(address) && (u.Host != "" || !strings.HasPrefix(address, "/")) || strings.ContainsAny(address, "@?#") {
		return true
	}
	base := strings.TrimRight(u.Path, "/")
	return base != strings.TrimRight(u.EscapedPath(), "/") || base != "" && base != path.Clean(base) || strings.HasPrefix(base+"/", controlPath)
}
