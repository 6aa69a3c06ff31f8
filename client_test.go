package umbrella_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/internal/memhttp"
)

func TestCreateSessionLink_InvalidRequestNeverLeaves(t *testing.T) {
	requests := 0
	handler := func(w http.ResponseWriter, _ *http.Request) {
		requests++
		answer(w, http.StatusBadRequest, `{"message":"Invalid request payload"}`)
	}
	req := validRequest()
	req.Email, req.DocURL = "canary", "http://canary.example/"
	_, err := serve(t, handler).CreateSessionLink(t.Context(), req)
	var invalid *umbrella.ValidationError
	require.ErrorAs(t, err, &invalid)
	require.Len(t, invalid.Fields, 2)
	require.ErrorIs(t, err, umbrella.ErrInvalidRequest)
	require.Zero(t, requests)
	requireDiscreet(t, err)

	_, err = serve(t, handler, umbrella.WithoutValidation()).CreateSessionLink(t.Context(), req)
	require.Equal(t, 400, apiError(t, err).StatusCode)
	require.ErrorIs(t, err, umbrella.ErrInvalidRequest)
	require.Equal(t, 1, requests)
}

func TestCreateSessionLink_MisuseIsAnError(t *testing.T) {
	client := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("a request left") })
	var none context.Context
	_, err := client.CreateSessionLink(none, validRequest())
	require.ErrorContains(t, err, "the context is nil")
	_, err = client.CreateSessionLink(t.Context(), validRequest(), nil)
	require.ErrorContains(t, err, "a request editor is nil")
	for _, unmade := range []*umbrella.Client{nil, {}} {
		_, err = unmade.CreateSessionLink(t.Context(), validRequest())
		require.ErrorContains(t, err, "the client was not made with New")
	}
}

func TestEditors_RunInOrderAndHaveTheLastWord(t *testing.T) {
	var got http.Header
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = r.Header
		answer(w, http.StatusOK, sessionBody)
	}, umbrella.WithUserAgent("mine/1"))
	set := func(name, value string) api.RequestEditorFn {
		return func(_ context.Context, r *http.Request) error {
			r.Header.Add(name, value)
			r.URL.RawQuery = "x=1"
			return nil
		}
	}
	_, err := client.CreateSessionLink(t.Context(), validRequest(), set("X-Order", "1"), set("X-Order", "2"),
		set("User-Agent", "editor/2"), set("Accept", "application/json;q=1"), set("Authorization", "Bearer other"))
	require.NoError(t, err)
	require.Equal(t, []string{"1", "2"}, got["X-Order"])
	require.Equal(t, []string{"editor/2"}, got["User-Agent"])
	require.Equal(t, []string{"application/json;q=1"}, got["Accept"])
	require.Equal(t, []string{"Bearer other"}, got["Authorization"])

	_, err = client.CreateSessionLink(t.Context(), validRequest())
	require.NoError(t, err)
	require.Equal(t, []string{"mine/1"}, got["User-Agent"], "editors change one call only")
	require.Equal(t, []string{"Bearer " + canaryToken}, got["Authorization"])
	require.Empty(t, got["X-Order"])
}

func TestEditors_MayReplaceTheContext(t *testing.T) {
	client := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		panic(http.ErrAbortHandler)
	})
	_, err := client.CreateSessionLink(t.Context(), validRequest(), func(_ context.Context, r *http.Request) error {
		*r = *r.WithContext(context.Background())
		return nil
	})
	e := apiError(t, err)
	require.Equal(t, 1, e.Attempts)
	require.True(t, e.MaybeProcessed)
}

func TestEditors_FailureSendsNothing(t *testing.T) {
	client := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("a request left") })
	cause := errors.New("canary: no signature for " + canaryEmail)
	_, err := client.CreateSessionLink(t.Context(), validRequest(),
		func(context.Context, *http.Request) error { return cause },
		func(context.Context, *http.Request) error { t.Error("called after a failure"); return nil })
	e := apiError(t, err)
	require.ErrorIs(t, err, cause)
	require.ErrorContains(t, err, "not sent: a request editor failed")
	require.Zero(t, e.Attempts)
	require.False(t, e.MaybeProcessed)
	requireDiscreet(t, err)
}

func TestEditors_CannotSendTheTokenElsewhere(t *testing.T) {
	client := over(t, roundTripper(func(*http.Request) (*http.Response, error) {
		t.Error("a request left")
		return nil, errCut
	}))
	_, err := client.CreateSessionLink(t.Context(), validRequest(), func(_ context.Context, r *http.Request) error {
		r.URL.Host = "evil.example"
		return nil
	})
	require.False(t, apiError(t, err).MaybeProcessed)
}

