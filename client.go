package umbrella

import (
	"errors"
	"fmt"
	"net/http"
	"os"

	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/internal/httpkit"
)

// The base URLs of the service (openapi.yaml, servers).
const (
	Production = api.ServerProduction
	Sandbox    = api.ServerSandbox
)

// Client calls the QES onboarding service. Make one with [New] and share it: it
// is safe for concurrent use, and its connections and its token serve all calls.
// There is nothing to close; an idle Client has no goroutine beyond those of its
// idle connections.
type Client struct {
	server   string // the base URL, with a slash at its end
	basePath string // of server
	send     handler
	api      *api.ClientWithResponses
	http     *http.Client
	plain    *http.Client // without a token, for downloads
	config   config
}

// New returns a client for server: [Production], [Sandbox] or a base URL of your
// own, which must be absolute and https (plain http is fine for loopback hosts
// and with [WithInsecureHTTP]) and have no user info, query or fragment. Exactly
// one of [WithAPIKey], [WithToken] and [WithTokenSource] is required. The error
// names everything that is wrong, not only the first. No request is made.
func New(server string, opts ...Option) (*Client, error) {
	cfg := defaults()
	var errs []error
	for _, opt := range opts {
		if opt == nil {
			errs = append(errs, errors.New("a nil Option"))
		} else {
			errs = append(errs, opt(&cfg))
		}
	}
	base, err := httpkit.ParseBaseURL(server, cfg.insecure)
	if err != nil {
		errs = append(errs, fmt.Errorf("server: %w", err))
	}
	if n := len(cfg.auth); n != 1 {
		errs = append(errs, fmt.Errorf("need exactly one of WithAPIKey, WithToken and WithTokenSource, got %d", n))
	}
	c := &Client{config: cfg}
	if err = errors.Join(errs...); err == nil {
		c.server, c.basePath = base.String(), base.EscapedPath()
		c.send, c.http, c.plain, err = cfg.chain(c.server)
	}
	if err != nil {
		return nil, fmt.Errorf("umbrella: cannot make a client: %w", err)
	}
	// Not api.NewClient, whose default http.Client, never used here, links net/http's
	// cookie code into programs that have no use for it.
	c.api = &api.ClientWithResponses{ClientInterface: &api.Client{Server: c.server, Client: c.generated()}}
	return c, nil
}

// NewFromEnv is [New] with the server and the credentials from the environment:
// UMBRELLA_SERVER ("production", "sandbox" or a base URL) and either both of
// UMBRELLA_API_KEY and UMBRELLA_CUSTOMER_ID, or UMBRELLA_TOKEN. The error names
// all variables that are missing or wrong. Other options may be added.
func NewFromEnv(opts ...Option) (*Client, error) {
	var errs []error
	server := os.Getenv("UMBRELLA_SERVER")
	switch server {
	case "":
		errs = append(errs, errors.New(`UMBRELLA_SERVER is not set: "production", "sandbox" or a base URL`))
	case "production":
		server = Production
	case "sandbox":
		server = Sandbox
	default: // New judges plain http, which an option may allow
		if _, err := httpkit.ParseBaseURL(server, true); err != nil {
			errs = append(errs, fmt.Errorf(`UMBRELLA_SERVER is neither "production" nor "sandbox": %w`, err))
		}
	}
	key, customer, token := os.Getenv("UMBRELLA_API_KEY"), os.Getenv("UMBRELLA_CUSTOMER_ID"), os.Getenv("UMBRELLA_TOKEN")
	switch {
	case token != "" && key+customer != "":
		errs = append(errs, errors.New("UMBRELLA_TOKEN and UMBRELLA_API_KEY or UMBRELLA_CUSTOMER_ID are both set: keep one kind"))
	case token != "":
		opts = append([]Option{WithToken(token)}, opts...)
	case key+customer == "":
		errs = append(errs, errors.New("no credentials: set UMBRELLA_API_KEY and UMBRELLA_CUSTOMER_ID, or UMBRELLA_TOKEN"))
	case key == "":
		errs = append(errs, errors.New("UMBRELLA_API_KEY is not set, but UMBRELLA_CUSTOMER_ID is"))
	case customer == "":
		errs = append(errs, errors.New("UMBRELLA_CUSTOMER_ID is not set, but UMBRELLA_API_KEY is"))
	default:
		opts = append([]Option{WithAPIKey(key, customer)}, opts...)
	}
	for _, secret := range [...]struct{ name, value string }{
		{"UMBRELLA_API_KEY", key}, {"UMBRELLA_CUSTOMER_ID", customer}, {"UMBRELLA_TOKEN", token},
	} {
		if secret.value != "" {
			errs = append(errs, usable(secret.name, secret.value))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, fmt.Errorf("umbrella: cannot make a client: %w", err)
	}
	return New(server, opts...)
}

// API returns the generated client on the same connections, token, retries and
// limits, for operations that have no method here. Its methods do not validate
// requests, and an answer of any status is not an error to it; that there was no
// answer is an *[Error]. Their editors run before all that: no limit ends one that hangs.
func (c *Client) API() *api.ClientWithResponses { return c.api }

// CloseIdleConnections closes the connections of the Client that no call is using.
// One that is dropped without it lets them go after 45 s. With [WithHTTPClient] the
// connections are those of that client's transport.
func (c *Client) CloseIdleConnections() {
	if c != nil && c.http != nil {
		c.http.CloseIdleConnections()
	}
}
