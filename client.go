package umbrella

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"

	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/internal/baseurl"
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
	api      *api.ClientWithResponses
	doer     api.HttpRequestDoer
	template *http.Request // of createSessionLink, made once by the generated code
	validate bool
	// secrets are never repeated in an error message. A function, because fmt
	// follows pointers and slices of unexported fields, but calls nothing.
	secrets func() []string
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
		} else if err := opt(&cfg); err != nil {
			errs = append(errs, err)
		}
	}
	base, err := baseurl.Parse(server, cfg.insecure)
	if err != nil {
		errs = append(errs, fmt.Errorf("server: %w", err))
	}
	if n := len(cfg.auth); n != 1 {
		errs = append(errs, fmt.Errorf("need exactly one of WithAPIKey, WithToken and WithTokenSource, got %d", n))
	}
	if len(errs) > 0 {
		return nil, fmt.Errorf("umbrella: cannot make a client: %w", errors.Join(errs...))
	}
	server = base.String()
	doer, err := cfg.doer(server)
	if err != nil {
		return nil, fmt.Errorf("umbrella: cannot make a client: %w", err)
	}
	// Not api.NewClient, whose default http.Client, never used here, links net/http's
	// cookie code into programs that have no use for it.
	client := &api.ClientWithResponses{ClientInterface: &api.Client{Server: server, Client: doer}}
	template, err := api.NewCreateSessionLinkRequest(server, api.CreateSessionLinkRequest{})
	if err != nil {
		return nil, fmt.Errorf("umbrella: cannot make a client: %w", err)
	}
	return &Client{client, doer, template, cfg.validate, func() []string { return cfg.secrets }}, nil
}

// NewFromEnv is [New] with the server and the credentials from the environment:
// UMBRELLA_SERVER ("production", "sandbox" or a base URL) and either both of
// UMBRELLA_API_KEY and UMBRELLA_CUSTOMER_ID, or UMBRELLA_TOKEN. The error names
// the variables that are missing. Other options may be added.
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
	if len(errs) > 0 {
		return nil, fmt.Errorf("umbrella: cannot make a client: %w", errors.Join(errs...))
	}
	return New(server, opts...)
}

// request is api.NewCreateSessionLinkRequest without its work that is the same for
// each request.
func (c *Client) request(ctx context.Context, in api.CreateSessionLinkRequest) (*http.Request, error) {
	data, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	req, target := c.template.WithContext(ctx), *c.template.URL
	req.URL, req.Header = &target, c.template.Header.Clone()
	req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }
	req.ContentLength = int64(len(data))
	req.Body, err = req.GetBody()
	return req, err
}

// API returns the generated client on the same connections, token, retries and
// limits, for operations that have no method here. Its methods do not validate
// requests, and an answer of any status is not an error to it; that there was no
// answer is an *[Error].
func (c *Client) API() *api.ClientWithResponses { return c.api }
