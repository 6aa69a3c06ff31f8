package umbrella_test

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/internal/memhttp"
	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

func TestDo_SendsARequestOfTheCallerThroughTheClient(t *testing.T) {
	server := umbrellatest.NewServer(t)
	const body = `{"email":"a@example.com","phoneNumber":"+436508021530","redirectUrl":"https://example.com/a","docUrl":"https://example.com/a.pdf"}`
	request := func(body string) *http.Request {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/onboarding/createSessionLink", strings.NewReader(body))
		require.NoError(t, err)
		req.Header.Set("Content-Type", "application/json")
		return req
	}
	require.NoError(t, server.Inject(umbrellatest.Fault{Path: "/onboarding/createSessionLink", Status: 429, RetryAfter: "0"}))
	resp, err := server.Client.Do(request(body))
	require.NoError(t, err, "429 is repeated")
	data, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Contains(t, string(data), `"requestId"`)
	require.Len(t, server.Sessions(), 1)

	_, err = server.Client.Do(request("{}"))
	require.ErrorIs(t, err, umbrella.ErrInvalidRequest)
	require.Equal(t, "createSessionLink", apiError(t, err).Operation)

	require.NoError(t, server.Inject(umbrellatest.Fault{Path: "/onboarding/createSessionLink", Status: 503}))
	_, err = server.Client.Do(request(body))
	require.ErrorIs(t, err, umbrella.ErrServer)
	require.True(t, apiError(t, err).MaybeProcessed)

	require.NoError(t, server.Inject(umbrellatest.Fault{Path: "/onboarding/createSessionLink", Truncate: true}))
	_, err = server.Client.Do(request(body))
	require.ErrorIs(t, err, umbrella.ErrInvalidResponse)

	elsewhere, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1:1/", nil)
	require.NoError(t, err)
	_, err = server.Client.Do(elsewhere)
	require.ErrorContains(t, err, "refusing to send the token to another server")
}

func TestDo_IsAnErrorBeyond2xx(t *testing.T) {
	for status, success := range map[int]bool{200: true, 299: true, 300: false} {
		client := clientOf(t, serveStatus(status))
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, memhttp.URL+"/onboarding/getVerification/none", nil)
		require.NoError(t, err)
		_, err = client.Do(req)
		require.Equal(t, success, err == nil, status)
	}
}

func TestDo_LeavesTheRequestAsItIs(t *testing.T) {
	server := umbrellatest.NewServer(t)
	shared := http.Header{"Shared": {"by two requests at once"}}
	var calls sync.WaitGroup
	for range 2 {
		calls.Go(func() {
			for range 20 {
				req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/onboarding/getVerification/none", nil)
				if err != nil {
					t.Error(err)
					return
				}
				req.Header = shared
				if _, err = server.Client.Do(req); !errors.Is(err, umbrella.ErrNotFound) {
					t.Error(err)
				}
			}
		})
	}
	calls.Wait()
	require.Equal(t, http.Header{"Shared": {"by two requests at once"}}, shared)

	bare := &http.Request{URL: &url.URL{Scheme: "http", Host: strings.TrimPrefix(server.URL, "http://"), Path: "/onboarding/getVerification/none"}}
	_, err := server.Client.Do(bare)
	require.ErrorIs(t, err, umbrella.ErrNotFound, "as net/http takes it")
	require.Nil(t, bare.Header)
}

func TestDo_RefusesWhatIsNotThere(t *testing.T) {
	_, err := (&umbrella.Client{}).Do(nil)
	require.EqualError(t, apiError(t, err), "umbrella: unknown operation: not sent: the client was not made with New")
	_, err = umbrellatest.NewServer(t).Client.Do(nil)
	require.EqualError(t, apiError(t, err), "umbrella: unknown operation: not sent: the request is nil")
	_, err = umbrellatest.NewServer(t).Client.Do(&http.Request{})
	require.EqualError(t, apiError(t, err), "umbrella: unknown operation: not sent: the request is invalid: its URL is nil")
}
