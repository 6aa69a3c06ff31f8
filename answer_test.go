package umbrella_test

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go"
)

var sentinels = []error{
	umbrella.ErrInvalidRequest, umbrella.ErrUnauthorized, umbrella.ErrForbidden, umbrella.ErrNotFound, umbrella.ErrRateLimited,
	umbrella.ErrConflict, umbrella.ErrGone, umbrella.ErrRequestTooLarge, umbrella.ErrUnsupportedMediaType, umbrella.ErrUnprocessable,
	umbrella.ErrServer, umbrella.ErrInvalidResponse, umbrella.ErrUnsuccessful, umbrella.ErrResponseTooLarge,
}

func TestCreateSessionLink_ReturnsTheLink(t *testing.T) {
	var got *http.Request
	var sent string
	client := clientOf(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got, sent = r, string(body)
		answer(w, http.StatusOK, sessionBody)
	})
	link, err := client.CreateSessionLink(t.Context(), validRequest())
	require.NoError(t, err)
	require.Equal(t, canaryLink, link.URL)
	require.Equal(t, requestID, link.RequestID)
	require.True(t, link.ExpiresAfter.Equal(time.Date(2025, 7, 30, 8, 55, 52, 520909994, time.UTC)))
	require.Equal(t, "POST /onboarding/createSessionLink", got.Method+" "+got.URL.Path)
	require.Equal(t, "application/json", got.Header.Get("Content-Type"))
	require.Equal(t, "application/json", got.Header.Get("Accept"))
	require.Equal(t, "umbrella-go/"+umbrella.Version, got.Header.Get("User-Agent"))
	require.Equal(t, "Bearer "+canaryToken, got.Header.Get("Authorization"))
	require.JSONEq(t, `{"email":"`+canaryEmail+`","phoneNumber":"`+canaryPhone+`","redirectUrl":"`+canaryRedirect+`","docUrl":"`+canaryDoc+`",
		"signForms":[{"fieldId":"Signature1","actorId":"userToIdentify"}],"fillForm":[{"fieldId":"name","value":"`+canaryFill+`"}]}`, sent)
}

func data(members string) string { return `{"status":true,"data":{` + members + `}}` }

func TestCreateSessionLink_TakesEverySpellingOfASuccess(t *testing.T) {
	for name, body := range map[string]string{
		"as documented":       sessionBody,
		"spaces and extras":   " \r\n{ \"x\": [1,{\"a\":null}], \"data\" : " + sessionBody[len(`{"status":true,"data":`):len(sessionBody)-1] + ", \"status\" : true }\n ",
		"escapes":             data(`"requestId":"\u0061\n","url":"https:\/\/w.example\/u","expiresAfter":"2025-07-30T08:55:52\u005a"`),
		"leap second":         data(`"requestId":"","url":"https://w.example/","expiresAfter":"2016-12-31T23:59:60Z"`),
		"lower case t and z":  data(`"requestId":"1","url":"https://w.example/","expiresAfter":"2025-07-30t08:55:52z"`),
		"offset":              data(`"requestId":"1","url":"https://w.example/","expiresAfter":"2025-07-30T08:55:52+02:00"`),
		"other case as extra": data(`"URL":7,"requestId":"1","url":"https://w.example/","expiresAfter":"2025-07-30T08:55:52Z"`),
	} {
		for _, mediaType := range []string{"application/json", "application/json; charset=utf-8", "APPLICATION/JSON", " application/json ;x=y"} {
			client := clientOf(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header()["Content-Type"] = []string{mediaType}
				_, _ = io.WriteString(w, body)
			})
			link, err := client.CreateSessionLink(t.Context(), validRequest())
			require.NoError(t, err, name)
			require.NotEmpty(t, link.URL, name)
			require.Equal(t, name == "leap second", link.RequestID == "", name)
			require.False(t, link.ExpiresAfter.IsZero(), name)
		}
	}
}

// The members of data as they should be.
const (
	idMember     = `"requestId":"` + requestID + `"`
	linkMember   = `"url":"` + canaryLink + `"`
	expiryMember = `"expiresAfter":"2025-07-30T08:55:52Z"`
)

