package umbrella_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

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
			_, err := over(t, transport).CreateSessionLink(t.Context(), validRequest())
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
	client := over(t, roundTripper(func(req *http.Request) (*http.Response, error) {
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
		result, err := serve(t, s.ServeHTTP).API().CreateSessionLinkWithBodyWithResponse(t.Context(), "application/json", body)
		require.NoError(t, err)
		require.Equal(t, 429, result.StatusCode())
		require.Equal(t, []string{"{}"}, s.bodies)
	})
}
