package authprovider_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/authprovider"
)

const server = "https://api.example/base"

// sourceFunc is a TokenSource without Invalidate.
type sourceFunc func() (authprovider.Token, error)

func (f sourceFunc) Token(context.Context) (authprovider.Token, error) { return f() }

func staticSource(tb testing.TB, value string) authprovider.TokenSource {
	return authprovider.Static(bearer(tb, value))
}

// watched is a request body that notes what happens to it.
type watched struct {
	io.Reader
	closed int
}

func (w *watched) Close() error {
	w.closed++
	return nil
}

// watchedRequest has a body that is watched, and so is that of its repetition.
func watchedRequest(t *testing.T) (req *http.Request, first, again *watched) {
	first, again = &watched{Reader: strings.NewReader("x")}, &watched{Reader: strings.NewReader("x")}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server+"/op?q=1", first)
	require.NoError(t, err)
	req.Header.Set("X", "1")
	req.GetBody = func() (io.ReadCloser, error) { return again, nil }
	return req, first, again
}

// obedient is a base RoundTripper that reads and closes the body, as it should,
// and answers with the next of statuses.
func obedient(statuses ...int) http.RoundTripper {
	return roundTrip(func(req *http.Request) (*http.Response, error) {
		if req.Body != nil {
			_, _ = io.Copy(io.Discard, req.Body)
			_ = req.Body.Close()
		}
		if len(statuses) == 0 {
			return nil, errors.New("down")
		}
		status := statuses[0]
		statuses = statuses[1:]
		return &http.Response{StatusCode: status, Body: http.NoBody, Request: req}, nil
	})
}

// On every path the caller's request stays as it is and its body gets closed.
func TestTransport_LeavesTheRequestAloneAndClosesItsBody(t *testing.T) {
	tokens := 0
	next := sourceFunc(func() (authprovider.Token, error) {
		tokens++
		return bearer(t, strings.Repeat("t", tokens)), nil
	})
	broken := sourceFunc(func() (authprovider.Token, error) { return authprovider.Token{}, errors.New("no token") })
	zero := sourceFunc(func() (authprovider.Token, error) { return authprovider.Token{}, nil })
	for _, tc := range []struct {
		name   string
		source authprovider.TokenSource
		base   http.RoundTripper
		edit   func(*http.Request)
		status int // 0: an error
	}{
		{"200", next, obedient(200), nil, 200},
		{"replayed", next, obedient(401, 200), nil, 200},
		{"replayed in vain", next, obedient(401, 401), nil, 401},
		{"replay lost", next, obedient(401), nil, 0},
		{"not replayed: no GetBody", next, obedient(401), func(r *http.Request) { r.GetBody = nil }, 401},
		{"not replayed: GetBody fails", next, obedient(401), func(r *http.Request) {
			r.GetBody = func() (io.ReadCloser, error) { return nil, errors.New("gone") }
		}, 401},
		{"not replayed: source without Invalidate", staticSource(t, "t"), obedient(401), nil, 401},
		{"network failure", next, obedient(), nil, 0},
		{"no token", broken, obedient(200), nil, 0},
		{"zero token", zero, obedient(200), nil, 0},
		{"another host", next, obedient(200), func(r *http.Request) { r.URL.Host = "evil.example" }, 0},
		{"no URL", next, obedient(200), func(r *http.Request) { r.URL = nil }, 0},
		{"Authorization of the caller", next, obedient(401), func(r *http.Request) { r.Header.Set("Authorization", "mine") }, 401},
		{"no header", next, obedient(200), func(r *http.Request) { r.Header = nil }, 200},
	} {
		t.Run(tc.name, func(t *testing.T) {
			transport, err := authprovider.NewTransport(server, tc.source, tc.base)
			require.NoError(t, err)
			req, first, again := watchedRequest(t)
			if tc.edit != nil {
				tc.edit(req)
			}
			before := req.Clone(req.Context())
			before.Body = first

			resp, err := transport.RoundTrip(req)
			if tc.status == 0 {
				require.Error(t, err)
			} else {
				require.NoError(t, err)
				require.Equal(t, tc.status, resp.StatusCode)
			}
			require.Positive(t, first.closed, "the body is left open")
			if strings.HasPrefix(tc.name, "replay") {
				require.Positive(t, again.closed, "the second body is left open")
			}
			before.GetBody, req.GetBody = nil, nil // functions do not compare
			require.Equal(t, before, req)
			require.Same(t, first, req.Body)
		})
	}
}

func TestTransport_ZeroTokenIsNeverSent(t *testing.T) {
	zero := sourceFunc(func() (authprovider.Token, error) { return authprovider.Token{}, nil })
	base := roundTrip(func(*http.Request) (*http.Response, error) {
		t.Error("sent")
		return nil, errors.New("sent")
	})
	transport, err := authprovider.NewTransport(server, zero, base)
	require.NoError(t, err)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server, nil)
	require.NoError(t, err)
	_, err = transport.RoundTrip(req)
	require.ErrorIs(t, err, authprovider.ErrMalformed)
	require.ErrorIs(t, authprovider.Intercept(zero)(t.Context(), req), authprovider.ErrMalformed)
	require.Empty(t, req.Header)
}

