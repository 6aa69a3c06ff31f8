package umbrellatest_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

func TestRequests_AreAJournalOfWhatCameAndWhatItGot(t *testing.T) {
	c := new(clock)
	s := umbrellatest.NewServer(t, umbrellatest.WithClock(c.now))
	authorization := token(t, s)
	open(t, s, authorization)
	mustSend(t, http.MethodPost, s.URL+operationPath, `{"email":[1]}`, "Authorization", authorization, "Content-Type", "application/json")
	mustSend(t, http.MethodPost, s.URL+operationPath, `<xml/>`, "Content-Type", "application/xml")
	mustSend(t, http.MethodGet, s.URL+"/nowhere", "")
	mustSend(t, http.MethodPost, s.URL+operationPath, `"`+strings.Repeat("x", 70<<10)+`"`, "Authorization", authorization, "Content-Type", "application/json")

	requests := s.Requests()
	require.Len(t, requests, 6)
	require.Equal(t, umbrellatest.Request{ID: 1, Time: c.now(), Method: "POST", Path: "/auth", Status: 200}, requests[0])
	var body any
	require.NoError(t, json.Unmarshal([]byte(validBody), &body))
	id := slices.Collect(maps.Keys(s.Sessions()))[0]
	require.Equal(t, umbrellatest.Request{ID: 2, Time: c.now(), Method: "POST", Path: operationPath, Body: body, Status: 200, SessionID: id}, requests[1])
	require.Equal(t, 400, requests[2].Status)
	require.Equal(t, map[string]any{"email": []any{1.0}}, requests[2].Body)
	require.Equal(t, "$.email", requests[2].Violations[0].Path)
	require.Equal(t, "type", requests[2].Violations[0].Rule)
	require.Equal(t, 401, requests[3].Status)
	require.Equal(t, "<xml/>", requests[3].Body)
	require.Equal(t, "$path", requests[4].Violations[0].Path)
	require.Nil(t, requests[5].Body, "a huge body is not kept")
}

func TestState_HandsOutCopies(t *testing.T) {
	s := umbrellatest.NewServer(t)
	body := strings.TrimSuffix(validBody, "}") + `,"signForms":[{"fieldId":"a","actorId":"b"}],"fillForm":[{"fieldId":"a","value":"b"}]}`
	mustSend(t, http.MethodPost, s.URL+operationPath, body, "Authorization", token(t, s), "Content-Type", "application/json")
	mustSend(t, http.MethodPost, s.URL+operationPath, body)
	for _, session := range s.Sessions() {
		session.Request.SignForms[0].FieldID, session.Request.FillForm[0].Value = "changed", "changed"
	}
	s.Requests()[1].Body.(map[string]any)["email"] = "changed"
	s.Requests()[2].Violations[0].Path = "changed"

	left, err := json.Marshal([]any{s.Sessions(), s.Requests()})
	require.NoError(t, err)
	require.NotContains(t, string(left), "changed")
}

func TestCredentials_AreNeitherInTheJournalNorInTheLog(t *testing.T) {
	var log bytes.Buffer
	s := umbrellatest.NewServer(t, umbrellatest.WithLogger(slog.New(slog.NewJSONHandler(&log, nil))))
	authorization := token(t, s)
	secret := strings.TrimPrefix(authorization, "Bearer ")
	body := `{"a":"` + secret + `","` + s.APIKey + `":"` + s.CustomerID + `","c":"a-wrong-key"}`
	mustSend(t, http.MethodPost, s.URL+operationPath, body, "Authorization", authorization, "Content-Type", "application/json")
	mustSend(t, http.MethodPost, s.URL+"/x/"+secret+"/a-wrong-key", body, "Authorization", authorization, "Api-Key", "a-wrong-key")

	journal, err := json.Marshal(s.Requests())
	require.NoError(t, err)
	for _, text := range []string{string(journal), log.String()} {
		require.NotContains(t, text, secret)
		require.NotContains(t, text, s.APIKey)
		require.NotContains(t, text, s.CustomerID)
	}
	require.Contains(t, string(journal), "/x/[redacted]/[redacted]")
	require.Contains(t, log.String(), `"path":"$.email","rule":"required"`, "the log says why")
}

