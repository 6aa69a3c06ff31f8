package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

// mockFlags are those of umbrella mock.
type mockFlags struct {
	set                                   *flag.FlagSet
	addr, basePath                        string
	apiKey, customerID                    string
	tokenTTL, sessionTTL, latency         time.Duration
	seed                                  uint64
	maxSessions                           int
	webhookURL, faults                    string
	webhookHeaders, corsOrigins, allowed  list
	tls, env, fetchPDF, logAll, noControl bool
}

// list is a flag that can be given more than once.
type list []string

func (l *list) String() string         { return strings.Join(*l, " ") }
func (l *list) Set(value string) error { *l = append(*l, value); return nil }

func (f *mockFlags) define() {
	f.set = flag.NewFlagSet("mock", flag.ContinueOnError)
	f.set.StringVar(&f.addr, "addr", "127.0.0.1:0", "")
	f.set.StringVar(&f.basePath, "base-path", "", "")
	f.set.BoolVar(&f.tls, "tls", false, "")
	f.set.StringVar(&f.apiKey, "api-key", "", "")
	f.set.StringVar(&f.customerID, "customer-id", "", "")
	f.set.DurationVar(&f.tokenTTL, "token-ttl", time.Hour, "")
	f.set.DurationVar(&f.sessionTTL, "session-ttl", time.Hour, "")
	f.set.IntVar(&f.maxSessions, "max-sessions", 2_000, "")
	f.set.Uint64Var(&f.seed, "seed", 0, "")
	f.set.DurationVar(&f.latency, "latency", 0, "")
	f.set.StringVar(&f.webhookURL, "webhook-url", "", "")
	f.set.Var(&f.webhookHeaders, "webhook-header", "")
	f.set.Var(&f.corsOrigins, "cors-origin", "")
	f.set.Var(&f.allowed, "allow-host", "")
	f.set.BoolVar(&f.fetchPDF, "fetch-pdf", false, "")
	f.set.StringVar(&f.faults, "faults", "", "")
	f.set.BoolVar(&f.env, "env", false, "")
	f.set.BoolVar(&f.logAll, "log", false, "")
	f.set.BoolVar(&f.noControl, "no-control", false, "")
}

// check says what is wrong with the flags; umbrellatest.New says the rest.
func (f *mockFlags) check() error {
	switch {
	case f.tokenTTL < time.Second:
		return usagef("--token-ttl must be at least 1s")
	case f.sessionTTL < time.Second:
		return usagef("--session-ttl must be at least 1s")
	case f.latency < 0:
		return usagef("--latency must not be negative")
	case f.maxSessions < 1:
		return usagef("--max-sessions must be at least 1")
	case (f.apiKey == "") != (f.customerID == ""):
		return usagef("--api-key and --customer-id belong together: give both or neither")
	case len(f.webhookHeaders) > 0 && f.webhookURL == "":
		return usagef("--webhook-header needs --webhook-url")
	case f.basePath != "" && (!strings.HasPrefix(f.basePath, "/") || strings.ContainsAny(f.basePath, "?#% ")):
		return usagef("--base-path must begin with a slash, for example /api/services")
	}
	return nil
}

