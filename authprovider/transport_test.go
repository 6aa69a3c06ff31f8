package authprovider_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/authprovider"
	"github.com/umbrella-api/umbrella-go/internal/memhttp"
)

// service is an API with its token endpoint behind one http.Transport.
type service struct {
	client       *http.Client // with the Transport under test
	wire         *http.Transport
	source       *authprovider.APIKeySource
	posts, calls atomic.Int64
}

// newService answers POST /auth with auth and everything else with api, which
// also gets the number of the call and the bearer token.
func newService(tb testing.TB, auth answer, api func(n int, token string, w http.ResponseWriter, r *http.Request), opts ...authprovider.Option) *service {
	s := &service{}
	s.wire = memhttp.Serve(tb, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/auth" {
			auth(int(s.posts.Add(1)), w, r)
			return
		}
		api(int(s.calls.Add(1)), strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "), w, r)
	}))
	s.source = sourceOver(tb, &http.Client{Transport: s.wire})
	transport, err := authprovider.NewTransport(memhttp.URL, s.source, s.wire, opts...)
	require.NoError(tb, err)
	s.client = &http.Client{Transport: transport}
	return s
}

// demand answers 401 unless the token is want.
func demand(want string) func(int, string, http.ResponseWriter, *http.Request) {
	return func(n int, token string, w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Call", fmt.Sprint(n))
		if token != want {
			w.WriteHeader(http.StatusUnauthorized)
		}
		_, _ = fmt.Fprintf(w, "call %d: %s: %s", n, token, body)
	}
}

func send(tb testing.TB, client *http.Client, req *http.Request) (int, string) {
	tb.Helper()
	resp, err := client.Do(req)
	require.NoError(tb, err)
	body, err := io.ReadAll(resp.Body)
	require.NoError(tb, err)
	require.NoError(tb, resp.Body.Close())
	return resp.StatusCode, string(body)
}

func newRequest(tb testing.TB, body io.Reader) *http.Request {
	tb.Helper()
	req, err := http.NewRequestWithContext(tb.Context(), http.MethodPost, memhttp.URL+"/op", body)
	require.NoError(tb, err)
	return req
}

func TestTransport_ReplaysOnceAfter401(t *testing.T) {
	stream := func() io.Reader { return io.MultiReader(strings.NewReader("stream")) } // no GetBody
	withGetBody := func(get func() (io.ReadCloser, error)) func(*http.Request) {
		return func(r *http.Request) { r.GetBody = get }
	}
	for _, tc := range []struct {
		name   string
		body   io.Reader
		edit   func(*http.Request)
		want   string // the token that the API demands
		opts   []authprovider.Option
		status int
		answer string
		posts  int64 // after one more call of Token, which shows whether t1 was invalidated
	}{
		{"good token", strings.NewReader("x"), nil, "t1", nil, 200, "call 1: t1: x", 1},
		{"body with GetBody", strings.NewReader("x"), nil, "t2", nil, 200, "call 2: t2: x", 2},
		{"no body", nil, nil, "t2", nil, 200, "call 2: t2: ", 2},
		{"NoBody", http.NoBody, nil, "t2", nil, 200, "call 2: t2: ", 2},
		{"NoBody without GetBody", http.NoBody, withGetBody(nil), "t2", nil, 200, "call 2: t2: ", 2},
		{"no body, yet GetBody", nil, withGetBody(func() (io.ReadCloser, error) { return nil, errors.New("must not be called") }), "t2", nil, 200, "call 2: t2: ", 2},
		{"second 401 as it came", strings.NewReader("x"), nil, "t9", nil, 401, "call 2: t2: x", 2},
		{"body that cannot be sent again", stream(), nil, "t2", nil, 401, "call 1: t1: stream", 2},
		{"GetBody fails", strings.NewReader("x"), withGetBody(func() (io.ReadCloser, error) { return nil, errors.New("gone") }), "t2", nil, 401, "call 1: t1: x", 2},
		{"replay off", strings.NewReader("x"), nil, "t2", []authprovider.Option{authprovider.WithoutReplay()}, 401, "call 1: t1: x", 2},
		{"Authorization of the caller", strings.NewReader("x"), func(r *http.Request) { r.Header.Set("Authorization", "Bearer mine") }, "t2", nil, 401, "call 1: mine: x", 1},
		{"empty Authorization of the caller", nil, func(r *http.Request) { r.Header.Set("Authorization", "") }, "t2", nil, 401, "call 1: : ", 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newService(t, numbered(time.Hour), demand(tc.want), tc.opts...)
				req := newRequest(t, tc.body)
				if tc.edit != nil {
					tc.edit(req)
				}
				status, body := send(t, s.client, req)
				require.Equal(t, tc.status, status)
				require.Equal(t, tc.answer, body)
				get(t, s.source)
				require.Equal(t, tc.posts, s.posts.Load())
			})
		})
	}
}

