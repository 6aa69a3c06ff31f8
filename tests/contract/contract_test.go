// Package contract proves through HTTP that the client, the validators and the
// mock server all keep the vendor's document, and refuse whatever does not.
package contract

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/authprovider"
	"github.com/umbrella-api/umbrella-go/contract"
	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

func exampleRequest(t testing.TB) api.CreateSessionLinkRequest {
	_, example := media(t, operation(t).RequestBody.Value.Content)
	var req api.CreateSessionLinkRequest
	require.NoError(t, json.Unmarshal(example, &req))
	return req
}

// enforced returns a client of the mock whose traffic passes a validator.
func enforced(t testing.TB, mock *umbrellatest.Server, opts ...umbrella.Option) *umbrella.Client {
	v, err := contract.New(contract.WithServer(mock.URL), contract.Sealed())
	require.NoError(t, err)
	client, err := umbrella.New(mock.URL, append(opts, umbrella.WithHTTPClient(&http.Client{Transport: v.Transport(nil)}))...)
	require.NoError(t, err)
	return client
}

func TestDocumentsOwnExample_CreatesASession(t *testing.T) {
	mock := umbrellatest.NewServer(t)
	client := enforced(t, mock, umbrella.WithAPIKey(mock.APIKey, mock.CustomerID))

	link, err := client.CreateSessionLink(t.Context(), exampleRequest(t))
	require.NoError(t, err)
	require.NotEmpty(t, link.URL)
	require.False(t, link.ExpiresAfter.IsZero())
	require.Contains(t, mock.Sessions(), link.RequestID)
}

// Each documented status has a way to provoke it. A status that the document
// gains and this table lacks is a failure.
func TestEveryDocumentedStatus_IsAnsweredAsDocumented(t *testing.T) {
	provoke := map[string]func(t *testing.T, mock *umbrellatest.Server) (*umbrella.Client, api.CreateSessionLinkRequest){
		"200": func(t *testing.T, mock *umbrellatest.Server) (*umbrella.Client, api.CreateSessionLinkRequest) {
			return enforced(t, mock, umbrella.WithAPIKey(mock.APIKey, mock.CustomerID)), exampleRequest(t)
		},
		"400": func(t *testing.T, mock *umbrellatest.Server) (*umbrella.Client, api.CreateSessionLinkRequest) {
			// Past the client's own checks, so that the mock is the one to refuse.
			client, err := umbrella.New(mock.URL, umbrella.WithAPIKey(mock.APIKey, mock.CustomerID), umbrella.WithoutValidation())
			require.NoError(t, err)
			return client, api.CreateSessionLinkRequest{}
		},
		"401": func(t *testing.T, mock *umbrellatest.Server) (*umbrella.Client, api.CreateSessionLinkRequest) {
			return enforced(t, mock, umbrella.WithToken("not.one.of-the-mock")), exampleRequest(t)
		},
	}
	for status, response := range operation(t).Responses.Map() {
		t.Run(status, func(t *testing.T) {
			require.Contains(t, provoke, status, "nothing provokes this documented status")
			client, req := provoke[status](t, umbrellatest.NewServer(t))
			result, err := client.API().CreateSessionLinkWithResponse(t.Context(), req)
			require.NoError(t, err)
			require.Equal(t, status, strings.Fields(result.Status())[0])
			_, documented := response.Value.Content["application/json"]
			require.True(t, documented)

			_, err = client.CreateSessionLink(t.Context(), req)
			var failure *umbrella.Error
			if status == "200" {
				require.NoError(t, err)
				require.NotNil(t, result.JSON200)
				return
			}
			require.ErrorAs(t, err, &failure)
			require.Equal(t, status, strconv.Itoa(failure.StatusCode))
			require.NotEmpty(t, failure.Message)
			require.False(t, failure.MaybeProcessed)
		})
	}
}

