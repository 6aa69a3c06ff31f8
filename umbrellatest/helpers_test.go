package umbrellatest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

const (
	operationPath = "/onboarding/createSessionLink"
	validBody     = `{"email":"user@example.com","phoneNumber":"+436769556026","redirectUrl":"https://example.com/done","docUrl":"https://example.com/doc.pdf"}`
	form          = "application/x-www-form-urlencoded"
)

// reply is an answer that was read to its end, or to where it broke off.
type reply struct {
	status int
	header http.Header
	body   string
	err    error // of reading the body
}

func (r reply) message(t testing.TB) string {
	var body struct{ Message *string }
	require.NoError(t, json.Unmarshal([]byte(r.body), &body), r.body)
	require.NotNil(t, body.Message, r.body)
	return *body.Message
}

func (r reply) violations(t testing.TB) (paths []string) {
	var list []struct{ Path, Rule, Reason string }
	require.NoError(t, json.Unmarshal([]byte(r.header.Get("Umbrella-Mock-Violations")), &list))
	for _, v := range list {
		require.NotEmpty(t, v.Rule)
		require.NotEmpty(t, v.Reason)
		paths = append(paths, v.Path)
	}
	return paths
}

// send sends one request with the headers given as pairs.
func send(t testing.TB, client *http.Client, method, url, body string, header ...string) (reply, error) {
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	require.NoError(t, err)
	for i := 0; i < len(header); i += 2 {
		req.Header.Add(header[i], header[i+1])
	}
	resp, err := client.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	data, err := io.ReadAll(resp.Body)
	return reply{resp.StatusCode, resp.Header, string(data), err}, nil
}

// mustSend is send for requests that get an answer.
func mustSend(t testing.TB, method, url, body string, header ...string) reply {
	r, err := send(t, http.DefaultClient, method, url, body, header...)
	require.NoError(t, err)
	return r
}

func login(t testing.TB, s *umbrellatest.Server, extra ...string) reply {
	apiKey, customerID := s.Credentials()
	return mustSend(t, http.MethodPost, s.URL+"/auth", "", append(extra, "Api-Key", apiKey, "Customer-Id", customerID, "Content-Type", form)...)
}

// token returns a fresh value for the Authorization header.
func token(t testing.TB, s *umbrellatest.Server) string {
	var answer struct {
		AccessToken string `json:"access_token"`
	}
	require.NoError(t, json.Unmarshal([]byte(login(t, s).body), &answer))
	require.NotEmpty(t, answer.AccessToken)
	return "Bearer " + answer.AccessToken
}

// open asks for a session link with a valid request.
func open(t testing.TB, s *umbrellatest.Server, authorization string, extra ...string) reply {
	return mustSend(t, http.MethodPost, s.URL+operationPath, validBody, append(extra, "Authorization", authorization, "Content-Type", "application/json")...)
}
