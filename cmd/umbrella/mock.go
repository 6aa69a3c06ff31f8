package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

//go:embed mock.txt
var mockHelp string

// mockFlags are those of umbrella mock.
type mockFlags struct {
	std                                   streams
	set                                   *pflag.FlagSet
	addr, basePath                        string
	apiKey, customerID                    string
	tokenTTL, sessionTTL, latency         time.Duration
	seed                                  uint64
	maxSessions                           int
	webhookURL, faults                    string
	webhookHeaders, corsOrigins, allowed  []string
	tls, env, fetchPDF, logAll, noControl bool

	headers map[string]string // of webhookHeaders
}

func newMock(std streams) *cobra.Command {
	f := &mockFlags{std: std}
	cmd := command("mock", "Serve a mock of the API, for tests", noArguments, func(ctx context.Context, _ []string) error { return f.run(ctx) })
	cmd.Long = strings.TrimSpace(mockHelp)
	cmd.Example = "  umbrella mock --addr 127.0.0.1:8080 --api-key key --customer-id customer"
	f.define(cmd.Flags())
	return cmd
}

func (f *mockFlags) define(fs *pflag.FlagSet) {
	f.set = fs
	fs.StringVar(&f.addr, "addr", "127.0.0.1:0", "where to listen, `HOST:PORT`; port 0 is any that is free")
	fs.StringVar(&f.basePath, "base-path", "", "before /auth and the operations: `PATH`, for example /api/services")
	fs.BoolVar(&f.tls, "tls", false, "serve https with a throw-away certificate for localhost; \"ca\" in the\nready line is the file with its CA's certificate")
	fs.StringArrayVar(&f.corsOrigins, "cors-origin", nil, "let pages of `ORIGIN` call it, say http://localhost:5173; repeatable")
	fs.StringArrayVar(&f.allowed, "allow-host", nil, "`NAME` of a host, beside loopback ones, for which /__mock/ answers\nand from which --fetch-pdf fetches; repeatable")
	fs.StringVar(&f.apiKey, "api-key", "", "the `KEY` that /auth accepts; else made up")
	fs.StringVar(&f.customerID, "customer-id", "", "the customer `ID` that /auth accepts; else made up")
	fs.DurationVar(&f.tokenTTL, "token-ttl", time.Hour, "lifetime of tokens, at least 1s")
	fs.DurationVar(&f.sessionTTL, "session-ttl", time.Hour, "lifetime of sessions, at least 1s")
	fs.IntVar(&f.maxSessions, "max-sessions", 2_000, "how many sessions it remembers")
	fs.Uint64Var(&f.seed, "seed", 0, "make the same credentials, tokens and ids in each run")
	fs.DurationVar(&f.latency, "latency", 0, "wait this long before each answer")
	fs.StringVar(&f.webhookURL, "webhook-url", "", "send events to `URL`, as after configureWebhook")
	fs.StringArrayVar(&f.webhookHeaders, "webhook-header", nil, "with the header `'NAME: VALUE'`; repeatable")
	fs.BoolVar(&f.fetchPDF, "fetch-pdf", false, "fetch docUrl; without a PDF there, signing fails")
	fs.StringVar(&f.faults, "faults", "", "inject the faults of the JSON array in `FILE`")
	fs.BoolVar(&f.noControl, "no-control", false, "no fault header and no endpoints under /__mock/")
	fs.BoolVar(&f.env, "env", false, "print lines for a shell instead, and close standard output:\neval \"$(umbrella mock --env &)\"; … kill $UMBRELLA_MOCK_PID")
	fs.BoolVar(&f.logAll, "log", false, "log all requests to standard error, not only refused ones")
}

