package umbrella_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/authprovider"
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
	_, err := clientOf(t, handler).CreateSessionLink(t.Context(), req)
	var invalid *umbrella.ValidationError
	require.ErrorAs(t, err, &invalid)
	require.Len(t, invalid.Fields, 2)
	require.ErrorIs(t, err, umbrella.ErrInvalidRequest)
	require.Zero(t, requests)
	requireDiscreet(t, err)

	_, err = clientOf(t, handler, umbrella.WithoutValidation()).CreateSessionLink(t.Context(), req)
	require.Equal(t, 400, apiError(t, err).StatusCode)
	require.ErrorIs(t, err, umbrella.ErrInvalidRequest)
	require.Equal(t, 1, requests)
}

func TestCreateSessionLink_MisuseIsAnError(t *testing.T) {
	client := clientOf(t, func(http.ResponseWriter, *http.Request) { t.Error("a request left") })
	var none context.Context
	_, err := client.CreateSessionLink(none, validRequest())
	require.EqualError(t, apiError(t, err), "umbrella: createSessionLink: not sent: the context is nil")
	_, err = client.CreateSessionLink(t.Context(), validRequest(), nil)
	require.EqualError(t, apiError(t, err), "umbrella: createSessionLink: not sent: a request editor is nil")
	for _, unmade := range []*umbrella.Client{nil, {}} {
		_, err = unmade.CreateSessionLink(t.Context(), validRequest())
		require.EqualError(t, apiError(t, err), "umbrella: createSessionLink: not sent: the client was not made with New")
	}
}

func TestEditors_RunInOrderAndHaveTheLastWord(t *testing.T) {
	var got http.Header
	client := clientOf(t, func(w http.ResponseWriter, r *http.Request) {
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
	client := clientOf(t, func(_ http.ResponseWriter, r *http.Request) {
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
	client := clientOf(t, func(http.ResponseWriter, *http.Request) { t.Error("a request left") })
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

func TestEditors_CannotSetAHeaderThatIsNone(t *testing.T) {
	for name, value := range map[string]string{
		"": "x", "Two Words": "x", "Colon:": "x", "B\u00e4d": "x", "Delete\x7f": "x",
		"Line": "a\r\nb", "Nul": "a\x00", "Del": "a\x7f",
	} {
		client := clientOf(t, func(http.ResponseWriter, *http.Request) { t.Errorf("%q left", name) })
		_, err := client.CreateSessionLink(t.Context(), validRequest(), func(_ context.Context, req *http.Request) error {
			req.Header[name] = []string{value}
			return nil
		})
		require.ErrorContains(t, apiError(t, err), "not sent: a request editor has ", name)
	}
}

// Over HTTP/2 net/http refuses these when it has a connection, and cannot tell that it
// sent nothing.
func TestEditors_CannotLeaveARequestThatNoHTTPTakes(t *testing.T) {
	for name, edit := range map[string]func(*http.Request){
		"Connection":        func(r *http.Request) { r.Header.Set("Connection", "foo") },
		"Upgrade":           func(r *http.Request) { r.Header.Set("Upgrade", "foo") },
		"Transfer-Encoding": func(r *http.Request) { r.Header.Set("Transfer-Encoding", "gzip") },
		"Trailer":           func(r *http.Request) { r.Trailer = http.Header{"X": {"a\nb"}} },
		"Host":              func(r *http.Request) { r.Host = "bad host\n" },
		"Method":            func(r *http.Request) { r.Method = "BAD METHOD" },
	} {
		client := clientOf(t, func(http.ResponseWriter, *http.Request) { t.Errorf("%s left", name) })
		_, err := client.CreateSessionLink(t.Context(), validRequest(), func(_ context.Context, req *http.Request) error {
			edit(req)
			return nil
		})
		require.ErrorContains(t, apiError(t, err), "not sent: a request editor has made an invalid request: ", name)
		require.ErrorContains(t, err, name)
		require.False(t, apiError(t, err).MaybeProcessed)
	}
}

func TestEditors_CannotSendTheTokenElsewhere(t *testing.T) {
	client := clientOver(t, roundTripper(func(*http.Request) (*http.Response, error) {
		t.Error("a request left")
		return nil, errCut
	}))
	_, err := client.CreateSessionLink(t.Context(), validRequest(), func(_ context.Context, r *http.Request) error {
		r.URL.Host = "evil.example"
		return nil
	})
	require.False(t, apiError(t, err).MaybeProcessed)
	require.ErrorIs(t, err, authprovider.ErrHost)
	require.ErrorContains(t, err, "refusing to send the token to another server")
}

// hanging is a token source that does not look at its context.
type hanging chan struct{}

func (h hanging) Token(context.Context) (authprovider.Token, error) {
	<-h
	return authprovider.Token{}, errCut
}

func TestDeadline_AnEditorOrATokenSourceThatHangsDoesNotOutliveIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(hanging)
		transport := memhttp.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, sessionBody) }))
		client := clientOver(t, transport, umbrella.WithTimeout(5*time.Second))
		_, err := client.CreateSessionLink(t.Context(), validRequest()) // over HTTP/1, as is known from now on
		require.NoError(t, err)
		stuck, err := umbrella.New(memhttp.URL, umbrella.WithTokenSource(release), umbrella.WithTimeout(5*time.Second),
			umbrella.WithHTTPClient(&http.Client{Transport: transport}))
		require.NoError(t, err)
		for _, call := range []func() error{
			func() error {
				_, err := client.CreateSessionLink(t.Context(), validRequest(), func(context.Context, *http.Request) error {
					<-release
					return errCut
				})
				return err
			},
			func() error {
				_, err := stuck.CreateSessionLink(t.Context(), validRequest())
				return err
			},
		} {
			start := time.Now()
			err := call()
			require.LessOrEqual(t, time.Since(start), 6*time.Second)
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.ErrorContains(t, err, "did not return")
			require.False(t, apiError(t, err).MaybeProcessed, "nothing was sent, and nothing will be")
		}
		_, err = client.CreateSessionLink(t.Context(), validRequest())
		require.NoError(t, err, "the next call works")
		close(release)
	})
}

