package faults

import (
	"net"
	"net/http"
	"slices"
	"strings"
)

type handler = func(*site, http.ResponseWriter, *http.Request)

// hijack takes the connection out of the hands of net/http.
func hijack(do func(c *net.TCPConn)) handler {
	return func(_ *site, w http.ResponseWriter, _ *http.Request) {
		c, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			do(c.(*countedConn).TCPConn)
			_ = c.Close()
		}
	}
}

// tokenFaults are the ways in which POST /auth fails.
var tokenFaults = []struct {
	name string
	auth handler
	is   string
}{
	{"closes the connection", hijack(func(*net.TCPConn) {}), "authprovider.ErrTransient"},
	{"resets the connection", hijack(func(c *net.TCPConn) { _ = c.SetLinger(0) }), "authprovider.ErrTransient ECONNRESET"},
	{"answers 400", repeats(400), "authprovider.ErrCredentials"},
	{"answers 401", repeats(401), "authprovider.ErrCredentials"},
	{"answers 403", repeats(403), "authprovider.ErrCredentials"},
	{"answers 404", repeats(404), "authprovider.ErrMalformed"},
	{"answers 429", repeats(429), "authprovider.ErrThrottled"},
	{"answers 500", repeats(500), "authprovider.ErrTransient"},
	{"answers 503", repeats(503), "authprovider.ErrTransient"},
	{"answers an HTML page", answersAuth("<html>canary"), "authprovider.ErrMalformed"},
	{"answers `{}`", answersAuth("{}"), "authprovider.ErrMalformed"},
	{"answers an empty token", answersAuth(`{"access_token":""}`), "authprovider.ErrMalformed"},
	{"answers half the JSON", answersAuth(tokenBody[:20]), "authprovider.ErrMalformed"},
	{"answers 70 KiB", answersAuth(`{"access_token":"` + strings.Repeat("canary", 12_000) + `"}`), "authprovider.ErrMalformed"},
	{"redirects", func(_ *site, w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://127.0.0.1:1/canary", http.StatusTemporaryRedirect)
	}, "authprovider.ErrMalformed"},
	{"says nothing", func(s *site, _ http.ResponseWriter, _ *http.Request) {
		s.ctx.expire()
		<-s.over
	}, "context.DeadlineExceeded"},
}

// repeats repeats the credentials, as a careless server might.
func repeats(status int) handler {
	return func(_ *site, w http.ResponseWriter, r *http.Request) {
		reply(w, status, `{"message":"`+r.Header.Get("Api-Key")+r.Header.Get("Customer-Id")+`"}`)
	}
}

func answersAuth(body string) handler {
	return func(_ *site, w http.ResponseWriter, _ *http.Request) { reply(w, http.StatusOK, body) }
}

func tokenRows() []row {
	rows := slices.Concat(firstTokenRows(), renewalRows(), refusedTokenRows())
	for i := range rows {
		rows[i].key = true
	}
	return rows
}

// firstTokenRows have each of tokenFaults before the first token: always, and, where
// POST /auth may be repeated, once. Last, nobody listens at all.
func firstTokenRows() (rows []row) {
	for _, f := range tokenFaults {
		rows = append(rows, row{group: "no token yet, and POST /auth", name: f.name, http: serves, auth: f.auth, want: want{is: f.is, attempts: 1}})
	}
	for _, f := range tokenFaults {
		if !strings.HasPrefix(f.is, "authprovider.ErrTransient") && f.is != "authprovider.ErrThrottled" {
			continue
		}
		rows = append(rows, row{
			group: "no token yet, and once POST /auth", name: f.name, http: serves,
			auth: firstToken(f.auth, answersAuth(tokenBody)),
			want: want{link: true, requests: 1, sessions: 1},
		})
	}
	return append(rows, row{name: "POST /auth: connection refused", http: serves, setup: refuse, want: want{is: "authprovider.ErrTransient ECONNREFUSED", attempts: 1}})
}

// renewalRows have each of tokenFaults when the API refuses the first token.
func renewalRows() (rows []row) {
	for _, f := range tokenFaults {
		rows = append(rows, row{
			group: "401, and then POST /auth", name: f.name, http: unauthorized,
			auth: firstToken(answersAuth(tokenBody), f.auth),
			want: want{status: 401, is: "ErrUnauthorized", attempts: 1, requests: 1},
		})
	}
	return rows
}

// firstToken answers the first POST /auth in one way, and those after it in another.
func firstToken(first, then handler) handler {
	return func(s *site, w http.ResponseWriter, r *http.Request) {
		if s.tokens.Load() == 1 {
			first(s, w, r)
			return
		}
		then(s, w, r)
	}
}

func unauthorized(_ *site, w http.ResponseWriter, _ *http.Request) {
	reply(w, 401, `{"message":"Unauthorized request"}`)
}

// after401 refuses the first request.
func after401(then handler) handler {
	return func(s *site, w http.ResponseWriter, r *http.Request) {
		if s.requests.Load() == 1 {
			unauthorized(s, w, r)
			return
		}
		then(s, w, r)
	}
}

// refusedTokenRows are about what comes after a 401 while POST /auth works.
func refusedTokenRows() []row {
	return []row{
		{name: "401 once", http: after401(serves), want: want{link: true, requests: 2, sessions: 1}},
		{name: "401 always", http: after401(repeats(401)), want: want{status: 401, is: "ErrUnauthorized", attempts: 1, requests: 2}},
		{name: "401, and POST /auth hands out the same token", http: after401(serves), auth: answersAuth(tokenBody), want: want{status: 401, is: "ErrUnauthorized", attempts: 1, requests: 1}},
		{name: "401, then 403", http: after401(repeats(403)), want: want{status: 403, is: "ErrForbidden", attempts: 1, requests: 2}},
		{name: "401, then 429, then success", http: after401(func(s *site, w http.ResponseWriter, _ *http.Request) {
			if s.requests.Load() == 2 {
				reply(w, 429, "")
				return
			}
			s.success(w)
		}), want: want{link: true, requests: 3, sessions: 1}},
		{name: "401, then reset after the request", http: after401(func(s *site, w http.ResponseWriter, r *http.Request) {
			s.sessions.Add(1)
			hijack(func(c *net.TCPConn) { _ = c.SetLinger(0) })(s, w, r)
		}), want: want{is: "ECONNRESET", maybe: "yes", attempts: 1, requests: 2, sessions: 1}},
		{name: "401 with half a body, then success", http: func(s *site, w http.ResponseWriter, _ *http.Request) {
			if s.requests.Load() == 1 {
				w.Header().Set("Content-Length", "100")
				reply(w, 401, "{")
				return
			}
			s.success(w)
		}, want: want{link: true, requests: 2, sessions: 1}},
	}
}
