package umbrella_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/internal/memhttp"
)

// repeating is a transport of the user's own that tries again after an answer of 5xx.
type repeating struct{ base http.RoundTripper }

func (r repeating) RoundTrip(req *http.Request) (*http.Response, error) {
	var body []byte
	var err error
	if req.Body != nil {
		body, err = io.ReadAll(req.Body)
	}
	for n := 1; err == nil; n++ {
		out := req.Clone(req.Context())
		out.Body = io.NopCloser(bytes.NewReader(body))
		var resp *http.Response
		if resp, err = r.base.RoundTrip(out); err == nil && (resp.StatusCode < 500 || n == 3) {
			return resp, nil
		}
		if err == nil {
			_ = resp.Body.Close()
		}
	}
	return nil, err
}

// Over HTTP/2 the second answer may be there before net/http has reported that the request
// was written a second time.
func TestTransport_ThatRepeatsIsFoundOutOverHTTP2(t *testing.T) {
	opened := map[string]bool{}
	var mu sync.Mutex
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		status := http.StatusBadRequest // the body is not read
		if call := r.Header.Get("Call"); !opened[call] {
			_, _ = io.Copy(io.Discard, r.Body)
			opened[call], status = true, http.StatusServiceUnavailable
		}
		w.WriteHeader(status)
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	client, err := umbrella.New(server.URL, umbrella.WithToken("x.y.z"), umbrella.WithHTTPClient(&http.Client{Transport: repeating{server.Client().Transport}}))
	require.NoError(t, err)
	var calls sync.WaitGroup
	var next atomic.Int32
	for range 20 {
		calls.Go(func() {
			for n := next.Add(1); n <= 1000; n = next.Add(1) {
				_, err := client.CreateSessionLink(t.Context(), validRequest(), func(_ context.Context, r *http.Request) error {
					r.Header.Set("Call", strconv.Itoa(int(n)))
					return nil
				})
				if !apiError(t, err).MaybeProcessed {
					t.Error("a session was opened, and the call says that none was:", err)
				}
			}
		})
	}
	calls.Wait()
}

func TestTransport_ThatRepeatsAfterAnAnswerIsFoundOut(t *testing.T) {
	client := clientOver(t, roundTripper(func(req *http.Request) (*http.Response, error) {
		trace := httptrace.ContextClientTrace(req.Context())
		trace.GotConn(httptrace.GotConnInfo{})
		trace.GotFirstResponseByte()
		trace.GotConn(httptrace.GotConnInfo{})
		return &http.Response{StatusCode: http.StatusTooManyRequests}, nil
	}))
	_, err := client.CreateSessionLink(t.Context(), validRequest())
	require.True(t, apiError(t, err).MaybeProcessed)
	require.Equal(t, 1, apiError(t, err).Attempts)
}

// The last answer is 401, which is repeated with a new token if nothing speaks against it.
func TestTransport_ThatRepeatsGetsNoRequestAgainAfter401(t *testing.T) {
	for _, method := range []string{http.MethodPost, http.MethodDelete} { // with a body and without
		var log bytes.Buffer
		requests, tokens := 0, 0
		base := memhttp.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/auth" {
				tokens++
				answer(w, http.StatusOK, fmt.Sprintf(`{"access_token":"%s%d","expires_in":3600}`, canaryToken, tokens))
				return
			}
			switch requests++; requests {
			case 1:
				w.WriteHeader(http.StatusServiceUnavailable)
			case 2:
				w.WriteHeader(http.StatusUnauthorized)
			default:
				w.WriteHeader(http.StatusBadRequest)
			}
		}))
		client, err := umbrella.New(memhttp.URL, umbrella.WithAPIKey(canaryKey, canaryCustomer), umbrella.WithLogger(jsonLogger(&log)),
			umbrella.WithHTTPClient(&http.Client{Transport: repeating{base}}))
		require.NoError(t, err)
		_, err = client.CreateSessionLink(t.Context(), validRequest(), func(_ context.Context, r *http.Request) error {
			if r.Method = method; method == http.MethodDelete {
				r.Body, r.GetBody, r.ContentLength = http.NoBody, nil, 0
			}
			return nil
		})
		require.Equal(t, 2, requests, method)
		require.True(t, apiError(t, err).MaybeProcessed)
		require.ErrorContains(t, err, "the transport repeats by itself: switch its retries off")
		require.Equal(t, 1, strings.Count(log.String(), "may open two sessions: switch its retries off"))
		requireNoCanary(t, log.String())
	}
}

