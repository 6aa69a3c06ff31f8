package authprovider

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/umbrella-api/umbrella-go/internal/retryafter"
	"github.com/umbrella-api/umbrella-go/internal/strictjson"
)

const (
	maxAnswer = 64 << 10

	// documentedLifetime stands in for an expires_in that the answer leaves out
	// (openapi.yaml, securitySchemes: "Valid for 60 minutes").
	documentedLifetime = 60 * time.Minute
	// A lifetime outside these is a fault of the server, not a token to cache.
	minLifetime = time.Second
	maxLifetime = 30 * 24 * time.Hour
)

// exchange does one POST /auth for a token whose lifetime counts from sent.
type exchange func(ctx context.Context, sent time.Time) (Token, time.Duration, *Error)

// newExchange returns a closure so that no printed struct holds the API key. The
// request is the one that the vendor's docs describe: credentials in headers, an
// empty form body.
func newExchange(server *url.URL, apiKey, customerID string, o options) exchange {
	client := *o.client
	// net/http would forward Api-Key and Customer-Id to another host.
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	target := server.ResolveReference(&url.URL{Path: "auth"}).String()
	header := http.Header{
		"Accept":       {"application/json"},
		"Content-Type": {"application/x-www-form-urlencoded"},
		"User-Agent":   {o.userAgent},
		"Api-Key":      {apiKey},
		"Customer-Id":  {customerID},
	}
	return func(ctx context.Context, sent time.Time) (Token, time.Duration, *Error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, http.NoBody)
		if err != nil {
			return Token{}, 0, &Error{kind: ErrTransient, cause: because(err)}
		}
		req.Header = header.Clone()
		resp, err := client.Do(req)
		if err != nil {
			return Token{}, 0, &Error{kind: ErrTransient, cause: because(err)}
		}
		defer func() { _ = resp.Body.Close() }()
		if resp.StatusCode != http.StatusOK {
			return Token{}, 0, refusal(resp)
		}
		body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
		if err != nil {
			return Token{}, 0, &Error{StatusCode: resp.StatusCode, kind: ErrTransient, reason: "reading the answer", cause: because(err)}
		}
		return parseAnswer(body, sent)
	}
}

// refusal sorts an answer other than 200 into its class. Its body is not read:
// the vendor does not document it, and it may repeat the credentials.
func refusal(resp *http.Response) *Error {
	e := &Error{StatusCode: resp.StatusCode, kind: ErrMalformed, reason: "not the documented answer; check the server URL"}
	e.RetryAfter, _ = retryafter.Parse(resp.Header, time.Now())
	switch code := resp.StatusCode; {
	case code == http.StatusUnauthorized || code == http.StatusForbidden:
		e.kind, e.reason = ErrCredentials, "check the API key and customer id"
	case code == http.StatusTooManyRequests:
		e.kind, e.reason = ErrThrottled, ""
	case code == http.StatusRequestTimeout || code >= 500:
		e.kind, e.reason = ErrTransient, ""
	}
	return e
}

// parseAnswer reads {"access_token": …, "expires_in": …, "token_type": …}.
func parseAnswer(body []byte, sent time.Time) (Token, time.Duration, *Error) {
	if len(body) > maxAnswer {
		return Token{}, 0, malformed("the answer is over 64 KiB")
	}
	var accessToken string
	tokenType, lifetime := "Bearer", documentedLifetime
	err := strictjson.Object(body, func(name string, value []byte) error {
		switch name {
		case "access_token":
			if json.Unmarshal(value, &accessToken) != nil {
				return malformed("access_token is not a string")
			}
		case "token_type":
			if json.Unmarshal(value, &tokenType) != nil {
				return malformed("token_type is not a string")
			}
		case "expires_in":
			var ok bool
			if lifetime, ok = parseLifetime(value); !ok {
				return malformed("expires_in is not between 1 second and 30 days")
			}
		}
		return nil
	})
	var own *Error
	switch {
	case errors.As(err, &own):
		return Token{}, 0, own
	case err != nil:
		return Token{}, 0, malformed(err.Error())
	case !strings.EqualFold(tokenType, "Bearer"):
		return Token{}, 0, malformed("token_type is not Bearer")
	}
	token, err := NewToken(accessToken, sent.Add(lifetime))
	if err != nil {
		return Token{}, 0, malformed("access_token is empty or has characters that no header takes")
	}
	return token, lifetime, nil
}

// parseLifetime takes seconds as a number or as a number in a string. Absent in
// any spelling (null, "", 0) is the documented lifetime.
func parseLifetime(value []byte) (time.Duration, bool) {
	var inString *string
	if json.Unmarshal(value, &inString) == nil {
		if inString == nil || *inString == "" {
			return documentedLifetime, true
		}
		value = []byte(*inString)
	}
	var seconds *float64 // a pointer, to tell "null" in a string from 0
	switch {
	case json.Unmarshal(value, &seconds) != nil || seconds == nil:
		return 0, false
	case *seconds == 0:
		return documentedLifetime, true
	case *seconds < minLifetime.Seconds() || *seconds > maxLifetime.Seconds():
		return 0, false
	}
	return time.Duration(*seconds * float64(time.Second)), true
}

func malformed(reason string) *Error {
	return &Error{StatusCode: http.StatusOK, kind: ErrMalformed, reason: reason}
}
