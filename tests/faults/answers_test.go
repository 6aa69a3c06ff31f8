package faults

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// answers gives every request the same answer, after opening a session.
func answers(status int, mediaType, body string) func(*site, http.ResponseWriter, *http.Request) {
	return func(s *site, w http.ResponseWriter, _ *http.Request) {
		s.sessions.Add(1)
		w.Header().Set("Content-Type", mediaType)
		reply(w, status, body)
	}
}

func answerRows() []row {
	const jsonType = "application/json"
	without := func(old, replacement string) string { return strings.Replace(sessionBody, old, replacement, 1) }
	invalid := opened(200, "ErrInvalidResponse")
	return []row{
		{group: "200 with", name: "an HTML page", http: answers(200, "text/html", "<html>"+session), want: invalid},
		{group: "200 with", name: "HTML called JSON", http: answers(200, jsonType, "<html>"+session), want: invalid},
		{group: "200 with", name: "JSON called text", http: answers(200, "text/plain", sessionBody), want: invalid},
		{group: "200 with", name: "nothing", http: answers(200, jsonType, ""), want: invalid},
		{group: "200 with", name: "`null`", http: answers(200, jsonType, "null"), want: invalid},
		{group: "200 with", name: "`{}`", http: answers(200, jsonType, "{}"), want: invalid},
		{group: "200 with", name: "a list", http: answers(200, jsonType, "["+sessionBody+"]"), want: invalid},
		{group: "200 with", name: "half of the JSON", http: answers(200, jsonType, sessionBody[:60]), want: invalid},
		{group: "200 with", name: "garbage after the JSON", http: answers(200, jsonType, sessionBody+"canary"), want: invalid},
		{group: "200 with", name: "a member twice", http: answers(200, jsonType, without(`"url"`, `"url":"https://canary.example/","url"`)), want: invalid},
		{group: "200 with", name: "no status", http: answers(200, jsonType, without(`"status":true,`, "")), want: invalid},
		{group: "200 with", name: "no data", http: answers(200, jsonType, `{"status":true}`), want: invalid},
		{group: "200 with", name: "no url", http: answers(200, jsonType, without("url", "link")), want: invalid},
		{group: "200 with", name: "a null url", http: answers(200, jsonType, without(`"`+session+`"`, "null")), want: invalid},
		{group: "200 with", name: "an empty url", http: answers(200, jsonType, without(session, "")), want: invalid},
		{group: "200 with", name: "a url that is none", http: answers(200, jsonType, without(session, "canary")), want: invalid},
		{group: "200 with", name: "no requestId", http: answers(200, jsonType, without("requestId", "RequestId")), want: invalid},
		{group: "200 with", name: "a requestId that is a number", http: answers(200, jsonType, without(`"123e4567-e89b-12d3-a456-426614174000"`, "7")), want: invalid},
		{group: "200 with", name: "no expiresAfter", http: answers(200, jsonType, without("expiresAfter", "expires")), want: invalid},
		{group: "200 with", name: "a date-time without a zone", http: answers(200, jsonType, without("00:00:00Z", "00:00:00")), want: invalid},
		{name: "200 with status false", http: answers(200, jsonType, without("true", "false")), want: opened(200, "ErrUnsuccessful")},
		{group: "status", name: "201", http: answers(201, jsonType, sessionBody), want: opened(201, "ErrInvalidResponse")},
		{group: "status", name: "202", http: answers(202, jsonType, sessionBody), want: opened(202, "ErrInvalidResponse")},
		{group: "status", name: "204", http: answers(204, jsonType, ""), want: opened(204, "ErrInvalidResponse")},
		{group: "status", name: "206", http: answers(206, jsonType, sessionBody), want: opened(206, "ErrInvalidResponse")},
		{name: "302 with a Location that is no URL", http: func(s *site, w http.ResponseWriter, _ *http.Request) {
			s.sessions.Add(1)
			w.Header().Set("Location", "http://[canary")
			reply(w, 302, "")
		}, want: opened(302, "")},
		{name: "307 to another server", http: func(_ *site, w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1:1/canary", http.StatusTemporaryRedirect)
		}, want: want{status: 307, attempts: 1, requests: 1}},
		{name: "401 that repeats the token and the e-mail", http: func(_ *site, w http.ResponseWriter, r *http.Request) {
			reply(w, 401, `{"message":"`+r.Header.Get("Authorization")+` is not for `+email+`"}`)
		}, want: want{status: 401, is: "ErrUnauthorized", attempts: 1, requests: 1}},
		{name: "400 with a body cut short", raw: func(_ *site, c *conn, _ int) {
			if c.request() {
				c.say("HTTP/1.1 400 Bad Request\r\nContent-Length: 100\r\n\r\n{")
			}
		}, want: want{status: 400, is: "ErrInvalidRequest io.ErrUnexpectedEOF", attempts: 1, requests: 1}},
	}
}

