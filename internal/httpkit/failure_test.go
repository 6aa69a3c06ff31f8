package httpkit_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/internal/httpkit"
)

// Real failures of a real client.
func TestDescribe_FailuresOfARealClient(t *testing.T) {
	quiet := log.New(io.Discard, "", 0)
	plain := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/hang" {
			<-r.Context().Done()
		}
		panic(http.ErrAbortHandler)
	}))
	defer plain.Close()
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = quiet
	secure.StartTLS()
	defer secure.Close()
	trusting := secure.Client().Transport.(*http.Transport).Clone()
	trusting.TLSClientConfig.ServerName = "other.example"
	mutual := httptest.NewUnstartedServer(http.NotFoundHandler())
	mutual.Config.ErrorLog = quiet
	mutual.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert, MaxVersion: tls.VersionTLS12}
	mutual.StartTLS()
	defer mutual.Close()
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, gone.Close())
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	late, cancelLate := context.WithTimeout(t.Context(), 0)
	defer cancelLate()

	for _, tc := range []struct {
		name      string
		ctx       context.Context
		url       string
		transport *http.Transport
		want      string
	}{
		{"refused", t.Context(), "http://" + gone.Addr().String(), &http.Transport{}, "dial tcp: connection refused"},
		{"cancelled", ended, plain.URL + "/hang", &http.Transport{}, "cancelled by the caller"},
		{"deadline", late, plain.URL + "/hang", &http.Transport{}, "deadline exceeded"},
		{"closed", t.Context(), plain.URL, &http.Transport{}, "the peer closed the connection"},
		{"unknown authority", t.Context(), secure.URL, &http.Transport{}, "tls: the certificate is signed by an unknown authority"},
		{"client certificate wanted", t.Context(), mutual.URL, mutual.Client().Transport.(*http.Transport), "tls: the peer refused the connection (it may want a client certificate)"},
		{"wrong host", t.Context(), secure.URL, trusting, "tls: the certificate is for another host"},
		{"no TLS", t.Context(), strings.Replace(plain.URL, "http", "https", 1), &http.Transport{}, "tls: the peer does not speak TLS"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			defer tc.transport.CloseIdleConnections()
			req, err := http.NewRequestWithContext(tc.ctx, http.MethodGet, tc.url, nil)
			require.NoError(t, err)
			resp, err := (&http.Client{Transport: tc.transport}).Do(req)
			if err == nil {
				_ = resp.Body.Close()
			}
			require.Error(t, err)
			require.Equal(t, tc.want, httpkit.Describe(err))
		})
	}
}

// What no test server on this machine can bring about.
func TestDescribe_Kinds(t *testing.T) {
	for want, err := range map[string]error{
		`no such host "api.example"`:                           &net.DNSError{Name: "api.example", IsNotFound: true, Err: "SECRET"},
		`looking up host "api.example" failed`:                 &net.DNSError{Name: "api.example", Server: "SECRET", Err: "SECRET"},
		"tls: the certificate has expired or is not yet valid": x509.CertificateInvalidError{Reason: x509.Expired, Detail: "SECRET"},
		"tls: the certificate is not trusted":                  x509.CertificateInvalidError{Reason: x509.NotAuthorizedToSign, Detail: "SECRET"},
		"read tcp: connection reset by peer":                   &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET},
		"tls: bad certificate":                                 tls.AlertError(42),
		"broken pipe":                                          syscall.EPIPE,
		"timed out":                                            timeout{},
		"the connection was closed":                            net.ErrClosed,
		"the peer closed the connection":                       fmt.Errorf("SECRET: %w", io.ErrUnexpectedEOF),
		"deadline exceeded":                                    fmt.Errorf("SECRET: %w", context.DeadlineExceeded),
		"transport error (*errors.errorString)":                errors.New("malformed HTTP response \"SECRET\""),
		"transport error (*fmt.wrapError)":                     fmt.Errorf("SECRET: %w", errors.New("SECRET")),
	} {
		for _, wrapped := range []error{err, &url.Error{Op: "Post", URL: "https://SECRET", Err: err}} {
			require.Equal(t, want, httpkit.Describe(wrapped))
		}
	}
}

type timeout struct{}

func (timeout) Error() string { return "SECRET" }
func (timeout) Timeout() bool { return true }
