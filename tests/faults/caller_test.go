package faults

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/api"
)

func serves(s *site, w http.ResponseWriter, _ *http.Request) { s.success(w) }

// callerRows fail, or end, where the caller is.
func callerRows() []row {
	busy := func(retryAfter string) func(*site, http.ResponseWriter, *http.Request) {
		return func(_ *site, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", retryAfter)
			reply(w, 429, "")
		}
	}
	return []row{
		{name: "request that openapi.yaml forbids", http: serves, edit: func(r *api.CreateSessionLinkRequest) { r.Email = "canary" }, want: want{is: "ErrInvalidRequest *ValidationError"}},
		{name: "request editor that fails", http: serves, editor: func(context.Context, *http.Request) error { return errors.New("canary") }, want: want{}},
		{name: "request editor that sets an impossible header", http: serves, editor: func(_ context.Context, r *http.Request) error {
			r.Header.Set("X-Name", "canary\r\n")
			return nil
		}, own: true, want: want{}},
		{name: "request editor that sets URL to nil", http: serves, editor: func(_ context.Context, r *http.Request) error {
			r.URL = nil
			return nil
		}, want: want{}},
		{name: "request editor that sets Header to nil", http: serves, editor: func(_ context.Context, r *http.Request) error {
			r.Header = nil
			return nil
		}, want: want{}},
		{name: "cancelled before the call", http: serves, setup: func(_ *testing.T, s *site) { s.ctx.cancel() }, want: want{is: "context.Canceled", attempts: 1}},
		{name: "deadline passed before the call", http: serves, setup: func(_ *testing.T, s *site) { s.ctx.expire() }, want: want{is: "context.DeadlineExceeded", attempts: 1}},
		{name: "cancelled while connecting", tls: "none", raw: func(s *site, c *conn, _ int) {
			s.ctx.cancel()
			c.linger()
		}, want: want{is: "context.Canceled", attempts: 1}},
		{name: "cancelled while the server works", http: func(s *site, _ http.ResponseWriter, _ *http.Request) {
			s.sessions.Add(1)
			s.ctx.cancel()
			<-s.over
		}, want: opened(0, "context.Canceled")},
		{name: "cancelled in the body", raw: saysAndLingers(head(len(sessionBody)) + sessionBody[:9]), setup: cancelAfterHeaders, want: opened(200, "ErrInvalidResponse context.Canceled")},
		{name: "cancelled after the answer", http: serves, attempted: func(s *site) { s.ctx.cancel() }, want: want{link: true, requests: 1, sessions: 1}},
		{name: "cancelled during a wait after 429", http: busy("1"), attempted: func(s *site) { s.ctx.cancel() }, want: want{status: 429, is: "ErrRateLimited context.Canceled", attempts: 1, requests: 1}},
		{name: "cancelled during a wait after a refused connection", http: serves, setup: refuse, attempted: func(s *site) { s.ctx.cancel() }, opts: []umbrella.Option{umbrella.WithRetry(umbrella.RetryPolicy{MinBackoff: time.Hour, MaxBackoff: time.Hour}), umbrella.WithTimeout(2 * time.Hour)}, want: want{is: "context.Canceled ECONNREFUSED", attempts: 1}},
		{
			name: "deadline that would pass during the wait after 429", http: busy("7200"),
			opts: []umbrella.Option{umbrella.WithTimeout(time.Hour), umbrella.WithRetry(umbrella.RetryPolicy{MaxRetryAfter: 3 * time.Hour})},
			want: want{status: 429, is: "ErrRateLimited", attempts: 1, requests: 1},
		},
		{name: "429 with MaxAttempts 1", http: busy("0"), opts: []umbrella.Option{umbrella.WithRetry(umbrella.RetryPolicy{MaxAttempts: 1})}, want: want{status: 429, is: "ErrRateLimited", attempts: 1, requests: 1}},
		{name: "refused with MaxAttempts 1", http: serves, setup: refuse, opts: []umbrella.Option{umbrella.WithRetry(umbrella.RetryPolicy{MaxAttempts: 1})}, want: want{is: "ECONNREFUSED", attempts: 1}},
	}
}
