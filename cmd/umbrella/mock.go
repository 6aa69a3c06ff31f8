package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

//go:embed mock.txt
var mockHelp string

// mock is what umbrella mock is told.
type mock struct {
	*invocation
	flags                                 *pflag.FlagSet
	addr, basePath                        string
	apiKey, customerID                    string
	tokenTTL, sessionTTL, latency         time.Duration
	seed                                  uint64
	maxSessions                           int
	webhookURL, faults                    string
	webhookHeaders, corsOrigins, allowed  []string
	tls, env, fetchPDF, logAll, noControl bool

	records  slog.Handler         // writes the log
	headers  map[string]string    // of webhookHeaders
	injected []umbrellatest.Fault // of the file faults
}

func newMock(inv *invocation) *cobra.Command {
	m := &mock{invocation: inv}
	cmd := inv.command("mock", "Serve a mock of the API, for tests", m.check, m.run)
	cmd.Long = strings.TrimSpace(mockHelp)
	cmd.Example = "  umbrella mock --addr 127.0.0.1:8080 --api-key key --customer-id customer"
	m.define(cmd.Flags())
	return cmd
}

func (m *mock) define(fs *pflag.FlagSet) {
	m.flags = fs
	fs.StringVar(&m.addr, "addr", "127.0.0.1:0", "where to listen, `HOST:PORT`; port 0 is any that is free")
	fs.StringVar(&m.basePath, "base-path", "", "before /auth and the operations: `PATH`, for example /api/services")
	fs.BoolVar(&m.tls, "tls", false, "serve https with a throw-away certificate for localhost and the names\nof --allow-host; \"ca\" in the ready line is the file with its CA's")
	fs.StringArrayVar(&m.corsOrigins, "cors-origin", nil, "let pages of `ORIGIN` call it, say http://localhost:5173; repeatable")
	fs.StringArrayVar(&m.allowed, "allow-host", nil, "`NAME` of a host, beside loopback ones, for which /__mock/ answers\nand from which --fetch-pdf fetches; repeatable")
	fs.StringVar(&m.apiKey, "api-key", "", "the `KEY` that /auth accepts; else made up")
	fs.StringVar(&m.customerID, "customer-id", "", "the customer `ID` that /auth accepts; else made up")
	fs.DurationVar(&m.tokenTTL, "token-ttl", time.Hour, "lifetime of tokens, at least 1s")
	fs.DurationVar(&m.sessionTTL, "session-ttl", time.Hour, "lifetime of sessions, at least 1s")
	fs.IntVar(&m.maxSessions, "max-sessions", 2_000, "how many sessions it remembers")
	fs.Uint64Var(&m.seed, "seed", 0, "make the same credentials, tokens and ids in each run")
	fs.DurationVar(&m.latency, "latency", 0, "wait this long before each answer")
	fs.StringVar(&m.webhookURL, "webhook-url", "", "send events to `URL`, as after configureWebhook")
	fs.StringArrayVar(&m.webhookHeaders, "webhook-header", nil, "with the header `'NAME: VALUE'`; repeatable")
	fs.BoolVar(&m.fetchPDF, "fetch-pdf", false, "fetch docUrl; without a PDF there, signing fails")
	fs.StringVar(&m.faults, "faults", "", "inject the faults of the JSON array in `FILE`")
	fs.BoolVar(&m.noControl, "no-control", false, "no fault header and no endpoints under /__mock/")
	fs.BoolVar(&m.env, "env", false, "print lines for a shell instead, close standard output, and heed no\nCtrl-C at its prompt: eval \"$(umbrella mock --env &)\"; … kill $UMBRELLA_MOCK_PID")
	fs.BoolVar(&m.logAll, "log", false, "log all requests to standard error, not only refused ones")
}

// check has a mock made of the flags, which says what is wrong with them.
func (m *mock) check(string) {
	m.checkAddr(m.addr)
	m.wrong.unless(m.basePath == "" || strings.HasPrefix(m.basePath, "/"), "--base-path must begin with a slash, for example /api/services")
	m.basePath = strings.TrimRight(m.basePath, "/")
	m.readHeaders()
	m.readFaults()
	level := slog.LevelWarn
	if m.logAll {
		level = slog.LevelInfo
	}
	m.records = slog.NewTextHandler(m.stderr, &slog.HandlerOptions{Level: level})
	trial, err := m.handler()
	if err != nil {
		for line := range strings.Lines(inWordsOfTheMock.Replace(err.Error())) {
			m.wrong.add("%s", strings.TrimSpace(line))
		}
		return
	}
	trial.Close()
}

// handler makes the mock.
func (m *mock) handler() (*umbrellatest.Mock, error) {
	handler, err := umbrellatest.New(m.options()...)
	if err != nil {
		return nil, err
	}
	for i, f := range m.injected {
		if err := handler.Inject(f); err != nil {
			return nil, fmt.Errorf("--faults, fault %d: %w", i+1, err)
		}
	}
	return handler, nil
}