// check says what is wrong with the flags; umbrellatest.New says the rest.
func (f *mockFlags) check(wrong *misuse) {
	path := f.basePath == "" || strings.HasPrefix(f.basePath, "/") && !strings.ContainsAny(f.basePath, "?#% ")
	wrong.unless(f.tokenTTL >= time.Second, "--token-ttl must be at least 1s")
	wrong.unless(f.sessionTTL >= time.Second, "--session-ttl must be at least 1s")
	wrong.unless(f.latency >= 0, "--latency must not be negative")
	wrong.unless(f.maxSessions > 0, "--max-sessions must be at least 1")
	wrong.unless((f.apiKey == "") == (f.customerID == ""), "--api-key and --customer-id belong together: give both or neither")
	wrong.unless(len(f.webhookHeaders) == 0 || f.webhookURL != "", "--webhook-header needs --webhook-url")
	wrong.unless(path, "--base-path must begin with a slash, for example /api/services")
	f.headers = map[string]string{}
	for _, line := range f.webhookHeaders {
		name, value, ok := strings.Cut(line, ":")
		wrong.unless(ok && name != "", "--webhook-header must be 'NAME: VALUE'")
		f.headers[name] = strings.TrimSpace(value)
	}
}

// options are what the flags ask of a mock that is reached at url.
func (f *mockFlags) options(url string) []umbrellatest.Option {
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
		umbrellatest.WithLogger(slog.New(slog.NewTextHandler(f.std.err, &slog.HandlerOptions{Level: level}))),
	}
	if f.apiKey != "" {
		opts = append(opts, umbrellatest.WithCredentials(f.apiKey, f.customerID))
	}
	if f.set.Changed("seed") {
		opts = append(opts, umbrellatest.WithSeed(f.seed))
	}
	if f.webhookURL != "" {
		opts = append(opts, umbrellatest.WithWebhook(f.webhookURL, f.headers))
	}
	if f.fetchPDF {
		opts = append(opts, umbrellatest.WithFetchPDF())
	}
	if f.noControl {
		opts = append(opts, umbrellatest.WithoutControl())
	}
	return opts
}

// inject injects the faults of a file, a JSON array of what POST /__mock/faults takes.
func inject(mock *umbrellatest.Mock, name string) error {
	data, err := os.ReadFile(name)
	if err != nil {
		return usagef("--faults: %s", reason(err))
	}
	var faults []umbrellatest.Fault
	if err := json.Unmarshal(data, &faults); err != nil {
		return usagef("--faults needs a JSON array of faults: %s", err)
	}
	for i, f := range faults {
		if err := mock.Inject(f); err != nil {
			return usagef("--faults, fault %d: %s", i+1, err)
		}
	}
	return nil
}

func (f *mockFlags) run(ctx context.Context) error {
	var wrong misuse
	f.check(&wrong)
	if err := wrong.err(); err != nil {
		return err
	}
	s, err := newServer(f.addr, f.tls)
	if err != nil {
		return err
	}
	defer s.stop()
	mock, err := umbrellatest.New(f.options(s.url + strings.TrimRight(f.basePath, "/"))...)
	if err != nil {
		return usagef("%s", inWordsOfTheMock.Replace(err.Error()))
	}
	defer mock.Close()
	if f.faults != "" {
		if err := inject(mock, f.faults); err != nil {
			return err
		}
	}
	s.serve(mock)
	if err := f.announce(f.std.out, s, mock); err != nil {
		return fmt.Errorf("printing the ready line: %w", err)
	}
	return s.wait(ctx)
}

// inWordsOfTheMock names flags where umbrellatest names its options.
var inWordsOfTheMock = strings.NewReplacer(
	"umbrellatest: ", "", "WithCORSOrigins", "--cors-origin", "WithAllowedHosts", "--allow-host", "WithWebhook", "--webhook-url",
	"WithBaseURL", "--base-path", "WithCredentials", "--api-key and --customer-id", "\n", "; ",
)

// announce says where the mock is: as one line of JSON, or as lines for a shell.
func (f *mockFlags) announce(out io.Writer, s *server, mock *umbrellatest.Mock) error {
	url := s.url + strings.TrimRight(f.basePath, "/")
	apiKey, customerID := mock.Credentials()
	if !f.env {
		ready := map[string]string{"url": url, "apiKey": apiKey, "customerId": customerID}
		if s.ca != "" {
			ready["ca"] = s.ca
		}
		return writeJSON(out, ready)
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
