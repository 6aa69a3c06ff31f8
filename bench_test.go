package umbrella_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/authprovider"
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

func cannedClient(tb testing.TB) *umbrella.Client {
	tb.Helper()
	client, err := umbrella.New(umbrella.Sandbox, umbrella.WithAPIKey(canaryKey, canaryCustomer),
		umbrella.WithHTTPClient(&http.Client{Transport: canned{}}))
	require.NoError(tb, err)
	_, err = client.CreateSessionLink(tb.Context(), validRequest()) // fetches the token
	require.NoError(tb, err)
	return client
}

func TestCreateSessionLink_AllocatesNoMoreThanThePlainGeneratedClient(t *testing.T) {
	client, ctx, req := cannedClient(t), t.Context(), validRequest()
	allocs := testing.AllocsPerRun(200, func() {
		if _, err := client.CreateSessionLink(ctx, req); err != nil {
			t.Error(err)
		}
	})
	require.LessOrEqual(t, allocs, 50.0)
}

// BenchmarkCreateSessionLink compares one call with all defaults to the plain
// generated client and to what one would write by hand.
func BenchmarkCreateSessionLink(b *testing.B) {
	token, err := authprovider.NewToken("static", time.Time{})
	require.NoError(b, err)
	generated, err := api.NewClientWithResponses(umbrella.Sandbox,
		api.WithHTTPClient(&http.Client{Transport: canned{}}),
		api.WithRequestEditorFn(authprovider.Intercept(authprovider.Static(token))))
	require.NoError(b, err)
	ours, hand := cannedClient(b), &http.Client{Transport: canned{}}
	req := validRequest()
	for _, bench := range []struct {
		name string
		call func(context.Context) error
	}{
		{"ours", func(ctx context.Context) error {
			_, err := ours.CreateSessionLink(ctx, req)
			return err
		}},
		{"generated", func(ctx context.Context) error {
			result, err := generated.CreateSessionLinkWithResponse(ctx, req)
			if err == nil && result.JSON200 == nil {
				return fmt.Errorf("status %d", result.StatusCode())
			}
			return err
		}},
		{"by-hand", func(ctx context.Context) error { return byHand(ctx, hand, req) }},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := bench.call(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func byHand(ctx context.Context, client *http.Client, body api.CreateSessionLinkRequest) error {
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, umbrella.Sandbox+"/onboarding/createSessionLink", bytes.NewReader(data))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer static")
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", resp.StatusCode)
	}
	var answer api.CreateSessionLinkResponse
	return json.NewDecoder(resp.Body).Decode(&answer)
}