// options are what the flags ask of the mock.
func (m *mock) options() []umbrellatest.Option {
	opts := []umbrellatest.Option{
		umbrellatest.WithBaseURL("/" + strings.TrimPrefix(m.basePath, "/")),
		umbrellatest.WithCredentials(m.apiKey, m.customerID),
		umbrellatest.WithTokenTTL(m.tokenTTL),
		umbrellatest.WithSessionTTL(m.sessionTTL),
		umbrellatest.WithMaxSessions(m.maxSessions),
		umbrellatest.WithLatency(m.latency),
		umbrellatest.WithCORSOrigins(m.corsOrigins...),
		umbrellatest.WithAllowedHosts(m.allowed...),
		umbrellatest.WithLogger(slog.New(m.records)),
	}
	if m.flags.Changed("seed") {
		opts = append(opts, umbrellatest.WithSeed(m.seed))
	}
	if m.webhookURL != "" {
		opts = append(opts, umbrellatest.WithWebhook(m.webhookURL, m.headers))
	}
	if m.fetchPDF {
		opts = append(opts, umbrellatest.WithFetchPDF())
	}
	if m.noControl {
		opts = append(opts, umbrellatest.WithoutControl())
	}
	return opts
}

// readHeaders reads --webhook-header.
func (m *mock) readHeaders() {
	m.wrong.unless(len(m.webhookHeaders) == 0 || m.webhookURL != "", "--webhook-header needs --webhook-url")
	m.headers = map[string]string{}
	for _, line := range m.webhookHeaders {
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			m.wrong.add("--webhook-header must be 'NAME: VALUE'")
			continue
		}
		if _, twice := m.headers[name]; twice {
			m.wrong.add("--webhook-header: the name of a header appears twice")
		}
		m.headers[name] = strings.TrimSpace(value)
	}
}

// readFaults reads --faults, a JSON array of what POST /__mock/faults takes.
func (m *mock) readFaults() {
	if m.faults == "" {
		return
	}
	data, err := os.ReadFile(m.faults)
	if err != nil {
		m.wrong.add("--faults: %s", reason(err))
		return
	}
	err = json.Unmarshal(data, &m.injected)
	var other *json.UnmarshalTypeError // its text is for people who write Go
	switch {
	case errors.As(err, &other), err == nil && m.injected == nil:
		m.wrong.add("--faults: want a JSON array of faults")
	case err != nil:
		m.wrong.add("--faults: want a JSON array of faults: %s", err)
		m.injected = nil
	}
}

func (m *mock) run(ctx context.Context, _ string) error {
	s, err := newLocalServer(m.addr, m.records, m.tls, m.allowed...)
	if err != nil {
		return err
	}
	defer s.stop()
	handler, err := m.handler()
	if err != nil {
		return err
	}
	defer handler.Close()
	if m.env {
		ownGroup()
	}
	s.serve(handler)
	if err := m.announce(s, handler); err != nil {
		return fmt.Errorf("printing the ready line: %w", err)
	}
	return s.wait(ctx)
}

// inWordsOfTheMock names flags where umbrellatest names its options.
var inWordsOfTheMock = strings.NewReplacer(
	"umbrellatest: ", "", "WithCORSOrigins", "--cors-origin", "WithAllowedHosts", "--allow-host",
	"WithWebhook: in the headers,", "--webhook-header:", "WithWebhook", "--webhook-url",
	"WithBaseURL: the URL is not one such as http://localhost:8080/api/services or /api/services", "--base-path is not one such as /api/services",
	"WithTokenTTL", "--token-ttl", "WithSessionTTL", "--session-ttl", "WithMaxSessions", "--max-sessions", "WithLatency", "--latency",
	"WithCredentials: the API key or the customer id is empty", "--api-key and --customer-id belong together: give both or neither",
	"WithCredentials: the API key or the customer id has", "--api-key or --customer-id has",
)

// announce says where the mock is: as one line of JSON, or as lines for a shell.
func (m *mock) announce(s *localServer, handler *umbrellatest.Mock) error {
	ready := struct {
		APIKey     string `json:"apiKey"`
		CA         string `json:"ca,omitempty"`
		CustomerID string `json:"customerId"`
		URL        string `json:"url"`
	}{CA: s.ca, URL: s.url + m.basePath}
	ready.APIKey, ready.CustomerID = handler.Credentials()
	if !m.env {
		return writeJSON(m.stdout, ready)
	}
	if _, err := fmt.Fprintln(m.stdout, "unset UMBRELLA_TOKEN"); err != nil { // with an API key beside it, commands would ask which to use
		return err
	}
	for _, v := range [][2]string{
		{"UMBRELLA_SERVER", ready.URL},
		{"UMBRELLA_API_KEY", ready.APIKey},
		{"UMBRELLA_CUSTOMER_ID", ready.CustomerID},
		{"UMBRELLA_MOCK_CA", ready.CA},
		{"UMBRELLA_MOCK_PID", strconv.Itoa(os.Getpid())},
	} {
		quoted := strings.ReplaceAll(v[1], "'", `'\''`)
		if _, err := fmt.Fprintf(m.stdout, "export %s='%s'\n", v[0], quoted); err != nil {
			return err
		}
	}
	// For one who forgot the &, and waits.
	if _, err := fmt.Fprintf(m.stderr, "umbrella mock: serving until kill %d; a shell that waits for it lacks the & of $(umbrella mock --env &)\n", os.Getpid()); err != nil {
		return err
	}
	if closer, ok := m.stdout.(io.Closer); ok {
		return closer.Close() // so that a shell's $(umbrella mock --env &) ends
	}
	return nil
}