// options are what the flags ask of a mock that is reached at url.
func (f *mockFlags) options(url string, log io.Writer) ([]umbrellatest.Option, error) {
	level := slog.LevelWarn
	if f.logAll {
		level = slog.LevelInfo
	}
	opts := []umbrellatest.Option{
		umbrellatest.WithBaseURL(url),
		umbrellatest.WithTokenTTL(f.tokenTTL),
		umbrellatest.WithSessionTTL(f.sessionTTL),
		umbrellatest.WithMaxSessions(f.maxSessions),
		umbrellatest.WithLatency(f.latency),
		umbrellatest.WithCORSOrigins(f.corsOrigins...),
		umbrellatest.WithAllowedHosts(f.allowed...),
		umbrellatest.WithLogger(slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: level}))),
	}
	if f.apiKey != "" {
		opts = append(opts, umbrellatest.WithCredentials(f.apiKey, f.customerID))
	}
	if given(f.set, "seed") {
		opts = append(opts, umbrellatest.WithSeed(f.seed))
	}
	if f.webhookURL != "" {
		header := map[string]string{}
		for _, line := range f.webhookHeaders {
			name, value, ok := strings.Cut(line, ":")
			if !ok || name == "" {
				return nil, usagef("--webhook-header must be NAME: VALUE")
			}
			header[name] = strings.TrimSpace(value)
		}
		opts = append(opts, umbrellatest.WithWebhook(f.webhookURL, header))
	}
	if f.fetchPDF {
		opts = append(opts, umbrellatest.WithFetchPDF())
	}
	if f.noControl {
		opts = append(opts, umbrellatest.WithoutControl())
	}
	return opts, nil
}

// inject injects the faults of a file, a JSON array of what POST /__mock/faults takes.
func inject(mock *umbrellatest.Mock, name string) error {
	data, err := os.ReadFile(name)
	if err != nil {
		return usagef("--faults: %w", err)
	}
	var faults []umbrellatest.Fault
	if err := json.Unmarshal(data, &faults); err != nil {
		return usagef("--faults needs a JSON array of faults: %w", err)
	}
	for i, f := range faults {
		if err := mock.Inject(f); err != nil {
			return usagef("--faults, fault %d: %w", i+1, err)
		}
	}
	return nil
}

func runMock(ctx context.Context, args []string, std streams) error {
	var f mockFlags
	f.define()
	if err := parse(f.set, args); err != nil {
		return err
	}
	if err := f.check(); err != nil {
		return err
	}
	s, err := listen(f.addr, f.tls)
	if err != nil {
		return err
	}
	defer s.stop()
	opts, err := f.options(s.url+strings.TrimRight(f.basePath, "/"), std.err)
	if err != nil {
		return err
	}
	mock, err := umbrellatest.New(opts...)
	if err != nil {
		return usageError{err}
	}
	defer mock.Close()
	if f.faults != "" {
		if err := inject(mock, f.faults); err != nil {
			return err
		}
	}
	s.serve(mock)
	if err := f.announce(std.out, s, mock); err != nil {
		return fmt.Errorf("printing the ready line: %w", err)
	}
	select {
	case <-ctx.Done():
		return nil
	case err := <-s.failed:
		return fmt.Errorf("the server stopped by itself: %w", err)
	}
}

// announce says where the mock is: as one line of JSON, or as lines for a shell.
func (f *mockFlags) announce(out io.Writer, s *listening, mock *umbrellatest.Mock) error {
	url := s.url + strings.TrimRight(f.basePath, "/")
	apiKey, customerID := mock.Credentials()
	if !f.env {
		return json.NewEncoder(out).Encode(struct {
			URL        string `json:"url"`
			APIKey     string `json:"apiKey"`
			CustomerID string `json:"customerId"`
			CA         string `json:"ca,omitempty"`
		}{url, apiKey, customerID, s.ca})
	}
	lines := ""
	for _, v := range [][2]string{
		{"UMBRELLA_SERVER", url},
		{"UMBRELLA_API_KEY", apiKey},
		{"UMBRELLA_CUSTOMER_ID", customerID},
		{"UMBRELLA_MOCK_CA", s.ca},
		{"UMBRELLA_MOCK_PID", fmt.Sprint(os.Getpid())},
	} {
		if v[1] != "" {
			lines += "export " + v[0] + "='" + strings.ReplaceAll(v[1], "'", `'\''`) + "'\n"
		}
	}
	_, err := io.WriteString(out, lines)
	if closer, ok := out.(io.Closer); ok && err == nil {
		err = closer.Close() // so that a shell's $(umbrella mock --env &) ends
	}
	return err
}