// statusRows has every status of the ranges, each with a server that opens a
// session wherever the SDK does not rule that out.
func statusRows() []row {
	kinds := map[int]string{400: "ErrInvalidRequest", 401: "ErrUnauthorized", 403: "ErrForbidden", 404: "ErrNotFound", 429: "ErrRateLimited"}
	var rows []row
	for _, span := range [][2]int{{300, 308}, {400, 431}, {500, 511}} {
		for status := span[0]; status <= span[1]; status++ {
			w := opened(status, kinds[status])
			switch {
			case status >= 500:
				w.is = "ErrServer"
			case status == 307 || status == 308 || status >= 400 && status != 408:
				w.maybe, w.sessions = "", 0
			}
			if status == 429 {
				w.attempts, w.requests = 3, 3
			}
			rows = append(rows, row{group: "status", name: strconv.Itoa(status), http: func(s *site, rw http.ResponseWriter, _ *http.Request) {
				s.sessions.Add(w.sessions)
				rw.Header().Set("Location", "/canary")
				reply(rw, status, `{"message":"No."}`)
			}, want: w})
		}
	}
	return rows
}

// gaveUp opens a session and answers 503, as a proxy does whose server dies in the
// middle of its answer.
func gaveUp(retryAfter string) func(*site, http.ResponseWriter, *http.Request) {
	return func(s *site, w http.ResponseWriter, _ *http.Request) {
		s.sessions.Add(1)
		w.Header().Set("Retry-After", retryAfter)
		reply(w, http.StatusServiceUnavailable, "")
	}
}

// thenSuccess refuses the first request and serves the next.
func thenSuccess(status int, retryAfter func() string) func(*site, http.ResponseWriter, *http.Request) {
	return func(s *site, w http.ResponseWriter, _ *http.Request) {
		if s.requests.Load() > 1 {
			s.success(w)
			return
		}
		if v := retryAfter(); v != "" {
			w.Header().Set("Retry-After", v)
		}
		reply(w, status, `{"message":"Not now"}`)
	}
}

func retryRows() []row {
	text := func(v string) func() string { return func() string { return v } }
	date := func(d time.Duration) func() string {
		return func() string { return time.Now().Add(d).UTC().Format(http.TimeFormat) }
	}
	repeated := want{link: true, requests: 2, sessions: 1}
	limited := want{status: 429, is: "ErrRateLimited", attempts: 1, requests: 1}
	rows := []row{
		{name: "no Retry-After, then success", http: thenSuccess(429, text("")), want: repeated},
		{name: "Retry-After: 1, then success", http: thenSuccess(429, text("1")), want: repeated},
		{name: "Retry-After: 0, then success", http: thenSuccess(429, text("0")), want: repeated},
		{name: "Retry-After: a date in a second, then success", http: thenSuccess(429, date(time.Second)), want: repeated},
		{name: "Retry-After: a date in the past, then success", http: thenSuccess(429, date(-time.Hour)), want: repeated},
		{name: "Retry-After: garbage, then success", http: thenSuccess(429, text("canary")), want: repeated},
		{name: "Retry-After: -1, then success", http: thenSuccess(429, text("-1")), want: repeated},
		{name: "Retry-After: longer than the cap", http: thenSuccess(429, text("3")), want: limited},
		{name: "Retry-After: a date beyond the cap", http: thenSuccess(429, date(time.Hour)), want: limited},
		{name: "Retry-After: absurd", http: thenSuccess(429, text("99999999999999999999")), want: limited},
	}
	for i := range rows {
		rows[i].group = "429,"
	}
	return append(rows,
		row{group: "503,", name: "Retry-After: 0", http: gaveUp("0"), want: opened(503, "ErrServer")},
		row{group: "503,", name: "Retry-After: 1", http: gaveUp("1"), want: opened(503, "ErrServer")},
		row{group: "503,", name: "Retry-After: garbage", http: gaveUp("canary"), want: opened(503, "ErrServer")},
		row{name: "429 with half a body, then success", raw: func(_ *site, c *conn, n int) {
			if c.request() && n == 1 {
				c.say("HTTP/1.1 429 Too Many Requests\r\nContent-Length: 100\r\n\r\n{")
			} else {
				c.success()
			}
		}, want: repeated},
		row{name: "429, then 500", http: func(s *site, w http.ResponseWriter, r *http.Request) {
			if s.requests.Load() > 1 {
				answers(500, "application/json", "{}")(s, w, r)
				return
			}
			reply(w, 429, "")
		}, want: want{status: 500, is: "ErrServer", maybe: "yes", attempts: 2, requests: 2, sessions: 1}},
	)
}