func TestTransport_ErrorOfTheSourceComesBackAsItIs(t *testing.T) {
	cause := errors.New("mine")
	transport, err := authprovider.NewTransport(server, sourceFunc(func() (authprovider.Token, error) { return authprovider.Token{}, cause }), obedient(200))
	require.NoError(t, err)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server, nil)
	require.NoError(t, err)
	_, err = transport.RoundTrip(req)
	require.Same(t, cause, err)
}

// What no RoundTripper may do and some do in tests.
func TestTransport_SurvivesABaseThatBreaksTheRules(t *testing.T) {
	for name, tc := range map[string]struct {
		resp   *http.Response
		status int
	}{
		"neither response nor error": {nil, 0},
		"401 without a body":         {&http.Response{StatusCode: 401}, 401},
	} {
		t.Run(name, func(t *testing.T) {
			base := roundTrip(func(*http.Request) (*http.Response, error) { return tc.resp, nil })
			transport, err := authprovider.NewTransport(server, staticSource(t, "t"), base)
			require.NoError(t, err)
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server, nil)
			require.NoError(t, err)
			resp, err := transport.RoundTrip(req)
			if tc.status == 0 {
				require.Error(t, err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tc.status, resp.StatusCode)
		})
	}
}

// The response leads to the caller's request, which has no token in it.
func TestTransport_ResponseDoesNotShowTheToken(t *testing.T) {
	transport, err := authprovider.NewTransport(server, staticSource(t, "t"), obedient(200))
	require.NoError(t, err)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server, nil)
	require.NoError(t, err)
	resp, err := transport.RoundTrip(req)
	require.NoError(t, err)
	require.Same(t, req, resp.Request)
}

func TestTransport_ClosesIdleConnectionsOfItsBase(t *testing.T) {
	closed := &idle{RoundTripper: obedient()}
	for _, base := range []http.RoundTripper{closed, obedient()} {
		transport, err := authprovider.NewTransport(server, staticSource(t, "t"), base)
		require.NoError(t, err)
		(&http.Client{Transport: transport}).CloseIdleConnections()
	}
	require.Equal(t, 1, closed.calls)
}

type idle struct {
	http.RoundTripper
	calls int
}

func (i *idle) CloseIdleConnections() { i.calls++ }

func TestStatic_HandsOutItsTokenUntilItExpires(t *testing.T) {
	soon, err := authprovider.NewToken("t", time.Now().Add(time.Hour))
	require.NoError(t, err)
	past, err := authprovider.NewToken("t", time.Now().Add(-time.Nanosecond))
	require.NoError(t, err)
	require.Equal(t, "t", get(t, authprovider.Static(soon)))
	require.Equal(t, "t", get(t, staticSource(t, "t")), "no expiry")
	for _, token := range []authprovider.Token{past, {}} {
		got, err := authprovider.Static(token).Token(t.Context())
		require.ErrorIs(t, err, authprovider.ErrCredentials)
		require.Zero(t, got)
	}
	require.Zero(t, authprovider.Token{}.Expiry())
}

func TestNewToken_TakesWhatAHeaderTakes(t *testing.T) {
	for value, ok := range map[string]bool{
		"eyJhbGciOi.J9-_~+/==": true, "!": true, "~": true,
		"": false, " t": false, "t ": false, "a b": false, "t\n": false, "t\r\nX: y": false, "t\x00": false, "t\x7f": false, "tök": false, "t\u2028": false, "\xff": false,
	} {
		token, err := authprovider.NewToken(value, time.Time{})
		require.Equal(t, ok, err == nil, "%q", value)
		if ok {
			require.Equal(t, value, token.AccessToken())
			continue
		}
		require.Zero(t, token)
	}
}

func TestNewToken_NamesTheCharacterAndItsPlace(t *testing.T) {
	_, err := authprovider.NewToken(strings.Repeat("C", 36)+"\n", time.Time{})
	require.EqualError(t, err, "authprovider: token: character 37 of 37 is a line feed")
	_, err = authprovider.NewToken("", time.Time{})
	require.EqualError(t, err, "authprovider: token: empty")
	_, err = authprovider.NewAPIKeySource(server, "CANARY\n", "CANARY ")
	require.EqualError(t, err, "authprovider: API key: character 7 of 7 is a line feed\nauthprovider: customer id: character 7 of 7 is a space")
}

// coded is an error type of a user's TokenSource.
type coded struct{ code int }

func (c *coded) Error() string { return "mine" }

func TestTransport_ErrorOfTheSourceIsFoundThroughAClient(t *testing.T) {
	cause := &coded{7}
	source := sourceFunc(func() (authprovider.Token, error) { return authprovider.Token{}, cause })
	transport, err := authprovider.NewTransport(server, source, obedient(200))
	require.NoError(t, err)
	_, err = (&http.Client{Transport: transport}).Get(server)
	require.ErrorIs(t, err, cause)
	var found *coded
	require.ErrorAs(t, err, &found)
	require.Equal(t, 7, found.code)
}
