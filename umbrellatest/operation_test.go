package umbrellatest_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

func TestCreateSessionLink_AnswersAsTheDocumentSays(t *testing.T) {
	c := new(clock)
	s := umbrellatest.NewServer(t, umbrellatest.WithClock(c.now))
	r := open(t, s, token(t, s))

	require.Equal(t, http.StatusOK, r.status)
	var answer api.CreateSessionLinkResponse
	require.NoError(t, json.Unmarshal([]byte(r.body), &answer))
	require.True(t, answer.Status)
	require.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, answer.Data.RequestID)
	require.True(t, strings.HasPrefix(answer.Data.URL, s.URL+"/wizard/"), "the link leads to a page of the mock")
	require.True(t, answer.Data.ExpiresAfter.After(c.now()))

	session := s.Sessions()[answer.Data.RequestID]
	require.Equal(t, answer.Data, session.SessionLink)
	require.Equal(t, c.now(), session.OpenedAt)
	require.Equal(t, "user@example.com", session.Request.Email)
	require.NotEqual(t, r.body, open(t, s, token(t, s)).body, "each call opens a session of its own")
	require.Len(t, s.Sessions(), 2)
}

func TestRefusals_HaveTheVendorsBodyAndAReasonBesideIt(t *testing.T) {
	s := umbrellatest.NewServer(t)
	good := token(t, s)
	for name, tc := range map[string]struct {
		method, path, authorization, mediaType, body string
		status                                       int
		message                                      string
		violations                                   []string
	}{
		"missing and wrong fields": {
			"POST", operationPath, good, "application/json", `{"email":"Bob <bob@example.com>","phoneNumber":"+0","redirectUrl":"https://example.com","signForms":[{}]}`,
			400, "Invalid request payload",
			[]string{"$.email", "$.phoneNumber", "$.docUrl", "$.signForms[0].fieldId", "$.signForms[0].actorId"},
		},
		"no JSON":             {"POST", operationPath, good, "application/json", `{"email":`, 400, "Invalid request payload", []string{"$"}},
		"a duplicate":         {"POST", operationPath, good, "application/json", `{"email":"a@b.io",` + validBody[1:], 400, "Invalid request payload", []string{"$"}},
		"no body":             {"POST", operationPath, good, "application/json", ``, 400, "Invalid request payload", []string{"$"}},
		"wrong media type":    {"POST", operationPath, good, "text/plain", validBody, 415, "Unsupported media type", []string{"$header.Content-Type"}},
		"no token":            {"POST", operationPath, "", "application/json", validBody, 401, "Unauthorized request", []string{"$header.Authorization"}},
		"no token, bad body":  {"POST", operationPath, "", "application/json", `[]`, 401, "Unauthorized request", []string{"$header.Authorization"}},
		"bad token, bad type": {"POST", operationPath, "Bearer x", "text/plain", `[]`, 401, "Unauthorized request", []string{"$header.Authorization"}},
		"bad token, too long": {"POST", operationPath, "Bearer x", "application/json", strings.Repeat(" ", 1<<20) + validBody, 401, "Unauthorized request", []string{"$header.Authorization"}},
		"too long":            {"POST", operationPath, good, "application/json", strings.Repeat(" ", 1<<20) + validBody, 413, "Request body too large", []string{"$"}},
		"unknown path":        {"POST", "/onboarding/other", good, "application/json", validBody, 404, "Not found", []string{"$path"}},
		"the production path": {"POST", "/api/services" + operationPath, good, "application/json", validBody, 404, "Not found", []string{"$path"}},
		"unclean path":        {"POST", "/onboarding//createSessionLink", good, "application/json", validBody, 404, "Not found", []string{"$path"}},
		"trailing slash":      {"POST", operationPath + "/", good, "application/json", validBody, 404, "Not found", []string{"$path"}},
		"wrong method":        {"PUT", operationPath, good, "application/json", validBody, 405, "Method not allowed", []string{"$method"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := mustSend(t, tc.method, s.URL+tc.path, tc.body, "Authorization", tc.authorization, "Content-Type", tc.mediaType)
			require.Equal(t, tc.status, r.status, r.body)
			require.Equal(t, "application/json", r.header.Get("Content-Type"))
			require.Equal(t, tc.message, r.message(t))
			require.Equal(t, tc.violations, r.violations(t))
			require.NotContains(t, r.header.Get("Umbrella-Mock-Violations"), "Bob")
			if tc.status == http.StatusMethodNotAllowed {
				require.Contains(t, r.header.Get("Allow"), http.MethodPost)
			}
		})
	}
	require.Empty(t, s.Sessions())
}

func TestNames_AreCaseSensitive(t *testing.T) {
	s := umbrellatest.NewServer(t)
	authorization := token(t, s)
	for _, more := range []string{
		`"EMAIL":"other@example.com"`, `"EMAIL":1`, `"Email":null`, `"SIGNFORMS":true`, `"docURL":[]`,
		`"fillForm":[{"fieldId":"a","value":"b","VALUE":"other","FIELDID":{}}]`,
	} {
		for _, body := range []string{"{" + more + "," + validBody[1:], strings.TrimSuffix(validBody, "}") + "," + more + "}"} {
			t.Run(body, func(t *testing.T) {
				defer s.Reset()
				r := mustSend(t, http.MethodPost, s.URL+operationPath, body, "Authorization", authorization, "Content-Type", "application/json")
				require.Equal(t, http.StatusOK, r.status, r.body)
				for _, session := range s.Sessions() {
					require.Equal(t, "user@example.com", session.Request.Email)
					require.Equal(t, "https://example.com/doc.pdf", session.Request.DocURL)
					require.Empty(t, session.Request.SignForms)
					for _, f := range session.Request.FillForm {
						require.Equal(t, api.FillFormField{FieldID: "a", Value: "b"}, f)
					}
				}
			})
		}
	}
}

func TestRefusal_WithManyReasonsStillFitsIntoAHeader(t *testing.T) {
	s := umbrellatest.NewServer(t)
	body := strings.TrimSuffix(validBody, "}") + `,"signForms":[` + strings.Repeat(`{},`, 2000) + `{}]}`
	r := mustSend(t, http.MethodPost, s.URL+operationPath, body, "Authorization", token(t, s), "Content-Type", "application/json")
	require.Equal(t, http.StatusBadRequest, r.status)
	require.Len(t, r.violations(t), 50)
}

func TestNew_NamesEveryBadOption(t *testing.T) {
	_, err := umbrellatest.New(
		nil, umbrellatest.WithClock(nil), umbrellatest.WithTokenTTL(time.Millisecond), umbrellatest.WithCredentials("key", ""),
		umbrellatest.WithLatency(-1), umbrellatest.WithMaxSessions(0), umbrellatest.WithLogger(nil), umbrellatest.WithSeed(1), umbrellatest.WithoutControl(),
	)
	for _, name := range []string{"nil Option", "WithClock", "WithTokenTTL", "WithCredentials", "WithLatency", "WithMaxSessions", "WithLogger"} {
		require.ErrorContains(t, err, name)
	}
}