func TestLog_HasOneLineForEachRequest(t *testing.T) {
	var log bytes.Buffer
	s := umbrellatest.NewServer(t, umbrellatest.WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
	open(t, s, token(t, s))
	open(t, s, "Bearer x")
	open(t, s, "", "Umbrella-Mock-Fault", "status=503")
	mustSend(t, http.MethodGet, s.URL+"/users/user@example.com", "")
	open(t, s, "", "Umbrella-Mock-Fault", "statuss=503")
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	require.Len(t, lines, 6)
	for i, want := range []string{"level=INFO", "status=200", "level=WARN", "status=503 fault=true", "path=(unknown) status=404", `unknown field \"statuss\"`} {
		require.Contains(t, lines[i], want)
	}
	require.NotContains(t, log.String(), "user@example.com")
}

func TestRequests_KeepNoBodyOfAPathThatIsNotKnown(t *testing.T) {
	s := umbrellatest.NewServer(t)
	const secret = "secret-of-the-receiver"
	for _, path := range []string{"/configureWebhook", "/onboarding/configurewebhook", "/onboarding/configureWebhook/", "/onboarding/configureWebhook"} {
		mustSend(t, http.MethodPost, s.URL+path, `{"metadata":{"authHeader":{"Api-Key":"`+secret+`"}}}`, "Content-Type", "application/json")
	}
	require.Len(t, s.Requests(), 4)
	require.NotContains(t, mustSend(t, http.MethodGet, s.URL+"/__mock/requests", "").body, secret)
}

func TestReset_ForgetsWhatHappened(t *testing.T) {
	s := umbrellatest.NewServer(t)
	authorization := token(t, s)
	open(t, s, authorization)
	require.NoError(t, s.Inject(umbrellatest.Fault{Status: 503, Every: 1}))
	s.Reset()
	require.Empty(t, s.Sessions())
	require.Empty(t, s.Requests())
	require.Zero(t, s.AuthCalls())
	require.Equal(t, http.StatusOK, open(t, s, authorization).status)
}

func TestAnswer_ReachesAClientThatHasClosedItsOwnSide(t *testing.T) {
	s := umbrellatest.NewServer(t)
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	_, err = io.WriteString(conn, "POST /auth HTTP/1.1\r\nHost: mock\r\nContent-Length: 0\r\nApi-Key: "+s.APIKey+"\r\nCustomer-Id: "+s.CustomerID+"\r\n\r\n")
	require.NoError(t, err)
	require.NoError(t, conn.(*net.TCPConn).CloseWrite())
	answer, err := io.ReadAll(conn)
	require.NoError(t, err)
	require.Contains(t, string(answer), "access_token")
}

// conversation is every byte that a mock answers to a fixed list of requests.
func conversation(t *testing.T, mock *umbrellatest.Mock) string {
	server := httptest.NewServer(mock)
	defer server.Close()
	u, err := url.Parse(server.URL)
	require.NoError(t, err)
	say := func(path, header, body string) string {
		conn, err := net.Dial("tcp", u.Host)
		require.NoError(t, err)
		defer func() { _ = conn.Close() }()
		_, err = conn.Write([]byte("POST " + path + " HTTP/1.1\r\nHost: mock\r\nConnection: close\r\n" + header + "\r\n\r\n" + body))
		require.NoError(t, err)
		var answer bytes.Buffer
		_, err = answer.ReadFrom(conn)
		require.NoError(t, err)
		return answer.String()
	}
	apiKey, customerID := mock.Credentials()
	text := say("/auth", "Content-Length: 0\r\nContent-Type: "+form+"\r\nApi-Key: "+apiKey+"\r\nCustomer-Id: "+customerID, "")
	_, bearer, _ := strings.Cut(text, `"access_token":"`)
	bearer, _, _ = strings.Cut(bearer, `"`)
	for _, body := range []string{validBody, `{}`, validBody} {
		text += say(operationPath, "Content-Type: application/json\r\nAuthorization: Bearer "+bearer+"\r\nContent-Length: "+strconv.Itoa(len(body)), body)
	}
	text += say("/nowhere", "Content-Length: 0", "") + say(operationPath, "Content-Length: 0\r\nUmbrella-Mock-Fault: status=401", "")
	return apiKey + customerID + mock.RotateCredentials() + text
}

func TestSeedAndClock_MakeTwoRunsGiveTheSameBytes(t *testing.T) {
	c := new(clock)
	run := func(opts ...umbrellatest.Option) string {
		mock, err := umbrellatest.New(append(opts, umbrellatest.WithClock(c.now))...)
		require.NoError(t, err)
		return conversation(t, mock)
	}
	first := run(umbrellatest.WithSeed(7))
	require.Equal(t, 2, strings.Count(first, "requestId"))
	require.Equal(t, first, run(umbrellatest.WithSeed(7)))
	require.NotEqual(t, first, run(umbrellatest.WithSeed(8)))
	c.advance(time.Hour)
	require.NotEqual(t, first, run(umbrellatest.WithSeed(7)), "times are the clock's")
	c.advance(-time.Hour)
	require.Equal(t, first, run(umbrellatest.WithSeed(7)), "token expiry included")
	require.NotEqual(t, run(), run(), "without a seed every mock differs")
}

func TestReset_WithASeedBeginsTheIDsAgain(t *testing.T) {
	for name, tc := range map[string]struct {
		opts []umbrellatest.Option
		same bool
	}{
		"with a seed":    {[]umbrellatest.Option{umbrellatest.WithSeed(7)}, true},
		"without a seed": {nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			c := new(clock)
			s := umbrellatest.NewServer(t, append(tc.opts, umbrellatest.WithClock(c.now))...)
			authorization := token(t, s)
			first := open(t, s, authorization).body
			s.Reset()
			require.Equal(t, tc.same, first == open(t, s, authorization).body)
		})
	}
}