// noSuccesses are answers with a status of success that no link comes from.
var noSuccesses = []struct {
	name, mediaType, body string
	status                int
	kind                  error
	reason                string
}{
	{name: "HTML", mediaType: "text/html", body: "<html>" + canaryLink, reason: "media type"},
	{name: "no media type", mediaType: " ", body: sessionBody, reason: "media type"},
	{name: "JSON by another name", mediaType: "application/vnd.api+json", body: sessionBody, reason: "media type"},
	{name: "HTML as JSON", body: "<html>" + canaryLink, reason: "not one valid JSON value"},
	{name: "empty", body: "", reason: "not one valid JSON value"},
	{name: "null", body: "null", reason: "not a JSON object"},
	{name: "array", body: "[" + sessionBody + "]", reason: "not a JSON object"},
	{name: "string", body: `"` + requestID + `"`, reason: "not a JSON object"},
	{name: "{}", body: "{}", reason: "status is missing"},
	{name: "truncated", body: sessionBody[:len(sessionBody)-1], reason: "not one valid JSON value"},
	{name: "trailing garbage", body: sessionBody + "x", reason: "not one valid JSON value"},
	{name: "two values", body: sessionBody + sessionBody, reason: "not one valid JSON value"},
	{name: "byte order mark", body: "\ufeff" + sessionBody, reason: "not one valid JSON value"},
	{name: "not UTF-8", body: strings.Replace(sessionBody, "canary", "\xff", 1), reason: "not one valid JSON value"},
	{name: "duplicate status", body: `{"status":false,` + sessionBody[1:], reason: "appears twice"},
	{name: "duplicate url", body: data(idMember + "," + linkMember + "," + linkMember + "," + expiryMember), reason: "appears twice"},
	{name: "duplicate by escape", body: data(idMember + "," + linkMember + `,"\u0075rl":"https://evil.example/",` + expiryMember), reason: "appears twice"},
	{name: "status missing", body: `{` + sessionBody[len(`{"status":true,`):], reason: "status is missing"},
	{name: "status null", body: strings.Replace(sessionBody, "true", "null", 1), reason: "status is not a boolean"},
	{name: "status string", body: strings.Replace(sessionBody, "true", `"true"`, 1), reason: "status is not a boolean"},
	{name: "status 1", body: strings.Replace(sessionBody, "true", "1", 1), reason: "status is not a boolean"},
	{name: "status in other case", body: strings.Replace(sessionBody, "status", "Status", 1), reason: "status is missing"},
	{name: "status false", body: strings.Replace(sessionBody, "true", "false", 1), kind: umbrella.ErrUnsuccessful, reason: `says "status": false`},
	{name: "status false and nothing else", body: `{"status":false}`, kind: umbrella.ErrUnsuccessful, reason: `says "status": false`},
	{name: "status false with message", body: `{"status":false,"message":"try tomorrow"}`, kind: umbrella.ErrUnsuccessful, reason: `says "status": false`},
	{name: "data missing", body: `{"status":true}`, reason: "data is missing"},
	{name: "data null", body: `{"status":true,"data":null}`, reason: "data is not a JSON object"},
	{name: "data a list", body: `{"status":true,"data":[` + canaryFill + `]}`, reason: "not one valid JSON value"},
	{name: "data empty", body: data(""), reason: "data.url is missing"},
	{name: "requestId missing", body: data(linkMember + "," + expiryMember), reason: "data.requestId is missing"},
	{name: "requestId null", body: data(`"requestId":null,` + linkMember + "," + expiryMember), reason: "data.requestId is not a string"},
	{name: "requestId number", body: data(`"requestId":7,` + linkMember + "," + expiryMember), reason: "data.requestId is not a string"},
	{name: "requestId in other case", body: data(`"requestID":"7",` + linkMember + "," + expiryMember), reason: "data.requestId is missing"},
	{name: "url missing", body: data(idMember + "," + expiryMember), reason: "data.url is missing"},
	{name: "url null", body: data(idMember + `,"url":null,` + expiryMember), reason: "data.url is not a string"},
	{name: "url empty", body: data(idMember + `,"url":"",` + expiryMember), reason: "data.url does not have the format uri"},
	{name: "url object", body: data(idMember + `,"url":{},` + expiryMember), reason: "data.url is not a string"},
	{name: "url relative", body: data(idMember + `,"url":"/urlback?t=canary",` + expiryMember), reason: "data.url does not have the format uri"},
	{name: "url no URL", body: data(idMember + `,"url":"canary canary",` + expiryMember), reason: "data.url does not have the format uri"},
	{name: "expiresAfter missing", body: data(idMember + "," + linkMember), reason: "data.expiresAfter is missing"},
	{name: "expiresAfter null", body: data(idMember + "," + linkMember + `,"expiresAfter":null`), reason: "data.expiresAfter is not a string"},
	{name: "expiresAfter empty", body: data(idMember + "," + linkMember + `,"expiresAfter":""`), reason: "data.expiresAfter is not a date-time"},
	{name: "expiresAfter number", body: data(idMember + "," + linkMember + `,"expiresAfter":1753865752`), reason: "data.expiresAfter is not a string"},
	{name: "expiresAfter without zone", body: data(idMember + "," + linkMember + `,"expiresAfter":"2025-07-30T08:55:52"`), reason: "data.expiresAfter is not a date-time"},
	{name: "expiresAfter a date", body: data(idMember + "," + linkMember + `,"expiresAfter":"2025-07-30"`), reason: "data.expiresAfter is not a date-time"},
	{name: "expiresAfter on 30 February", body: data(idMember + "," + linkMember + `,"expiresAfter":"2025-02-30T08:55:52Z"`), reason: "data.expiresAfter is not a date-time"},
	{name: "201", status: 201, body: sessionBody, reason: "the document promises 200"},
	{name: "202", status: 202, body: sessionBody, reason: "the document promises 200"},
	{name: "204", status: 204, reason: "the document promises 200"},
	{name: "206", status: 206, body: sessionBody, reason: "the document promises 200"},
	{name: "299", status: 299, body: sessionBody, reason: "the document promises 200"},
}

