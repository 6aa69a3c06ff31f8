package umbrella_test

import (
	"crypto/tls"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go"
)

// canned answers without a network, so that what is measured is the client.
type canned struct{}

func (canned) RoundTrip(req *http.Request) (*http.Response, error) {
	body := sessionBody
	if strings.HasSuffix(req.URL.Path, "/auth") {
		body = tokenBody
	} else if _, err := io.Copy(io.Discard, req.Body); err != nil {
		return nil, err
	}
	return &http.Response{
		StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:        http.Header{"Content-Type": {"application/json"}},
		ContentLength: int64(len(body)),
		Body:          io.NopCloser(strings.NewReader(body)),
		Request:       req,
	}, nil
}

// TestCreateSessionLink_AllocatesLittle has a bound for a transport that speaks HTTP/1
// only, and one for any other, for which a call has a goroutine of its own.
func TestCreateSessionLink_AllocatesLittle(t *testing.T) {
	http1, both := &http.Transport{Protocols: new(http.Protocols)}, &http.Transport{TLSNextProto: map[string]func(string, *tls.Conn) http.RoundTripper{}}
	http1.Protocols.SetHTTP1(true)
	http1.RegisterProtocol("https", canned{})
	both.RegisterProtocol("https", canned{})
	for _, tc := range []struct {
		name      string
		transport http.RoundTripper
		most      float64
	}{
		{"http.Transport for HTTP/1", http1, 50},
		{"http.Transport", both, 54},
		{"a transport of one's own", canned{}, 54},
	} {
		t.Run(tc.name, func(t *testing.T) {
			client, err := umbrella.New(umbrella.Sandbox, umbrella.WithAPIKey(canaryKey, canaryCustomer),
				umbrella.WithHTTPClient(&http.Client{Transport: tc.transport}))
			require.NoError(t, err)
			ctx, req := t.Context(), validRequest()
			_, err = client.CreateSessionLink(ctx, req) // fetches the token
			require.NoError(t, err)
			allocs := testing.AllocsPerRun(200, func() {
				if _, err := client.CreateSessionLink(ctx, req); err != nil {
					t.Error(err)
				}
			})
			require.LessOrEqual(t, allocs, tc.most+forgotten)
		})
	}
}