func TestAPI_SharesTheChain(t *testing.T) {
	var log bytes.Buffer
	var got []string
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = append(got, r.Header.Get("Authorization")+" "+r.Header.Get("User-Agent")+" "+string(body))
		if len(got) == 1 {
			answer(w, http.StatusTooManyRequests, "")
			return
		}
		answer(w, http.StatusOK, sessionBody)
	}, umbrella.WithLogger(jsonLogger(&log)), umbrella.WithRetry(fast))
	result, err := client.API().CreateSessionLinkWithBodyWithResponse(t.Context(), "application/json", strings.NewReader("{}"))
	require.NoError(t, err)
	require.Equal(t, canaryLink, result.JSON200.Data.URL)
	require.Equal(t, []string{"Bearer " + canaryToken + " umbrella-go/" + umbrella.Version + " {}", "Bearer " + canaryToken + " umbrella-go/" + umbrella.Version + " {}"}, got)
	require.Len(t, records(t, &log), 2)

	_, err = over(t, roundTripper(func(*http.Request) (*http.Response, error) { return nil, errCut })).API().
		CreateSessionLinkWithResponse(t.Context(), validRequest())
	require.ErrorIs(t, err, errCut)
	require.Equal(t, 1, apiError(t, err).Attempts)
	requireDiscreet(t, err)

	_, err = serve(t, func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, sessionBody) }, umbrella.WithMaxResponseBytes(10)).
		API().CreateSessionLinkWithResponse(t.Context(), validRequest())
	require.ErrorIs(t, err, umbrella.ErrResponseTooLarge)
}

// fast is a policy for tests that do not run in a bubble.
var fast = umbrella.RetryPolicy{MinBackoff: time.Microsecond, MaxBackoff: time.Millisecond}

// TestClient_ServesAThousandGoroutinesThroughMixedFaults counts on the server how
// often each call opened a session.
func TestClient_ServesAThousandGoroutinesThroughMixedFaults(t *testing.T) {
	const callers = 1000
	var opened [callers]atomic.Int32
	var tokens atomic.Int32
	transport := memhttp.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/auth" {
			tokens.Add(1)
			answer(w, http.StatusOK, tokenBody)
			return
		}
		body, _ := io.ReadAll(r.Body)
		var in api.CreateSessionLinkRequest
		n := 0
		if json.Unmarshal(body, &in) == nil {
			n, _ = strconv.Atoi(in.SignForms[0].ActorID)
		}
		switch rand.N(8) {
		case 0:
			answer(w, http.StatusTooManyRequests, `{"message":"Slow down"}`)
		case 1:
			w.Header().Set("Retry-After", "0")
			answer(w, http.StatusServiceUnavailable, "")
		case 2:
			panic(http.ErrAbortHandler)
		case 3:
			answer(w, http.StatusBadRequest, `{"message":"Invalid request payload"}`)
		case 4:
			opened[n].Add(1)
			answer(w, http.StatusInternalServerError, `<html>`)
		case 5:
			opened[n].Add(1)
			w.Header().Set("Content-Length", "1000")
			answer(w, http.StatusOK, sessionBody)
			panic(http.ErrAbortHandler)
		default:
			opened[n].Add(1)
			answer(w, http.StatusOK, sessionBody)
		}
	}))
	var log bytes.Buffer
	client, err := umbrella.New(memhttp.URL, umbrella.WithAPIKey(canaryKey, canaryCustomer), umbrella.WithRetry(fast),
		umbrella.WithLogger(jsonLogger(&log)), umbrella.WithHTTPClient(&http.Client{Transport: transport}))
	require.NoError(t, err)

	var group sync.WaitGroup
	for n := range callers {
		group.Go(func() {
			req := validRequest()
			req.SignForms[0].ActorID = strconv.Itoa(n)
			link, err := client.CreateSessionLink(t.Context(), req)
			sessions := opened[n].Load()
			switch {
			case err == nil && (sessions != 1 || link.URL != canaryLink):
				t.Errorf("a link, and %d sessions", sessions)
			case err != nil && sessions > 1:
				t.Errorf("%d sessions for one call: %v", sessions, err)
			case err != nil && sessions == 1 && !apiErrorOf(err).MaybeProcessed:
				t.Errorf("a lost session: %v", err)
			}
		})
	}
	group.Wait()
	require.EqualValues(t, 1, tokens.Load())
	requireNoCanary(t, log.String())
}

func apiErrorOf(err error) *umbrella.Error {
	var e *umbrella.Error
	if !errors.As(err, &e) {
		return &umbrella.Error{}
	}
	return e
}

func TestClient_PrintsNoSecret(t *testing.T) {
	for _, auth := range []umbrella.Option{umbrella.WithAPIKey(canaryKey, canaryCustomer), umbrella.WithToken(canaryToken)} {
		client, err := umbrella.New(umbrella.Sandbox, auth)
		require.NoError(t, err)
		type service struct{ client *umbrella.Client }
		for _, v := range []any{client, *client, service{client}, &service{client}, auth} {
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
				text := fmt.Sprintf(verb, v)
				for _, secret := range []string{canaryKey, canaryCustomer, canaryToken} {
					require.NotContains(t, text, secret, verb)
					require.NotContains(t, text, fmt.Sprintf("%x", secret), verb)
				}
			}
		}
	}
}