func TestEveryBrokenRequestConstraint_IsRefusedByAllThree(t *testing.T) {
	mock := umbrellatest.NewServer(t)
	validator, err := contract.New(contract.WithServer(mock.URL))
	require.NoError(t, err)
	source, err := authprovider.NewAPIKeySource(mock.URL, mock.APIKey, mock.CustomerID)
	require.NoError(t, err)
	token, err := source.Token(t.Context())
	require.NoError(t, err)

	newRequest := func(body []byte) *http.Request {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, mock.URL+path, bytes.NewReader(body))
		require.NoError(t, err)
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Authorization", "Bearer "+token.AccessToken())
		return req
	}
	schema, example := media(t, operation(t).RequestBody.Value.Content)
	for _, tc := range violations(t, schema, example) {
		t.Run(tc.path+" "+tc.rule, func(t *testing.T) {
			var local *umbrella.ValidationError
			require.ErrorAs(t, umbrella.ValidateJSON(tc.body), &local)
			byLocal := []string{}
			for _, f := range local.Fields {
				byLocal = append(byLocal, f.Path+" "+f.Rule)
			}
			require.Contains(t, byLocal, tc.path+" "+tc.rule)

			var broken *contract.Error
			require.ErrorAs(t, validator.ValidateRequest(newRequest(tc.body)), &broken)
			byContract := []string{}
			for _, f := range broken.Violations {
				byContract = append(byContract, f.Path+" "+f.Rule)
			}
			require.ElementsMatch(t, byLocal, byContract)

			resp, err := http.DefaultClient.Do(newRequest(tc.body))
			require.NoError(t, err)
			defer func() { _ = resp.Body.Close() }()
			body, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			require.Equal(t, http.StatusBadRequest, resp.StatusCode)
			require.JSONEq(t, `{"message":"Invalid request payload"}`, string(body))
			require.Contains(t, resp.Header.Get("Umbrella-Mock-Violations"), tc.path)
		})
	}
	require.Empty(t, mock.Sessions())
}

func TestStructRequestThatBreaksTheDocument_NeverLeavesTheProcess(t *testing.T) {
	mock := umbrellatest.NewServer(t)
	req := exampleRequest(t)
	req.DocURL = "http://example.com/plain.pdf"

	_, err := mock.Client.CreateSessionLink(t.Context(), req)

	var invalid *umbrella.ValidationError
	require.ErrorAs(t, err, &invalid)
	require.Equal(t, "$.docUrl", invalid.Fields[0].Path)
	require.Empty(t, mock.Requests(), "not even a token is fetched")
}

// answering returns the base URL of a server that hands out any token and then
// one and the same answer.
func answering(t testing.TB, body []byte) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(body)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func TestEveryBrokenResponseConstraint_IsRefusedByClientAndContract(t *testing.T) {
	content := operation(t).Responses.Value("200").Value.Content
	schema, example := media(t, content)
	for _, tc := range violations(t, schema, example) {
		t.Run(tc.path+" "+tc.rule, func(t *testing.T) {
			url := answering(t, tc.body)

			client, err := umbrella.New(url, umbrella.WithToken("x.y.z"))
			require.NoError(t, err)
			link, err := client.CreateSessionLink(t.Context(), exampleRequest(t))
			require.Nil(t, link)
			require.ErrorIs(t, err, umbrella.ErrInvalidResponse)
			var failure *umbrella.Error
			require.ErrorAs(t, err, &failure)
			require.True(t, failure.MaybeProcessed, "a session may exist")
			require.Equal(t, string(tc.body), string(failure.Body))

			v, err := contract.New(contract.WithServer(url))
			require.NoError(t, err)
			client, err = umbrella.New(url, umbrella.WithToken("x.y.z"), umbrella.WithHTTPClient(&http.Client{Transport: v.Transport(nil)}))
			require.NoError(t, err)
			_, err = client.CreateSessionLink(t.Context(), exampleRequest(t))
			var broken *contract.Error
			require.True(t, errors.As(err, &broken), "got %v", err)
			require.ErrorContains(t, err, tc.path)
			require.True(t, slices.ContainsFunc(broken.Violations, func(v contract.Violation) bool {
				return v.Path == tc.path && v.Rule == tc.rule
			}), "%v lacks %s %s", broken.Violations, tc.path, tc.rule)
		})
	}
}

func TestResponseExample_IsALink(t *testing.T) {
	_, example := media(t, operation(t).Responses.Value("200").Value.Content)
	var want api.CreateSessionLinkResponse
	require.NoError(t, json.Unmarshal(example, &want))

	client, err := umbrella.New(answering(t, example), umbrella.WithToken("x.y.z"))
	require.NoError(t, err)
	link, err := client.CreateSessionLink(t.Context(), exampleRequest(t))
	require.NoError(t, err)
	require.Equal(t, want.Data, *link)
}
