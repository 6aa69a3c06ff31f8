package umbrella_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/authprovider"
	"github.com/umbrella-api/umbrella-go/internal/memhttp"
)

var errCut = errors.New("canary: cut")

// TestMaybeProcessed_FollowsWhatTheTransportReports is about base transports of
// the user's own: some report their connections to httptrace, some do not.
func TestMaybeProcessed_FollowsWhatTheTransportReports(t *testing.T) {
	type step func(*http.Request)
	trace := func(req *http.Request) *httptrace.ClientTrace { return httptrace.ContextClientTrace(req.Context()) }
	dial := func(req *http.Request) { trace(req).GetConn("") }
	connected := func(req *http.Request) { trace(req).GotConn(httptrace.GotConnInfo{}) }
	wrote := func(req *http.Request) { trace(req).WroteRequest(httptrace.WroteRequestInfo{}) }
	failed := func(req *http.Request) { trace(req).WroteRequest(httptrace.WroteRequestInfo{Err: errCut}) }
	answered := func(req *http.Request) { trace(req).GotFirstResponseByte() }
	for _, tc := range []struct {
		name  string
		steps []step
		err   error
		want  bool
	}{
		{"nothing", nil, errCut, true},
		{"nothing but a dial error", nil, errors.Join(refused, errCut), false},
		{"no connection", []step{dial}, errCut, false},
		{"a connection", []step{dial, connected}, errCut, true},
		{"a request", []step{dial, connected, wrote}, errCut, true},
		{"a second connection, a part sent on the first", []step{dial, connected, failed, dial}, errCut, true},
		{"a second connection, the first one answered", []step{dial, connected, answered, dial}, errors.Join(refused, errCut), true},
		{"a second connection, all sent on the first", []step{dial, connected, wrote, dial}, errors.Join(refused, errCut), true},
		{"a request, then a failure to write it", []step{dial, connected, wrote, failed, dial}, errCut, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			client := clientOver(t, roundTripper(func(req *http.Request) (*http.Response, error) {
				for _, do := range tc.steps {
					do(req)
				}
				return nil, tc.err
			}), umbrella.WithRetry(umbrella.RetryPolicy{MaxAttempts: 1}))
			_, err := client.CreateSessionLink(t.Context(), validRequest())
			e := apiError(t, err)
			require.Equal(t, tc.want, e.MaybeProcessed)
			require.ErrorIs(t, err, errCut)
			require.Equal(t, 1, e.Attempts)
			requireDiscreet(t, err)
		})
	}
}

func TestTransport_ThatReadsBeforeItDialsIsRetried(t *testing.T) {
	attempts := 0
	_, err := clientOver(t, roundTripper(func(req *http.Request) (*http.Response, error) {
		attempts++
		_, err := io.Copy(io.Discard, req.Body)
		return nil, errors.Join(err, refused)
	}), umbrella.WithRetry(quickRetries)).CreateSessionLink(t.Context(), validRequest())
	require.Equal(t, 3, attempts)
	require.False(t, apiError(t, err).MaybeProcessed)
}

// TestTransport_MayNotSendARequestTwice has a transport that sends the request as
// often as GetBody lets it.
func TestTransport_MayNotSendARequestTwice(t *testing.T) {
	sends := 0
	client := clientOver(t, roundTripper(func(req *http.Request) (*http.Response, error) {
		httptrace.ContextClientTrace(req.Context()).GotConn(httptrace.GotConnInfo{Conn: &net.TCPConn{}})
		for body := req.Body; ; {
			_, _ = io.Copy(io.Discard, body)
			httptrace.ContextClientTrace(req.Context()).WroteRequest(httptrace.WroteRequestInfo{})
			if sends++; sends == 1 {
				return &http.Response{StatusCode: http.StatusBadRequest, ProtoMajor: 1}, nil
			}
			if req.GetBody == nil {
				return nil, errCut
			}
			var err error
			if body, err = req.GetBody(); err != nil {
				return nil, err
			}
		}
	}))
	_, err := client.CreateSessionLink(t.Context(), validRequest())
	require.ErrorIs(t, err, umbrella.ErrInvalidRequest)
	_, err = client.CreateSessionLink(t.Context(), validRequest())
	require.Equal(t, 2, sends, "one a call")
	require.True(t, apiError(t, err).MaybeProcessed)
	require.ErrorContains(t, err, "the connection failed after the request was sent")
}

func TestTransport_MayStartAgainOverHTTP1IfNothingWasSent(t *testing.T) {
	var bodies []string
	client := clientOver(t, roundTripper(func(req *http.Request) (*http.Response, error) {
		httptrace.ContextClientTrace(req.Context()).GotConn(httptrace.GotConnInfo{Reused: true, Conn: &net.TCPConn{}})
		body := req.Body
		if req.GetBody != nil { // as net/http does when the connection turns out to be closed
			var err error
			if body, err = req.GetBody(); err != nil {
				return nil, err
			}
		}
		data, err := io.ReadAll(body)
		bodies = append(bodies, string(data))
		return &http.Response{StatusCode: http.StatusBadRequest, ProtoMajor: 1}, err
	}))
	for range 2 {
		_, err := client.CreateSessionLink(t.Context(), validRequest())
		require.ErrorIs(t, err, umbrella.ErrInvalidRequest)
	}
	require.Len(t, bodies, 2)
	require.Equal(t, bodies[0], bodies[1])
}

