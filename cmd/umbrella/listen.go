package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/webhook"
)

// receiver is what umbrella listen is told.
type receiver struct {
	connection
	addr               string
	headers            []string
	forward, configure string

	header map[string]string // that each event must have
	mu     sync.Mutex        // one line at a time
}

func newListen(std streams) *cobra.Command {
	r := &receiver{connection: connection{std: std}}
	cmd := &cobra.Command{
		Use: "listen", Short: "Receive events, print them, and forward them", Args: noArguments,
		Long: `Receive the events of the service, print one line for each, and forward them, until
SIGINT or SIGTERM. An event is acknowledged once it is printed and the server behind
--forward has answered 2xx.

The service reaches this machine through a tunnel of yours: --configure registers the
tunnel's URL with it, in place of what was registered, and it stays registered.`,
		Example: "  umbrella listen --addr 127.0.0.1:9000 --forward http://localhost:8080/hook --configure https://tunnel.example/",
		RunE:    func(cmd *cobra.Command, _ []string) error { return r.run(cmd.Context()) },
	}
	fs := cmd.Flags()
	fs.SortFlags = false
	fs.StringVar(&r.addr, "addr", "127.0.0.1:0", "where to listen, `HOST:PORT`; port 0 is any that is free")
	fs.StringVar(&r.forward, "forward", "", "post each event to `URL`, with its headers")
	fs.StringVar(&r.configure, "configure", "", "register the public `URL` with the service first; needs credentials")
	fs.StringArrayVar(&r.headers, "header", nil, "`'NAME: VALUE'` that each event must have, else one is made up; repeatable")
	r.define(fs)
	return cmd
}

func (r *receiver) run(ctx context.Context) error {
	var wrong misuse
	var client *umbrella.Client
	r.check(&wrong)
	if r.configure != "" {
		client = r.client(&wrong)
	}
	if err := wrong.err(); err != nil {
		return err
	}
	accepted := map[string][]string{}
	for name, value := range r.header {
		accepted[name] = []string{value}
	}
	var opts []webhook.Option
	if r.verbose {
		opts = append(opts, webhook.WithLogger(slog.New(slog.NewTextHandler(r.std.err, &slog.HandlerOptions{Level: slog.LevelDebug}))))
	}
	handler, err := webhook.NewReceiver(accepted, r.handle, opts...)
	if err != nil {
		return usagef("--header: %s", err)
	}
	s, err := listen(r.addr, false)
	if err != nil {
		return err
	}
	defer s.stop()
	s.serve(handler)
	if err := r.announce(s.url); err != nil {
		return err
	}
	if client != nil {
		_, err := client.ConfigureWebhook(ctx, r.registration())
		if err != nil {
			return err
		}
	}
	return s.wait(ctx)
}

func (r *receiver) registration() api.ConfigureWebhookRequest {
	return api.ConfigureWebhookRequest{WebhookURL: r.configure, Metadata: &api.WebhookMetadata{AuthHeader: r.header}}
}

// check says what is wrong with the flags, and makes a header up if there is none.
func (r *receiver) check(wrong *misuse) {
	r.header = parseHeaders("--header", r.headers, wrong)
	if len(r.headers) == 0 {
		r.header = map[string]string{"Authorization": "Bearer " + rand.Text()}
	}
	if u, err := url.Parse(r.forward); r.forward != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		wrong.add("--forward must be an absolute http or https URL")
	}
	var invalid *umbrella.ValidationError
	if r.configure != "" && errors.As(umbrella.Validate(r.registration()), &invalid) {
		for _, f := range invalid.Fields {
			wrong.add("%s %s", strings.Replace(f.Path, "$.webhookUrl", "--configure", 1), f.Reason)
		}
	}
}

// announce says where events are received. A header that was made up is shown unless
// the service gets to know it anyway.
func (r *receiver) announce(url string) error {
	shown := map[string]string{}
	if len(r.headers) == 0 && r.configure == "" {
		shown = r.header
	}
	if r.json {
		return writeJSON(r.std.err, struct {
			URL    string            `json:"url"`
			Header map[string]string `json:"header,omitempty"`
		}{url, shown})
	}
	line := "receiving events at " + url
	for name, value := range shown {
		line += " with the header " + name + ": " + value
	}
	_, err := fmt.Fprintln(r.std.err, line)
	return err
}

// handle forwards an event and prints it. What fails here the service sends again.
func (r *receiver) handle(ctx context.Context, e webhook.Event) error {
	status, err := 0, error(nil)
	if r.forward != "" {
		status, err = r.pass(ctx, e)
	}
	if printed := r.print(e, status, err); printed != nil {
		return printed
	}
	return err
}

// pass posts the event to --forward, and returns the status of the answer, 0 if none came.
func (r *receiver) pass(ctx context.Context, e webhook.Event) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.forward, bytes.NewReader(e.Raw()))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", jsonType)
	for name, value := range r.header {
		req.Header.Set(name, value)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	_ = resp.Body.Close()
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return resp.StatusCode, errors.New("not accepted")
	}
	return resp.StatusCode, nil
}

func (r *receiver) print(e webhook.Event, status int, failed error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	if r.json {
		return writeJSON(r.std.out, struct {
			ReceivedAt time.Time      `json:"receivedAt"`
			ID         string         `json:"id"`
			Type       string         `json:"type"`
			RequestID  string         `json:"requestId"`
			Status     webhook.Status `json:"status"`
			Forwarded  int            `json:"forwarded,omitempty"`
			Accepted   bool           `json:"accepted"`
		}{now.UTC(), e.ID, e.Type, e.RequestID, e.Status, status, failed == nil})
	}
	line := fmt.Sprintf("%s  %-10s %s  %s", now.Format(time.TimeOnly), plain(string(e.Status)), plain(e.RequestID), plain(e.Type))
	switch {
	case status != 0:
		line += fmt.Sprintf("  --forward answered %d", status)
	case failed != nil:
		line += "  --forward not reached"
	}
	_, err := fmt.Fprintln(r.std.out, line)
	return err
}

// parseHeaders reads what a flag gave as NAME: VALUE.
func parseHeaders(flag string, lines []string, wrong *misuse) map[string]string {
	header := map[string]string{}
	for _, line := range lines {
		name, value, ok := strings.Cut(line, ":")
		if !ok || name == "" {
			wrong.add("%s must be 'NAME: VALUE'", flag)
		}
		header[name] = strings.TrimSpace(value)
	}
	return header
}