// net/http repeats a GET whose kept connection is lost, and may.
func TestTransport_IsNotBlamedForARepeatedGet(t *testing.T) {
	var log bytes.Buffer
	requests := 0
	client := clientOf(t, func(w http.ResponseWriter, _ *http.Request) {
		if requests++; requests == 2 {
			panic(http.ErrAbortHandler)
		}
		answer(w, http.StatusOK, `{"status":true,"data":{"isVerified":true}}`)
	}, umbrella.WithLogger(jsonLogger(&log)))
	for range 2 {
		_, err := client.GetVerification(t.Context(), requestID)
		require.NoError(t, err)
	}
	require.Equal(t, 3, requests)
	require.NotContains(t, log.String(), "switch its retries off")
}

// brittle is a connection whose next write fails, without a byte, once it is broken: a
// socket that the peer has reset.
type brittle struct {
	net.Conn
	broken *atomic.Bool
}

func (b brittle) Write(p []byte) (int, error) {
	if b.broken.CompareAndSwap(true, false) {
		return 0, &net.OpError{Op: "write", Net: "tcp", Err: syscall.EPIPE}
	}
	return b.Conn.Write(p)
}

func TestTransport_StartsAgainOverHTTP1IfNothingWasWritten(t *testing.T) {
	requests := 0
	transport := memhttp.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests++
		answer(w, http.StatusOK, sessionBody)
	}))
	dial, broken := transport.DialContext, &atomic.Bool{}
	transport.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := dial(ctx, network, addr)
		return brittle{c, broken}, err
	}
	client := clientOver(t, transport)
	for n := 1; n <= 3; n++ {
		_, err := client.CreateSessionLink(t.Context(), validRequest())
		require.NoError(t, err)
		require.Equal(t, n, requests)
		broken.Store(true)
	}
}

// The dial that net/http makes in place of a kept connection is the call's first one then.
func TestTransport_CountsNothingOfAKeptConnectionThatTookNothing(t *testing.T) {
	requests, dials := 0, 0
	transport := memhttp.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		requests++
		answer(w, http.StatusOK, sessionBody)
	}))
	dial, broken := transport.DialContext, &atomic.Bool{}
	transport.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		if dials++; dials == 2 {
			return nil, refused
		}
		c, err := dial(ctx, network, addr)
		return brittle{c, broken}, err
	}
	client := clientOver(t, transport, umbrella.WithRetry(quickRetries))
	for n := 1; n <= 2; n++ {
		_, err := client.CreateSessionLink(t.Context(), validRequest())
		require.NoError(t, err)
		require.Equal(t, n, requests)
		broken.Store(true)
	}
	require.Equal(t, 3, dials)
}

// net/http does not say of a new connection that it took nothing.
func TestTransport_ANewConnectionThatFailsIsNoProof(t *testing.T) {
	transport := memhttp.Serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a request came") }))
	dial, broken := transport.DialContext, &atomic.Bool{}
	broken.Store(true)
	transport.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := dial(ctx, network, addr)
		return brittle{c, broken}, err
	}
	_, err := clientOver(t, transport, umbrella.WithRetry(quickRetries)).CreateSessionLink(t.Context(), validRequest())
	require.True(t, apiError(t, err).MaybeProcessed)
	require.Equal(t, 1, apiError(t, err).Attempts)
}

// Another request that net/http may replay is not: one with an idempotency key.
func TestTransport_DoesNotStartAgainWithAnIdempotencyKey(t *testing.T) {
	for _, name := range []string{"Idempotency-Key", "X-Idempotency-Key"} {
		requests := 0
		client := clientOver(t, memhttp.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if requests++; requests > 1 {
				panic(http.ErrAbortHandler)
			}
			answer(w, http.StatusOK, sessionBody)
		})))
		_, err := client.CreateSessionLink(t.Context(), validRequest())
		require.NoError(t, err)
		_, err = client.CreateSessionLink(t.Context(), validRequest(), func(_ context.Context, r *http.Request) error {
			r.Header.Set(name, "1")
			return nil
		})
		require.True(t, apiError(t, err).MaybeProcessed)
		require.Equal(t, 2, requests)
	}
}
