package main

import (
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/spf13/pflag"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/internal/httpkit"
)

// connection is the part of the command line that says how to call the service.
type connection struct {
	std     streams
	server  string
	timeout time.Duration
	retries int
	verbose bool
	json    bool

	base string // the URL of the service, once there is a client
}

func (c *connection) define(fs *pflag.FlagSet) {
	c.defineServer(fs)
	fs.IntVar(&c.retries, "retries", 2, "how often an attempt is repeated that cannot have been processed")
	fs.BoolVar(&c.verbose, "verbose", false, "write each attempt to standard error")
}

func (c *connection) defineServer(fs *pflag.FlagSet) {
	fs.StringVar(&c.server, "server", "", "production, sandbox or the base `URL` of a server; else UMBRELLA_SERVER")
	fs.DurationVar(&c.timeout, "timeout", time.Minute, "limit of each call with its attempts and waits, 0 for none")
	fs.BoolVar(&c.json, "json", false, "print results, and errors on standard error, as JSON")
}

// target is the base URL of the service.
func (c *connection) target(wrong *misuse) string {
	value, name := c.server, "--server "
	if value == "" {
		value, name = os.Getenv("UMBRELLA_SERVER"), "UMBRELLA_SERVER="
	}
	switch value {
	case "":
		wrong.add("UMBRELLA_SERVER is not set and there is no --server: want production, sandbox or a URL (umbrella link --mock needs none)")
		return ""
	case "production":
		return umbrella.Production
	case "sandbox":
		return umbrella.Sandbox
	}
	u, err := url.Parse(value)
	if err == nil && u.Scheme == "http" && u.Host != "" && !httpkit.IsLoopback(u) {
		wrong.add("%s…: plain http to %q, which is not this machine: want https", name, u.Hostname())
	} else if err != nil || u.Host == "" {
		wrong.add("%s%s: want production, sandbox or a URL such as https://host/base/path%s",
			name, shown(value), suggest(value, []string{"production", "sandbox"}))
	} else if _, err := httpkit.ParseBaseURL(value, true); err != nil {
		wrong.add("%s…: %s", name, strings.ReplaceAll(err.Error(), "\n", ", "))
	}
	return value
}

// secrets are the credentials in the environment: a key and a customer, or a token.
type secrets struct{ key, customer, token string }

func readSecrets(wrong *misuse) secrets {
	s := secrets{os.Getenv("UMBRELLA_API_KEY"), os.Getenv("UMBRELLA_CUSTOMER_ID"), os.Getenv("UMBRELLA_TOKEN")}
	switch {
	case s.token != "" && s.key+s.customer != "":
		wrong.credentials("UMBRELLA_TOKEN and UMBRELLA_API_KEY or UMBRELLA_CUSTOMER_ID are both set: keep one kind")
	case s.token != "":
	case s.key+s.customer == "":
		wrong.credentials("no credentials: set UMBRELLA_API_KEY and UMBRELLA_CUSTOMER_ID, or UMBRELLA_TOKEN (umbrella link --mock needs none)")
	case s.key == "":
		wrong.credentials("UMBRELLA_API_KEY is not set, but UMBRELLA_CUSTOMER_ID is")
	case s.customer == "":
		wrong.credentials("UMBRELLA_CUSTOMER_ID is not set, but UMBRELLA_API_KEY is")
	}
	for _, v := range [][2]string{{"UMBRELLA_API_KEY", s.key}, {"UMBRELLA_CUSTOMER_ID", s.customer}, {"UMBRELLA_TOKEN", s.token}} {
		if err := httpkit.CheckSecret(v[1]); v[1] != "" && err != nil {
			wrong.credentials("%s: %s", v[0], err)
		}
	}
	if end := expiry(s.token); !end.IsZero() && !time.Now().Before(end) {
		wrong.credentials("UMBRELLA_TOKEN expired at %s, %s ago: get a new one",
			end.UTC().Format(time.RFC3339), time.Since(end).Round(time.Second))
	}
	return s
}

// expiry is what a token says of its own end, the zero time if it says nothing.
func expiry(token string) time.Time {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return time.Time{}
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	var claims struct {
		Exp float64 `json:"exp"`
	}
	if err != nil || json.Unmarshal(payload, &claims) != nil || claims.Exp < 1 || claims.Exp > 1<<40 {
		return time.Time{}
	}
	return time.Unix(int64(claims.Exp), 0)
}

// client makes the client, and nil if something is wrong.
func (c *connection) client(wrong *misuse) *umbrella.Client {
	c.base = c.target(wrong)
	s, opts := readSecrets(wrong), c.options(wrong)
	if wrong.err() != nil {
		return nil
	}
	credentials := umbrella.WithAPIKey(s.key, s.customer)
	if s.token != "" {
		credentials = umbrella.WithToken(s.token)
	}
	client, err := umbrella.New(c.base, append(opts, credentials)...)
	if err != nil {
		wrong.add("%s", err)
	}
	return client
}

func (c *connection) options(wrong *misuse) []umbrella.Option {
	wrong.unless(c.timeout >= 0, "--timeout must not be negative")
	wrong.unless(c.retries >= 0 && c.retries <= 100, "--retries must be from 0 to 100")
	opts := []umbrella.Option{
		umbrella.WithTimeout(c.timeout), umbrella.WithRetry(umbrella.RetryPolicy{MaxAttempts: c.retries + 1}),
	}
	if c.verbose {
		level := &slog.HandlerOptions{Level: slog.LevelDebug}
		var handler slog.Handler = slog.NewTextHandler(c.std.err, level)
		if c.json {
			handler = slog.NewJSONHandler(c.std.err, level)
		}
		opts = append(opts, umbrella.WithLogger(slog.New(handler)))
	}
	return opts
}