func TestCreateSessionLink_SuccessThatIsNot(t *testing.T) {
	for _, tc := range noSuccesses {
		t.Run(tc.name, func(t *testing.T) {
			if tc.status == 0 {
				tc.status = http.StatusOK
			}
			if tc.kind == nil {
				tc.kind = umbrella.ErrInvalidResponse
			}
			requests := 0
			client := clientOf(t, func(w http.ResponseWriter, _ *http.Request) {
				requests++
				w.Header().Set("Content-Type", cmp.Or(tc.mediaType, "application/json"))
				w.WriteHeader(tc.status)
				_, _ = io.WriteString(w, tc.body)
			})
			link, err := client.CreateSessionLink(t.Context(), validRequest())
			require.Nil(t, link)
			e := apiError(t, err)
			require.Equal(t, 1, requests)
			require.Equal(t, tc.status, e.StatusCode)
			require.Equal(t, tc.body, string(e.Body()))
			require.Equal(t, strings.TrimSpace(cmp.Or(tc.mediaType, "application/json")), e.Header().Get("Content-Type"))
			require.True(t, e.MaybeProcessed)
			require.ErrorContains(t, err, tc.reason)
			requireOnly(t, err, tc.kind)
			requireDiscreet(t, err)
		})
	}
}

// requireOnly checks which of the sentinels err answers to.
func requireOnly(tb testing.TB, err error, want ...error) {
	tb.Helper()
	var is []error
	for _, s := range sentinels {
		if errors.Is(err, s) {
			is = append(is, s)
		}
	}
	require.ElementsMatch(tb, want, is)
}

func TestError_OfEveryStatus(t *testing.T) {
	kinds := map[int]error{
		400: umbrella.ErrInvalidRequest, 401: umbrella.ErrUnauthorized, 403: umbrella.ErrForbidden,
		404: umbrella.ErrNotFound, 409: umbrella.ErrConflict, 410: umbrella.ErrGone, 413: umbrella.ErrRequestTooLarge,
		415: umbrella.ErrUnsupportedMediaType, 422: umbrella.ErrUnprocessable, 429: umbrella.ErrRateLimited,
	}
	hints := map[int]string{
		300: "redirects are not followed", 399: "redirects are not followed", 400: "the API gives no reason", 401: "check the credentials",
		403: "may not use this service", 404: "check the server URL", 429: "retry later", 500: "check before you call again",
	}
	for status := 300; status < 600; status++ {
		client := clientOf(t, func(w http.ResponseWriter, _ *http.Request) {
			answer(w, status, `{"message":"No."}`)
		}, umbrella.WithRetry(umbrella.RetryPolicy{MaxAttempts: 1}))
		_, err := client.CreateSessionLink(t.Context(), validRequest())
		e := apiError(t, err)
		require.Equal(t, status, e.StatusCode)
		require.Equal(t, 1, e.Attempts)
		require.Equal(t, "POST", e.Method)
		require.Equal(t, "/onboarding/createSessionLink", e.Path)
		require.ErrorContains(t, err, fmt.Sprintf("umbrella: createSessionLink: %d", status))
		require.ErrorContains(t, err, hints[status])
		if status != http.StatusNotModified {
			require.Equal(t, "No.", e.Message(), status)
		}
		var want []error
		if kinds[status] != nil {
			want = []error{kinds[status]}
		} else if status >= 500 {
			want = []error{umbrella.ErrServer}
		}
		requireOnly(t, err, want...)
		notProcessed := status == 307 || status == 308 || status >= 400 && status < 500 && status != 408 && status != 499
		require.Equal(t, !notProcessed, e.MaybeProcessed, status)
		require.Equal(t, e.MaybeProcessed, strings.Contains(err.Error(), "; it may have been processed all the same: check before you call again"), status)
	}
}
