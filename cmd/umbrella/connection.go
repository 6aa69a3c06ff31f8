package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/spf13/pflag"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/internal/httpkit"
)

// connection is the part of the command line that says how to call the service.
type connection struct {
	*invocation
	server  string
	timeout time.Duration
	retries int
	verbose bool

	base        string // the URL of the service
	credentials credentials
	client      *umbrella.Client
}

func (c *connection) define(fs *pflag.FlagSet) {
	c.defineServer(fs)
	fs.IntVar(&c.retries, "retries", 2, "how often an attempt is repeated that cannot have been processed")
	fs.BoolVar(&c.verbose, "verbose", false, "write each attempt to standard error")
}

func (c *connection) defineServer(fs *pflag.FlagSet) {
	fs.StringVar(&c.server, "server", "", "production, sandbox or the base `URL` of a server; else UMBRELLA_SERVER")
	fs.DurationVar(&c.timeout, "timeout", time.Minute, "limit of each call with its attempts and waits, 0 for none")
	fs.BoolVar(&c.json, "json", false, "print results, and what goes to standard error, as JSON")
}

// checkServer finds the base URL of the service.
func (c *connection) checkServer() {
	value, name := c.server, "--server "
	if value == "" {
		value, name = os.Getenv("UMBRELLA_SERVER"), "UMBRELLA_SERVER="
	}
	switch value {
	case "":
		c.wrong.add("UMBRELLA_SERVER is not set and there is no --server: want production, sandbox or a URL (umbrella link --mock needs none)")
	case "production":
		c.base = umbrella.Production
	case "sandbox":
		c.base = umbrella.Sandbox
	default:
		c.base = value
		if _, err := httpkit.ParseBaseURL(value, false); err != nil {
			hint := suggest(value, []string{"production", "sandbox"})
			c.wrong.add("%s%s: %s%s", name, shown(value), inWordsOfTheCommand.Replace(err.Error()), hint)
		}
	}
}

// checkCall is for what define defines.
func (c *connection) checkCall() {
	c.wrong.unless(c.timeout >= 0, "--timeout must not be negative")
	c.wrong.unless(c.retries >= 0 && c.retries <= 100, "--retries must be from 0 to 100")
}

// connect makes the client, unless something is wrong.
func (c *connection) connect() {
	c.checkServer()
	c.checkCredentials()
	c.checkCall()
	if c.wrong.err() != nil {
		return
	}
	auth := umbrella.WithAPIKey(c.credentials.key, c.credentials.customer)
	if c.credentials.token != "" {
		auth = umbrella.WithToken(c.credentials.token)
	}
	var err error
	if c.client, err = umbrella.New(c.base, append(c.options(), auth)...); err != nil {
		c.wrong.add("%s", err)
	}
}

// print prints a result or a notice: text, or v as one line with --json.
func (c *connection) print(out io.Writer, v any, text string, args ...any) error {
	if c.json {
		return writeJSON(out, v)
	}
	_, err := fmt.Fprintf(out, text, args...)
	return err
}

func (c *connection) options() []umbrella.Option {
	return []umbrella.Option{
		umbrella.WithTimeout(c.timeout), umbrella.WithRetry(umbrella.RetryPolicy{MaxAttempts: c.retries + 1}),
		umbrella.WithLogger(slog.New(c.records())),
	}
}

// records writes what --verbose is about to standard error.
func (c *connection) records() slog.Handler {
	level := &slog.HandlerOptions{Level: slog.LevelDebug}
	switch {
	case !c.verbose:
		return slog.DiscardHandler
	case c.json:
		return slog.NewJSONHandler(c.stderr, level)
	}
	return slog.NewTextHandler(c.stderr, level)
}

// credentials are those in the environment: a key and a customer, or a token.
type credentials struct{ key, customer, token string }

// checkCredentials reads them.
func (c *connection) checkCredentials() {
	s := credentials{os.Getenv("UMBRELLA_API_KEY"), os.Getenv("UMBRELLA_CUSTOMER_ID"), os.Getenv("UMBRELLA_TOKEN")}
	c.credentials = s
	switch {
	case s.token != "" && s.key+s.customer != "":
		c.wrong.credentials("UMBRELLA_TOKEN and UMBRELLA_API_KEY or UMBRELLA_CUSTOMER_ID are both set: keep one kind")
	case s.token != "":
	case s.key+s.customer == "":
		c.wrong.credentials("no credentials: set UMBRELLA_API_KEY and UMBRELLA_CUSTOMER_ID, or UMBRELLA_TOKEN (umbrella link --mock needs none)")
	case s.key == "":
		c.wrong.credentials("UMBRELLA_API_KEY is not set, but UMBRELLA_CUSTOMER_ID is")
	case s.customer == "":
		c.wrong.credentials("UMBRELLA_CUSTOMER_ID is not set, but UMBRELLA_API_KEY is")
	}
	for _, v := range [][2]string{{"UMBRELLA_API_KEY", s.key}, {"UMBRELLA_CUSTOMER_ID", s.customer}, {"UMBRELLA_TOKEN", s.token}} {
		hint := ""
		if strings.HasPrefix(strings.ToLower(v[1]), "bearer ") {
			hint = ": it goes without Bearer"
		}
		if err := httpkit.CheckSecret(v[1]); v[1] != "" && err != nil {
			c.wrong.credentials("%s: %s%s", v[0], err, hint)
		}
	}
	if end := expiry(s.token); !end.IsZero() && !time.Now().Before(end) {
		c.wrong.credentials("UMBRELLA_TOKEN expired at %s, %s ago: get a new one",
			end.UTC().Format(time.RFC3339), time.Since(end).Round(time.Second))
	}
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