// TestTransport_ThatRepeatsByItselfIsFoundOut has a transport that writes a request
// twice, as go-retryablehttp does, and is answered in the end.
func TestTransport_ThatRepeatsByItselfIsFoundOut(t *testing.T) {
	var log bytes.Buffer
	roundTrips := 0
	client := clientOver(t, roundTripper(func(req *http.Request) (*http.Response, error) {
		roundTrips++
		for range 2 {
			httptrace.ContextClientTrace(req.Context()).WroteRequest(httptrace.WroteRequestInfo{})
		}
		return &http.Response{StatusCode: []int{429, 400}[(roundTrips-1)%2]}, nil
	}), umbrella.WithLogger(jsonLogger(&log)))
	for n := 1; n <= 4; n++ {
		_, err := client.CreateSessionLink(t.Context(), validRequest())
		require.True(t, apiError(t, err).MaybeProcessed, "whatever the last answer was")
		require.Equal(t, n, roundTrips, "no repeat of ours on top")
	}
	require.Equal(t, 1, strings.Count(log.String(), "switch its retries off"))
	require.Contains(t, log.String(), "not repeated: may have been processed")
}

func TestTransport_ThatBreaksTheRulesIsAnError(t *testing.T) {
	for _, client := range []*http.Client{{}, {Jar: noJar{}}} { // with and without http.Client in between
		for name, tc := range map[string]struct {
			transport roundTripper
			want      string
		}{
			"no answer, no error": {
				func(*http.Request) (*http.Response, error) { return nil, nil },
				"no answer: the transport returned neither answer nor error",
			},
			"answer without body and header": {
				func(*http.Request) (*http.Response, error) { return &http.Response{StatusCode: 200}, nil },
				"the media type is not application/json",
			},
			"401 without body": {
				func(*http.Request) (*http.Response, error) { return &http.Response{StatusCode: 401}, nil },
				"401 Unauthorized",
			},
			"302 to nowhere": {
				func(*http.Request) (*http.Response, error) {
					return &http.Response{StatusCode: 302, Header: http.Header{"Location": {"http://[canary"}}}, nil
				},
				"302 Found",
			},
			"answer and error": {
				func(*http.Request) (*http.Response, error) { return &http.Response{StatusCode: 200}, errCut },
				"no answer: transport error",
			},
			"size beyond everything": {
				func(*http.Request) (*http.Response, error) {
					return &http.Response{StatusCode: 500, ContentLength: 1<<63 - 1, Body: io.NopCloser(strings.NewReader("{}"))}, nil
				},
				"500 Internal Server Error",
			},
			"status of one's own": {
				func(*http.Request) (*http.Response, error) { return &http.Response{StatusCode: 999}, nil },
				"createSessionLink: 999; it may have been processed",
			},
		} {
			t.Run(name, func(t *testing.T) {
				own := *client
				own.Transport = tc.transport
				c, err := umbrella.New(memhttp.URL, umbrella.WithToken(canaryToken), umbrella.WithHTTPClient(&own))
				require.NoError(t, err)
				link, err := c.CreateSessionLink(t.Context(), validRequest())
				require.Nil(t, link)
				require.ErrorContains(t, err, tc.want)
				apiError(t, err)
				requireDiscreet(t, err)
			})
		}
	}
}

// noJar makes the SDK go through http.Client.
type noJar struct{ http.CookieJar }

func (noJar) Cookies(*url.URL) []*http.Cookie     { return nil }
func (noJar) SetCookies(*url.URL, []*http.Cookie) {}

func TestTransport_ItsPanicReachesTheCaller(t *testing.T) {
	client := clientOver(t, roundTripper(func(*http.Request) (*http.Response, error) { panic("of the user's own") }))
	require.PanicsWithValue(t, "of the user's own", func() { _, _ = client.CreateSessionLink(t.Context(), validRequest()) })
}

type spanKey struct{}

func TestTransport_MayWrapWhatItReturns(t *testing.T) {
	base := memhttp.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, sessionBody) }))
	closed := 0
	client := clientOver(t, roundTripper(func(req *http.Request) (*http.Response, error) {
		req = req.Clone(context.WithValue(req.Context(), spanKey{}, 1)) // as tracing does
		req.Header.Set("Traceparent", "00-1-1-01")
		resp, err := base.RoundTrip(req)
		if err == nil {
			body := resp.Body
			resp.Body = struct {
				io.Reader
				io.Closer
			}{body, closer(func() error { closed++; return body.Close() })}
		}
		return resp, err
	}))
	_, err := client.CreateSessionLink(t.Context(), validRequest())
	require.NoError(t, err)
	require.Equal(t, 1, closed)
}

type closer func() error

func (f closer) Close() error { return f() }

// failing is a token source of the user's own.
type failing struct{ err error }

func (f failing) Token(context.Context) (authprovider.Token, error) {
	return authprovider.Token{}, f.err
}

func TestTokenFailure_SendsNothingAndIsFound(t *testing.T) {
	transport := roundTripper(func(*http.Request) (*http.Response, error) {
		t.Error("a request left without a token")
		return nil, errCut
	})
	for name, source := range map[string]authprovider.TokenSource{
		"own error":  failing{errCut},
		"zero token": failing{},
		"static":     authprovider.Static(authprovider.Token{}),
	} {
		client, err := umbrella.New(memhttp.URL, umbrella.WithTokenSource(source), umbrella.WithHTTPClient(&http.Client{Transport: transport}))
		require.NoError(t, err)
		_, err = client.CreateSessionLink(t.Context(), validRequest())
		e := apiError(t, err)
		require.False(t, e.MaybeProcessed, name)
		require.Equal(t, 1, e.Attempts, name)
		requireDiscreet(t, err)
		if name == "own error" {
			require.ErrorIs(t, err, errCut)
			require.EqualError(t, err, "umbrella: createSessionLink: no answer: the token source failed")
			continue
		}
		var token *authprovider.Error
		require.ErrorAs(t, err, &token, name)
	}
}
