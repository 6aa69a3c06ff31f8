package main

import (
	"fmt"
	"log/slog"
	"os"
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
	json    bool

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
	fs.BoolVar(&c.json, "json", false, "print results, and errors on standard error, as JSON")
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
	client, err := umbrella.New(c.base, append(c.options(), auth)...)
	if err != nil {
		c.wrong.add("%s", err)
	}
	c.client = client
}

// print prints a result: text, or v as one line with --json.
func (c *connection) print(v any, text string, args ...any) error {
	if c.json {
		return writeJSON(c.stdout, v)
	}
	_, err := fmt.Fprintf(c.stdout, text, args...)
	return err
}

func (c *connection) options() []umbrella.Option {
	opts := []umbrella.Option{
		umbrella.WithTimeout(c.timeout), umbrella.WithRetry(umbrella.RetryPolicy{MaxAttempts: c.retries + 1}),
	}
	if c.verbose {
		level := &slog.HandlerOptions{Level: slog.LevelDebug}
		var handler slog.Handler = slog.NewTextHandler(c.stderr, level)
		if c.json {
			handler = slog.NewJSONHandler(c.stderr, level)
		}
		opts = append(opts, umbrella.WithLogger(slog.New(handler)))
	}
	return opts
}
