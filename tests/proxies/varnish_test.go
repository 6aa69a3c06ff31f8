package proxies

import (
	"errors"
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go"
)

// TestVarnish_OneCallIsOneSession has an origin that dies after it has opened the
// session. Stock Varnish then answers 503 with Retry-After, as if to say that the
// request may be sent again.
func TestVarnish_OneCallIsOneSession(t *testing.T) {
	o := newOrigin()
	o.drop = true
	host, backend, err := net.SplitHostPort(o.listen(t))
	require.NoError(t, err)
	port := freePort(t)
	start(t, port, "varnish", "varnishd", "-F", "-n", t.TempDir(), "-a", "127.0.0.1:"+port, "-b", net.JoinHostPort(host, backend), "-s", "malloc,16m")
	client, err := umbrella.New("http://127.0.0.1:"+port, umbrella.WithToken("x.y.z"))
	require.NoError(t, err)
	defer client.CloseIdleConnections()

	_, err = client.CreateSessionLink(t.Context(), request(), numbered("1"))

	var e *umbrella.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, 503, e.StatusCode)
	require.Positive(t, e.RetryAfter, "or this is not what Varnish does any more")
	require.Equal(t, 1, e.Attempts)
	require.True(t, e.MaybeProcessed)
	require.True(t, errors.Is(err, umbrella.ErrServer))
	require.Equal(t, 1, o.opened("1"))
}
