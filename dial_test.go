package umbrella_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/internal/memhttp"
)

// refused is what net.Dialer says when nobody listens.
var refused = &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}

func TestRetry_DialErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, failures := range []int{1, 2, 3} {
			dials := 0
			s := &script{statuses: []int{200}}
			transport := memhttp.Serve(t, s)
			dial := transport.DialContext
			transport.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
				if dials++; dials <= failures {
					return nil, refused
				}
				return dial(ctx, network, addr)
			}
			_, err := clientOver(t, transport).CreateSessionLink(t.Context(), validRequest())
			if failures < 3 {
				require.NoError(t, err)
				require.Len(t, s.at, 1)
				continue
			}
			e := apiError(t, err)
			require.Empty(t, s.at)
			require.Equal(t, 3, dials)
			require.Equal(t, 3, e.Attempts)
			require.Zero(t, e.StatusCode)
			require.False(t, e.MaybeProcessed)
			require.ErrorIs(t, err, syscall.ECONNREFUSED)
			require.ErrorContains(t, err, "no answer: dial tcp: connection refused (3 attempts)")
			requireDiscreet(t, err)
		}
	})
}

func TestRetry_ADialErrorAfterTheRequestWasSentIsNotRepeated(t *testing.T) {
	attempts := 0
	client := clientOver(t, roundTripper(func(req *http.Request) (*http.Response, error) {
		attempts++
		httptrace.ContextClientTrace(req.Context()).GotConn(httptrace.GotConnInfo{})
		_, err := io.Copy(io.Discard, req.Body)
		return nil, errors.Join(err, refused)
	}))
	_, err := client.CreateSessionLink(t.Context(), validRequest())
	require.Equal(t, 1, attempts)
	require.True(t, apiError(t, err).MaybeProcessed)
}

func TestRetry_ABodyThatCannotBeReadAgainIsNotRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{statuses: []int{429}}
		body, w := io.Pipe()
		go func() {
			_, _ = io.WriteString(w, `{}`)
			_ = w.Close()
		}()
		result, err := clientOf(t, s.ServeHTTP).API().CreateSessionLinkWithBodyWithResponse(t.Context(), "application/json", body)
		require.NoError(t, err)
		require.Equal(t, 429, result.StatusCode())
		require.Equal(t, []string{"{}"}, s.bodies)
	})
}

// TestError_NamesTheRefusalOfAProxy has the SDK's own transport and one of the user's
// own behind a proxy that opens no tunnel.
func TestError_NamesTheRefusalOfAProxy(t *testing.T) {
	for status, text := range map[int]string{
		407: "the proxy answered CONNECT with 407 Proxy Authentication Required",
		502: "the proxy answered CONNECT with 502 Bad Gateway",
		503: "the proxy answered CONNECT with 503 Service Unavailable",
	} {
		var tunnels atomic.Int32
		proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			tunnels.Add(1)
			w.WriteHeader(status)
		}))
		through, err := url.Parse(proxy.URL)
		require.NoError(t, err)
		own := umbrella.NewTransport().(*http.Transport)
		for name, transport := range map[string]*http.Transport{"own": own, "user's": {}} {
			tunnels.Store(0)
			transport.Proxy = http.ProxyURL(through)
			client, err := umbrella.New("https://service.example", umbrella.WithToken("x.y.z"), umbrella.WithRetry(quickRetries),
				umbrella.WithHTTPClient(&http.Client{Transport: transport}))
			require.NoError(t, err)
			_, err = client.CreateSessionLink(t.Context(), validRequest())
			require.ErrorContains(t, err, "no answer: "+text+" (3 attempts)", name)
			require.False(t, apiError(t, err).MaybeProcessed, name)
			require.EqualValues(t, 3, tunnels.Load(), name)
			client.CloseIdleConnections()
		}
		proxy.Close()
	}
}

// The exchange comes first, and is repeated for some seconds.
func TestProxy_ThatRefusesIsNamedByTheExchangeToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		own := umbrella.NewTransport().(*http.Transport)
		own.DialContext = memhttp.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusProxyAuthRequired)
		})).DialContext
		own.Proxy = http.ProxyURL(&url.URL{Scheme: "http", Host: "proxy.example"})
		client, err := umbrella.New("https://service.example", umbrella.WithAPIKey(canaryKey, canaryCustomer), umbrella.WithHTTPClient(&http.Client{Transport: own}))
		require.NoError(t, err)
		_, err = client.CreateSessionLink(t.Context(), validRequest())
		require.ErrorContains(t, err, "no token: the proxy answered CONNECT with 407 Proxy Authentication Required")
		require.False(t, apiError(t, err).MaybeProcessed)
	})
}

func TestProxy_ThatOpensATunnelIsUsed(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, sessionBody)
	}))
	defer server.Close()
	var tunnels atomic.Int32
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		tunnels.Add(1)
		there, err := net.Dial("tcp", r.Host)
		if err != nil {
			t.Error(err)
			return
		}
		here, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = io.WriteString(here, "HTTP/1.1 200 Connection established\r\n\r\n")
		go func() { _, _ = io.Copy(there, here); _ = there.Close() }()
		_, _ = io.Copy(here, there)
		_ = here.Close()
	}))
	defer proxy.Close()
	through, err := url.Parse(proxy.URL)
	require.NoError(t, err)
	own := umbrella.NewTransport().(*http.Transport)
	own.Proxy, own.TLSClientConfig = http.ProxyURL(through), server.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	client, err := umbrella.New(server.URL, umbrella.WithToken("x.y.z"), umbrella.WithHTTPClient(&http.Client{Transport: own}))
	require.NoError(t, err)
	defer client.CloseIdleConnections()
	_, err = client.CreateSessionLink(t.Context(), validRequest())
	require.NoError(t, err)
	require.EqualValues(t, 1, tunnels.Load())
}
