package umbrella_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/api"
)

// FuzzErrorFromResponse feeds every kind of answer to a client: it must come back
// as a whole link or as a typed error that gives nothing away.
func FuzzErrorFromResponse(f *testing.F) {
	const jsonType = "application/json"
	for _, seed := range []struct {
		status                            int
		mediaType, retryAfter, link, body string
		cut                               bool
	}{
		{200, jsonType, "", "", sessionBody, false},
		{200, jsonType, "", "", sessionBody, true},
		{200, "application/json; charset=utf-8", "5", "", strings.Replace(sessionBody, "true", "false", 1), false},
		{200, "text/html", "", "", "<html>", false},
		{201, jsonType, "", "", "{}", false},
		{302, jsonType, "", "http://[::1", "null", false},
		{400, jsonType, "", "", `{"message":"Invalid request payload"}`, false},
		{401, jsonType, "", "", `{"data":{"error":"` + canaryEmail + `"}}`, false},
		{429, jsonType, "Wed, 21 Oct 2015 07:28:00 GMT", "", `{"details":"` + canaryToken + `\u0000"}`, false},
		{500, jsonType, "99999999999999999999", "", `{"error":"https:\/\/x"}`, true},
		{503, jsonType, "1", "", "\xff\x00{\"message\":\"\xf0\x9f\"}", false},
	} {
		f.Add(seed.status, seed.mediaType, seed.retryAfter, seed.link, []byte(seed.body), seed.cut)
	}
	var next func() *http.Response
	client := clientOver(f, roundTripper(func(*http.Request) (*http.Response, error) { return next(), nil }),
		umbrella.WithRetry(umbrella.RetryPolicy{MaxAttempts: 2, MinBackoff: 1, MaxBackoff: 1, MaxRetryAfter: 1}))
	req := validRequest()
	f.Fuzz(func(t *testing.T, status int, mediaType, retryAfter, location string, body []byte, cut bool) {
		end := io.EOF
		if cut {
			end = io.ErrUnexpectedEOF
		}
		next = func() *http.Response {
			return &http.Response{
				StatusCode: status, ContentLength: -1,
				Header: http.Header{"Content-Type": {mediaType}, "Retry-After": {retryAfter}, "Location": {location}},
				Body:   io.NopCloser(io.MultiReader(bytes.NewReader(body), failingReader{end})),
			}
		}
		link, err := client.CreateSessionLink(t.Context(), req)
		if err == nil {
			if link == nil || link.URL == "" || link.ExpiresAfter.IsZero() && !strings.Contains(string(body), "0001-01-01") {
				t.Fatalf("a success that is not: %+v", link)
			}
			return
		}
		var e *umbrella.Error
		if link != nil || !errors.As(err, &e) || e.StatusCode != status {
			t.Fatalf("%v, %T with status %d of %d", link != nil, err, e.StatusCode, status)
		}
		if len(e.Message()) > 512 || !utf8.ValidString(e.Message()) || e.RetryAfter < 0 {
			t.Fatalf("message %q, retry after %s", e.Message(), e.RetryAfter)
		}
		for _, text := range []string{err.Error(), fmt.Sprintf("%+v %#v %q %+v", err, err, err, *e)} {
			lower := strings.ToLower(text)
			for _, secret := range []string{canaryToken, canaryEmail, canaryPhone[1:], canaryFill, canaryRedirect, canaryDoc, canaryLink, "://"} {
				if strings.Contains(lower, strings.ToLower(secret)) {
					t.Fatalf("shows %q: %q", secret, text)
				}
			}
			if strings.ContainsAny(text, "\r\n\x00\x1b\u2028\u2029") || !utf8.ValidString(text) {
				t.Fatalf("not one line of text: %q", text)
			}
		}
		if status >= 200 && status < 300 && !e.MaybeProcessed {
			t.Fatalf("status %d, and nothing may have been processed", status)
		}
	})
}

type failingReader struct{ err error }

func (r failingReader) Read([]byte) (int, error) { return 0, r.err }

// FuzzRetryAfter looks at the header from outside: an answer to a 429.
func FuzzRetryAfter(f *testing.F) {
	for _, seed := range []string{"", "0", "1", "-1", "1.5", "120", "99999999999999999999", "Wed, 21 Oct 2015 07:28:00 GMT", "Wednesday, 21-Oct-15 07:28:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "soon", "\t7 ", "+7", "٧"} {
		f.Add(seed)
	}
	var header http.Header
	client := clientOver(f, roundTripper(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusTooManyRequests, Header: header}, nil
	}), umbrella.WithRetry(umbrella.RetryPolicy{MaxAttempts: 1}), umbrella.WithoutValidation())
	f.Fuzz(func(t *testing.T, value string) {
		header = http.Header{"Retry-After": {value}}
		_, err := client.CreateSessionLink(t.Context(), api.CreateSessionLinkRequest{})
		e := apiError(t, err)
		digits := strings.TrimSpace(value)
		switch at, notDate := http.ParseTime(digits); {
		case digits != "" && strings.Trim(digits, "0123456789") == "":
			var want time.Duration
			for _, d := range digits {
				want = min(want*10+time.Duration(d-'0'), 1<<40)
			}
			if got := e.RetryAfter / time.Second; got != min(want, (1<<63-1)/time.Second) {
				t.Fatalf("%q is %s", value, e.RetryAfter)
			}
		case notDate == nil:
			if e.RetryAfter < 0 || e.RetryAfter-time.Minute > max(0, time.Until(at)) {
				t.Fatalf("%q is %s", value, e.RetryAfter)
			}
		default:
			if e.RetryAfter != 0 {
				t.Fatalf("%q is %s", value, e.RetryAfter)
			}
		}
	})
}

// FuzzValidate takes anything for a request: what passes is what json.Marshal sends
// as it is, and what does not is refused without a value.
func FuzzValidate(f *testing.F) {
	f.Add(canaryEmail, canaryPhone, canaryRedirect, canaryDoc, "Signature1", "userToIdentify")
	f.Add("", "", "", "", "", "")
	f.Add("Bob <b@x.io>", "+0123", "/relative", "http://x.io/a.pdf", "\xff", "\u2028")
	f.Add("a@b", "123456789012345", "urn:x:y", "https://", "a", "b")
	f.Fuzz(func(t *testing.T, email, phone, redirect, doc, field, value string) {
		req := api.CreateSessionLinkRequest{
			Email: email, PhoneNumber: phone, RedirectURL: redirect, DocURL: doc,
			SignForms: []api.SignForm{{FieldID: field, ActorID: value}},
			FillForm:  []api.FillFormField{{FieldID: value, Value: field}},
		}
		discreet(t, umbrella.Validate(api.CreateSessionLinkRequest{
			Email: "canary" + email, PhoneNumber: "canary" + phone, RedirectURL: "canary" + redirect, DocURL: "canary" + doc,
		}))
		err := umbrella.Validate(req)
		discreet(t, err)
		if err == nil {
			data, err := json.Marshal(req)
			var again api.CreateSessionLinkRequest
			if err != nil || json.Unmarshal(data, &again) != nil || !reflect.DeepEqual(req, again) {
				t.Fatal("json.Marshal changes what passed")
			}
		}
	})
}

// discreet checks that err, if any, is a ValidationError without values.
func discreet(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	var invalid *umbrella.ValidationError
	if !errors.As(err, &invalid) || len(invalid.Fields) == 0 {
		t.Fatalf("%T: %v", err, err)
	}
	if strings.Contains(err.Error(), "canary") {
		t.Fatalf("a value is in %q", err)
	}
}
