package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/webhook"
)

// receiver is what umbrella listen is told.
type receiver struct {
	connection
	addr, forward, configure string

	secret string     // the value of the header Authorization that each event must have
	mu     sync.Mutex // one line at a time
	hangUp func()     // ends the command, as nobody reads what it prints
}

type contentType struct{} // the key of an event's Content-Type in its context

const listenHelp = `Receive the events of the service, print one line for each, and forward them, until
SIGINT, SIGTERM or SIGHUP. An event is acknowledged once it is printed and the server behind
--forward has answered 2xx; the service may send again what is not.

Events are let in with a header Authorization that is made up at each start. --configure
registers it with the service together with your public URL, which a tunnel leads here;
both stay registered when this command ends. Without --configure the header
is printed. --forward gets it too. With --json, standard error has one line once
it is ready: {"url":…,"header":…}, without "header" if there is --configure.`

func newListen(inv *invocation) *cobra.Command {
	r := &receiver{connection: connection{invocation: inv}, secret: "Bearer " + rand.Text()}
	cmd := inv.command("listen", "Receive events, print them, and forward them", r.check, r.run)
	cmd.Long = listenHelp
	cmd.Example = "  umbrella listen --addr 127.0.0.1:9000 --forward http://localhost:8080/hook --configure https://tunnel.example/"
	fs := cmd.Flags()
	fs.StringVar(&r.addr, "addr", "127.0.0.1:0", "where to listen, `HOST:PORT`; port 0 is any that is free")
	fs.StringVar(&r.forward, "forward", "", "post each event to `URL`, with its Content-Type and Authorization")
	fs.StringVar(&r.configure, "configure", "", "register the public `URL` with the service; needs credentials")
	r.define(fs)
	return cmd
}

func (r *receiver) check(string) {
	r.checkAddr(r.addr)
	u, err := url.Parse(r.forward)
	r.wrong.unless(r.forward == "" || err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https"),
		"--forward must be an absolute http or https URL, for example http://localhost:8080/hook")
	if r.configure == "" {
		r.checkCall()
		return
	}
	if err := umbrella.Validate(r.registration()); err != nil {
		r.wrong.add("%s", inWordsOfTheCommand.Replace(err.Error()))
	}
	r.connect()
}

// registration has the service send its events here.
func (r *receiver) registration() api.ConfigureWebhookRequest {
	return api.ConfigureWebhookRequest{WebhookURL: r.configure, Metadata: &api.WebhookMetadata{AuthHeader: map[string]string{"Authorization": r.secret}}}
}

func (r *receiver) run(ctx context.Context, _ string) error {
	read, stop := context.WithCancel(ctx)
	defer stop()
	r.hangUp = stop
	handler, err := webhook.NewReceiver(map[string][]string{"Authorization": {r.secret}}, r.handle)
	if err != nil {
		return err
	}
	s, err := newLocalServer(r.addr, r.records(), false)
	if err != nil {
		return err
	}
	defer s.stop()
	s.serve(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		ctx := context.WithValue(req.Context(), contentType{}, req.Header["Content-Type"])
		handler.ServeHTTP(w, req.WithContext(ctx))
	}))
	ready, text := map[string]string{"url": s.url}, ""
	if r.client == nil {
		ready["header"] = "Authorization: " + r.secret
		text = " with the header " + ready["header"]
	}
	if err := r.print(r.stderr, ready, "receiving events at %s%s\n", s.url, text); err != nil {
		return err
	}
	if r.client != nil {
		register := func() (*api.Webhook, error) { return r.client.ConfigureWebhook(ctx, r.registration()) }
		if _, err := waitFor(r.streams, forChange, register); err != nil {
			return err
		}
	}
	return s.wait(read)
}

// handle forwards an event and prints it. What fails here the service sends again.
func (r *receiver) handle(ctx context.Context, e webhook.Event) error {
	status, err := 0, error(nil)
	if r.forward != "" {
		status, err = r.pass(ctx, e)
	}
	if printed := r.show(e, status, err); printed != nil {
		if errors.Is(printed, syscall.EPIPE) {
			r.hangUp()
		}
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
	req.Header["Content-Type"], _ = ctx.Value(contentType{}).([]string)
	req.Header.Set("Authorization", r.secret)
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

func (r *receiver) show(e webhook.Event, status int, failed error) error {
	became := ""
	switch {
	case status != 0:
		became = fmt.Sprintf("  --forward answered %d", status)
	case failed != nil:
		became = "  --forward not reached"
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	return r.print(r.stdout, map[string]any{
		"receivedAt": now.UTC(), "id": e.ID, "type": e.Type, "requestId": e.RequestID, "status": e.Status,
		"forwarded": status, "accepted": failed == nil,
	}, "%s  %-10s %s  %s%s\n", now.Format(time.TimeOnly), plain(string(e.Status)), plain(e.RequestID), plain(e.Type), became)
}
