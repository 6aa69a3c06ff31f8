package authprovider_test

import (
	"fmt"
	"net"
	"net/http"
	"strconv"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/authprovider"
)

func TestError_SaysWhatToDo(t *testing.T) {
	for _, tc := range []struct {
		do   answer
		want string
	}{
		{refusing(401, ""), "authprovider: no token: POST /auth answered 401 Unauthorized: check the API key and customer id"},
		{refusing(404, ""), "authprovider: no token: POST /auth answered 404 Not Found: not the documented answer; check the server URL"},
		{refusing(429, "7"), "authprovider: no token: POST /auth answered 429 Too Many Requests: retry after 7s"},
		{refusing(599, ""), "authprovider: no token: POST /auth answered 599"},
	} {
		synctest.Test(t, func(t *testing.T) {
			source, _ := newSource(t, tc.do)
			_, err := source.Token(t.Context())
			require.EqualError(t, err, tc.want)
			require.Equal(t, strconv.Quote(tc.want), fmt.Sprintf("%q", err))
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x"} {
				require.Equal(t, tc.want, fmt.Sprintf(verb, err), verb)
			}
		})
	}
}

func TestError_FindsTheCauseOfANetworkFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		refused := &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
		source := sourceOver(t, &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) { return nil, refused })})
		_, err := source.Token(t.Context())
		require.ErrorIs(t, err, authprovider.ErrTransient)
		require.ErrorIs(t, err, syscall.ECONNREFUSED)
		var op *net.OpError
		require.ErrorAs(t, err, &op)
		require.Same(t, refused, op)
		require.EqualError(t, err, "authprovider: no token: dial tcp: connection refused")
	})
}
