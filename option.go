package umbrella

import (
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"time"

	"github.com/umbrella-api/umbrella-go/authprovider"
	"github.com/umbrella-api/umbrella-go/internal/httpkit"
)

// Version is the semantic version of this module.
const Version = httpkit.Version

// Option configures a [Client]. A value that makes no sense is an error of [New].
type Option func(*config) error

type config struct {
	auth      []func(server string, client *http.Client) (authprovider.TokenSource, error)
	ownSource bool // the token source is the user's own
	client    *http.Client
	userAgent string
	timeout   time.Duration
	retry     RetryPolicy
	maxBody   int64
	record    recorder // nil without WithLogger
	insecure  bool
	validate  bool
}

func defaults() config {
	return config{
		userAgent: httpkit.UserAgent,
		timeout:   60 * time.Second,
		retry:     RetryPolicy{}.withDefaults(),
		maxBody:   1 << 20,
		validate:  true,
	}
}

// WithAPIKey authenticates with an API key and a customer id: tokens come from
// POST /auth, are cached, and are renewed before they expire.
func WithAPIKey(apiKey, customerID string) Option {
	return func(c *config) error {
		c.auth = append(c.auth, func(server string, client *http.Client) (authprovider.TokenSource, error) {
			opts := []authprovider.Option{authprovider.WithHTTPClient(client), authprovider.WithUserAgent(c.userAgent)}
			if c.insecure {
				opts = append(opts, authprovider.WithInsecureHTTP())
			}
			return authprovider.NewAPIKeySource(server, apiKey, customerID, opts...)
		})
		return errors.Join(usable("WithAPIKey: the API key", apiKey), usable("WithAPIKey: the customer id", customerID))
	}
}

// WithToken authenticates with a bearer token that you renew yourself. The API's
// tokens are valid for 60 minutes (openapi.yaml, securitySchemes).
func WithToken(token string) Option {
	return func(c *config) error {
		t, _ := authprovider.NewToken(token, time.Time{})
		c.auth = append(c.auth, func(string, *http.Client) (authprovider.TokenSource, error) { return authprovider.Static(t), nil })
		return usable("WithToken: the token", token)
	}
}

// usable says what keeps secret from being sent in a header, without repeating it.
func usable(what, secret string) error {
	if err := httpkit.CheckSecret(secret); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// WithTokenSource authenticates with the tokens of source, which is asked before
// every attempt and must be safe for concurrent use.
func WithTokenSource(source authprovider.TokenSource) Option {
	return func(c *config) error {
		c.ownSource = true
		c.auth = append(c.auth, func(string, *http.Client) (authprovider.TokenSource, error) { return source, nil })
		if source == nil {
			return errors.New("WithTokenSource: the source is nil")
		}
		return nil
	}
}

// WithHTTPClient sends everything, POST /auth included, through a copy of client:
// its Transport, Jar and Timeout stay in use, its redirect policy does not (no
// redirect is followed). Use it for proxies, client certificates and tracing. An
// *http.Transport that hangs is replaced by a copy of itself; one that is wrapped in
// another transport is not, and then it takes a new Client to get over it.
func WithHTTPClient(client *http.Client) Option {
	return func(c *config) error {
		if client == nil {
			return errors.New("WithHTTPClient: the client is nil")
		}
		c.client = client
		return nil
	}
}

// WithTimeout limits a whole call: waiting for a token, all attempts and the
// waits between them. The default is 60 s; 0 leaves the limit to the context.
func WithTimeout(timeout time.Duration) Option {
	return func(c *config) error {
		if timeout < 0 {
			return errors.New("WithTimeout: the timeout is negative")
		}
		c.timeout = timeout
		return nil
	}
}

// WithRetry replaces the retry policy. Fields that are 0 keep their default.
func WithRetry(policy RetryPolicy) Option {
	return func(c *config) error {
		c.retry = policy.withDefaults()
		if policy.MaxAttempts < 0 || min(policy.MinBackoff, policy.MaxBackoff, policy.MaxRetryAfter) < 0 {
			return errors.New("WithRetry: a field is negative")
		}
		if c.retry.MinBackoff > c.retry.MaxBackoff {
			return errors.New("WithRetry: MinBackoff is above MaxBackoff")
		}
		return nil
	}
}

// WithLogger logs one record for each attempt: at debug level, or at warn level
// when the attempt failed or repeats another. A record has the operation, method,
// host, the path's template, status, duration, attempt number, the wait before it,
// the kind of failure, and whether it is repeated or why not; never a header, a
// body, a query or a value of the request.
func WithLogger(log *slog.Logger) Option {
	return func(c *config) error {
		if log == nil {
			return errors.New("WithLogger: the logger is nil")
		}
		// From here and nowhere else, so that who does not log does not link slog.
		c.record = newRecorder(log)
		return nil
	}
}

// WithUserAgent replaces the User-Agent header, "umbrella-go/" and the version.
func WithUserAgent(userAgent string) Option {
	return func(c *config) error {
		if userAgent == "" {
			return errors.New("WithUserAgent: the value is empty")
		}
		for i := range len(userAgent) {
			if b := userAgent[i]; b < ' ' || b > '~' {
				return errors.New("WithUserAgent: a character that is not printable ASCII")
			}
		}
		c.userAgent = userAgent
		return nil
	}
}

// WithMaxResponseBytes limits the body of an answer, errors included, after
// decompression. The default is 1 MiB. A longer one is [ErrResponseTooLarge].
func WithMaxResponseBytes(n int64) Option {
	return func(c *config) error {
		if n < 1 {
			return errors.New("WithMaxResponseBytes: the limit is below 1")
		}
		c.maxBody = min(n, math.MaxInt64-1) // room for one byte more, which tells
		return nil
	}
}

// WithoutValidation sends requests without [Validate]. The API answers a bad one
// with 400 and no reason.
func WithoutValidation() Option {
	return func(c *config) error {
		c.validate = false
		return nil
	}
}

// WithInsecureHTTP allows plain http to hosts other than loopback. Tokens and
// personal data then travel in the clear: for test networks only.
func WithInsecureHTTP() Option {
	return func(c *config) error {
		c.insecure = true
		return nil
	}
}