func TestTransport_ReplaysNothingBut401(t *testing.T) {
	for _, status := range []int{200, 400, 403, 407, 419, 429, 500, 503} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newService(t, numbered(time.Hour), func(_ int, _ string, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
				got, _ := send(t, s.client, newRequest(t, nil))
				require.Equal(t, status, got)
				get(t, s.source)
				require.EqualValues(t, 1, s.calls.Load())
				require.EqualValues(t, 1, s.posts.Load())
			})
		})
	}
}

// The 401 holds the only connection, and its body must be given back first.
func TestTransport_RenewsOverTheOneConnectionThereIs(t *testing.T) {
	for _, size := range []int{0, 10, 1 << 20} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newService(t, numbered(time.Hour), func(n int, _ string, w http.ResponseWriter, _ *http.Request) {
					if n == 1 {
						w.WriteHeader(http.StatusUnauthorized)
						_, _ = w.Write(make([]byte, size))
					}
				})
				s.wire.MaxConnsPerHost = 1
				start := time.Now()
				status, _ := send(t, s.client, newRequest(t, nil))
				require.Equal(t, http.StatusOK, status)
				requireElapsed(t, 0, start)
			})
		})
	}
}

// When there is no new token, the caller gets the 401 as the server sent it.
func TestTransport_GivesBackThe401IntactWithoutANewToken(t *testing.T) {
	same := func(_ int, w http.ResponseWriter, _ *http.Request) { issue(w, "same", time.Hour) }
	for _, tc := range []struct {
		name  string
		auth  answer
		size  int
		posts int64
	}{
		{"exchange fails", failing(2, http.StatusInternalServerError, numbered(time.Hour)), 10, 5},
		{"exchange fails, 64 KiB", failing(2, http.StatusInternalServerError, numbered(time.Hour)), 64 << 10, 5},
		{"the rejected token again", same, 10, 2},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				body := strings.Repeat("x", tc.size)
				s := newService(t, tc.auth, func(_ int, _ string, w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("WWW-Authenticate", "Bearer")
					w.WriteHeader(http.StatusUnauthorized)
					_, _ = io.WriteString(w, body)
				})
				resp, err := s.client.Do(newRequest(t, strings.NewReader("x")))
				require.NoError(t, err)
				require.Equal(t, http.StatusUnauthorized, resp.StatusCode)
				require.Equal(t, "Bearer", resp.Header.Get("WWW-Authenticate"))
				got, err := io.ReadAll(resp.Body)
				require.NoError(t, err)
				require.True(t, body == string(got), "%d bytes", len(got))
				require.NoError(t, resp.Body.Close())
				require.EqualValues(t, 1, s.calls.Load())
				require.Equal(t, tc.posts, s.posts.Load())
			})
		})
	}
}

// A 401 body that cannot be kept whole is not passed off as whole.
func TestTransport_ReaderOfACut401BodyGetsAnError(t *testing.T) {
	for _, tc := range []struct {
		name string
		api  func(n int, token string, w http.ResponseWriter, r *http.Request)
		got  int
		err  string
	}{
		{"over 64 KiB", func(_ int, _ string, w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write(make([]byte, 64<<10+1))
		}, 64 << 10, "dropped after 64 KiB"},
		{"connection lost", func(_ int, _ string, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write(make([]byte, 10))
		}, 10, "unexpected EOF"},
		{"hangs until the request's deadline", func(_ int, _ string, w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write(make([]byte, 10))
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}, 10, "deadline exceeded"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newService(t, failing(2, http.StatusInternalServerError, numbered(time.Hour)), tc.api)
				ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
				defer cancel()
				resp, err := s.client.Do(newRequest(t, nil).WithContext(ctx))
				require.NoError(t, err)
				require.Equal(t, http.StatusUnauthorized, resp.StatusCode)
				got, err := io.ReadAll(resp.Body)
				require.ErrorContains(t, err, tc.err)
				require.Len(t, got, tc.got)
				require.NoError(t, resp.Body.Close())
			})
		})
	}
}

func TestTransport_HundredRejectedCallsCauseOneFetch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService(t, numbered(time.Hour), demand("t2"))
		get(t, s.source)
		together(100, func(int) {
			if resp, err := s.client.Do(newRequest(t, nil)); err != nil || resp.StatusCode != http.StatusOK {
				t.Error(resp, err)
			} else {
				_ = resp.Body.Close()
			}
		})
		require.EqualValues(t, 2, s.posts.Load())
	})
}
