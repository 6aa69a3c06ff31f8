package authprovider

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/umbrella-api/umbrella-go/internal/httpkit"
	"github.com/umbrella-api/umbrella-go/internal/strictjson"
)

// newExchange returns a closure, so that no printed struct holds the API key, that does one POST
// /auth: credentials in headers and an empty form body, as the vendor's docs describe it.
func newExchange(server *url.URL, apiKey, customerID string, o options) func(context.Context) (*cached, *Error) {
	client := *o.client
	// net/http would forward Api-Key and Customer-Id to another host.
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	target := server.String() + "auth" // the base URL ends in a slash
	return func(ctx context.Context) (*cached, *Error) {
		sent := time.Now()
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, nil)
		if err != nil {
			return nil, &Error{reason: "the request cannot be made"}
		}
		for _, h := range [...]struct{ name, value string }{
			{"Accept", "application/json"},
			{"Content-Type", "application/x-www-form-urlencoded"},
			{"User-Agent", o.userAgent},
			{"Api-Key", apiKey},
			{"Customer-Id", customerID},
		} {
			req.Header.Set(h.name, h.value)
		}
		resp, err := client.Do(req)
		if err != nil {
			return nil, &Error{kind: ErrTransient, cause: because(err)}
		}
		defer func() { _ = resp.Body.Close() }()
		if resp.StatusCode != http.StatusOK {
			return nil, classify(resp)
		}
		body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
		if err != nil {
			return nil, &Error{StatusCode: http.StatusOK, kind: ErrTransient, reason: "reading the answer", cause: because(err)}
		}
		c, reason := parseAnswer(body, sent)
		if reason != "" {
			return nil, &Error{StatusCode: http.StatusOK, kind: ErrMalformed, reason: reason}
		}
		return c, nil
	}
}

// classify sorts an answer other than 200 into its class. Its body is not read: the vendor does not
// document it, and it may repeat the credentials.
func classify(resp *http.Response) *Error {
	e := &Error{StatusCode: resp.StatusCode}
	e.RetryAfter, _ = httpkit.RetryAfter(resp.Header, time.Now())
	switch code := resp.StatusCode; {
	case code == 400 || code == 401 || code == 403:
		e.kind, e.reason = ErrCredentials, "check the API key and customer id"
	case code == 429:
		e.kind = ErrThrottled
	case code == 408 || code >= 500:
		e.kind = ErrTransient
	default:
		e.kind, e.reason = ErrMalformed, "not the documented answer; check the server URL"
	}
	return e
}

// parseAnswer reads {"access_token": …, "expires_in": …, "token_type": …}. The lifetime counts from
// before the request: the server started it at some point after. If the answer is none, it says why.
func parseAnswer(body []byte, sent time.Time) (c *cached, reason string) {
	if len(body) > maxBody {
		return nil, "the answer is over 64 KiB"
	}
	body = bytes.TrimPrefix(body, []byte("\ufeff")) // a byte order mark
	var members map[string]any                      // a struct would fold the case of names
	if strictjson.Check(body) != nil || json.Unmarshal(body, &members) != nil {
		return nil, "the answer is not one JSON object"
	}
	tokenType := members["token_type"]
	if tokenType != nil && tokenType != "" && !strings.EqualFold(fmt.Sprint(tokenType), "Bearer") {
		return nil, "token_type is not Bearer"
	}
	lifetime, ok := parseLifetime(members["expires_in"])
	if !ok {
		return nil, "expires_in is not a number of seconds from 1 on"
	}
	accessToken, _ := members["access_token"].(string)
	token, err := NewToken(accessToken, sent.Round(0).Add(lifetime))
	if err != nil {
		return nil, "access_token is empty or has characters that no header takes"
	}
	return schedule(token, sent, lifetime), ""
}

// parseLifetime takes seconds as a number or as a number in a string. Absent in any spelling (null,
// "", 0) is the documented lifetime.
func parseLifetime(v any) (time.Duration, bool) {
	if v == nil || v == "" {
		v = 0
	}
	seconds, err := strconv.ParseFloat(fmt.Sprint(v), 64)
	if err == nil && seconds == 0 {
		seconds = documentedLifetime.Seconds()
	}
	ok := err == nil && seconds >= minLifetime.Seconds() && !math.IsInf(seconds, 0)
	return time.Duration(min(seconds, maxLifetime.Seconds()) * float64(time.Second)), ok
}