func TestCloseIdleConnections_LeavesNone(t *testing.T) {
	open := map[string]bool{}
	var mu sync.Mutex
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, sessionBody) }))
	closed := make(chan struct{}, 8)
	server.Config.ConnState = func(c net.Conn, state http.ConnState) {
		mu.Lock()
		defer mu.Unlock()
		switch state {
		case http.StateNew:
			open[c.RemoteAddr().String()] = true
		case http.StateClosed:
			delete(open, c.RemoteAddr().String())
			closed <- struct{}{}
		}
	}
	server.Start()
	defer server.Close()
	client, err := umbrella.New(server.URL, umbrella.WithToken(canaryToken))
	require.NoError(t, err)
	_, err = client.CreateSessionLink(t.Context(), validRequest())
	require.NoError(t, err)
	client.CloseIdleConnections()
	select {
	case <-closed:
	case <-time.After(30 * time.Second): // before net/http lets go of it by itself
		t.Fatal("the connection is still open")
	}
	mu.Lock()
	defer mu.Unlock()
	require.Empty(t, open)
	(*umbrella.Client)(nil).CloseIdleConnections()
}

func TestAPI_SharesTheChain(t *testing.T) {
	var log bytes.Buffer
	var got []string
	client := clientOf(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = append(got, r.Header.Get("Authorization")+" "+r.Header.Get("User-Agent")+" "+string(body))
		if len(got) == 1 {
			answer(w, http.StatusTooManyRequests, "")
			return
		}
		answer(w, http.StatusOK, sessionBody)
	}, umbrella.WithLogger(jsonLogger(&log)), umbrella.WithRetry(quickRetries))
	result, err := client.API().CreateSessionLinkWithBodyWithResponse(t.Context(), "application/json", strings.NewReader("{}"))
	require.NoError(t, err)
	require.Equal(t, canaryLink, result.JSON200.Data.URL)
	require.Equal(t, []string{"Bearer " + canaryToken + " umbrella-go/" + umbrella.Version + " {}", "Bearer " + canaryToken + " umbrella-go/" + umbrella.Version + " {}"}, got)
	require.Len(t, records(t, &log), 2)

	_, err = clientOver(t, roundTripper(func(*http.Request) (*http.Response, error) { return nil, errCut })).API().
		CreateSessionLinkWithResponse(t.Context(), validRequest())
	require.ErrorIs(t, err, errCut)
	require.Equal(t, 1, apiError(t, err).Attempts)
	requireDiscreet(t, err)

	_, err = clientOf(t, func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, sessionBody) }, umbrella.WithMaxResponseBytes(10)).
		API().CreateSessionLinkWithResponse(t.Context(), validRequest())
	require.ErrorIs(t, err, umbrella.ErrResponseTooLarge)
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
