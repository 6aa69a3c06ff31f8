package umbrella_test

import (
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

func TestCreateSessionLink_AllocatesNoMoreThanThePlainGeneratedClient(t *testing.T) {
	client, err := umbrella.New(umbrella.Sandbox, umbrella.WithAPIKey(canaryKey, canaryCustomer),
		umbrella.WithHTTPClient(&http.Client{Transport: canned{}}))
	require.NoError(t, err)
	ctx, req := t.Context(), validRequest()
	_, err = client.CreateSessionLink(ctx, req) // fetches the token
	require.NoError(t, err)
	allocs := testing.AllocsPerRun(200, func() {
		if _, err := client.CreateSessionLink(ctx, req); err != nil {
			t.Error(err)
		}
	})
	require.LessOrEqual(t, allocs, 50.0)
}
