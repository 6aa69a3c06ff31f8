package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/api"
)

// leadingTo is a client for which every name is that of the server at address.
func leadingTo(t *testing.T, address string, trusted *x509.CertPool) *http.Client {
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: trusted},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, network, address)
		},
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func TestMock_LinksNameTheHostThatWasAsked(t *testing.T) {
	for _, more := range [][]string{nil, {"--base-path", "/api/services/"}, {"--tls"}, {"--tls", "--base-path", "/api/services"}} {
		t.Run(strings.Join(more, " "), func(t *testing.T) {
			r, _ := startMock(t, append([]string{"--addr", "0.0.0.0:0", "--allow-host", "team.example", "--allow-host", "192.0.2.7"}, more...)...)
			at, err := url.Parse(r.URL)
			require.NoError(t, err)
			require.Equal(t, "localhost", at.Hostname(), "the ready line names a host that is there anywhere")
			trusted := x509.NewCertPool()
			if r.CA != "" {
				pem, err := os.ReadFile(r.CA)
				require.NoError(t, err)
				require.True(t, trusted.AppendCertsFromPEM(pem))
			}
			client := leadingTo(t, "127.0.0.1:"+at.Port(), trusted)
			for _, host := range []string{"team.example", "192.0.2.7", "localhost", "127.0.0.1"} {
				asked := at.Scheme + "://" + net.JoinHostPort(host, at.Port()) + at.Path
				c, err := umbrella.New(asked, umbrella.WithAPIKey(r.APIKey, r.CustomerID), umbrella.WithHTTPClient(client), umbrella.WithInsecureHTTP())
				require.NoError(t, err)
				var req api.CreateSessionLinkRequest
				require.NoError(t, json.Unmarshal([]byte(goodFile), &req))
				link, err := c.CreateSessionLink(t.Context(), req)
				require.NoError(t, err)
				require.True(t, strings.HasPrefix(link.URL, asked+"/wizard/"), link.URL)
				resp, err := client.Get(link.URL)
				require.NoError(t, err)
				require.NoError(t, resp.Body.Close())
				require.Equal(t, http.StatusOK, resp.StatusCode)
			}
		})
	}
}
