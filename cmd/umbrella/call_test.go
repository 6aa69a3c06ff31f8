package main

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/contract"
	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

func TestCall_MakesEveryOperationOfTheDocument(t *testing.T) {
	known, err := operations(contract.OpenAPI())
	require.NoError(t, err)
	// Of an operation to come, what the test knows to send may break the document's rules.
	fits := []string{"createSessionLink", "configureWebhook", "getVerification"}
	require.Subset(t, slices.Collect(maps.Keys(known)), fits)
	for id, op := range known {
		t.Run(id, func(t *testing.T) {
			s := served(t)
			args, stdin := []string{"call", id, "--json"}, ""
			for _, p := range op.parameters {
				if p.Value.Required {
					args = append(args, "--param", p.Value.Name+"="+signed(t, s))
				}
			}
			if op.RequestBody != nil {
				body, err := op.example()
				if err != nil {
					body = map[string]any{}
				}
				data, err := json.Marshal(body)
				require.NoError(t, err)
				args, stdin = append(args, "--file", "-"), string(data)
			}
			code, stdout, stderr := invoke(t, t.Context(), stdin, args...)
			if slices.Contains(fits, id) || code != exitUsage {
				require.Equal(t, exitOK, code, stderr)
				require.True(t, stdout == "" || strings.Count(stdout, "\n") == 1 && json.Valid([]byte(stdout)), stdout)
				requests := s.Requests()
				last := requests[len(requests)-1]
				require.Equal(t, op.method, last.Method)
				require.True(t, strings.HasPrefix(last.Path, strings.Split(op.path, "{")[0]), last.Path)
			}
		})
	}
}

func TestCall_NamesEverythingThatIsWrong(t *testing.T) {
	environment(t, map[string]string{"UMBRELLA_SERVER": "prod"})
	for name, tc := range map[string]struct {
		stdin string
		args  []string
		wants []string
	}{
		"no operation":       {"", []string{"getVerificatoin"}, []string{"did you mean getVerification?", "createSessionLink"}},
		"nothing":            {"", nil, []string{"OPERATION is missing"}},
		"two":                {"", []string{"a", "b"}, []string{"OPERATION alone"}},
		"parameter missing":  {"", []string{"getVerification"}, []string{"--param sessionId=VALUE is missing", "UMBRELLA_SERVER=prod", "did you mean production?", "no credentials"}},
		"parameter unknown":  {"", []string{"getVerification", "--param", "sesionId=canary"}, []string{"--param sesionId", "did you mean sessionId?"}},
		"parameter twice":    {"", []string{"getVerification", "--param", "sessionId=canary", "--param", "sessionId=canary"}, []string{"twice"}},
		"no value":           {"", []string{"getVerification", "--param", "canary"}, []string{"NAME=VALUE"}},
		"dots":               {"", []string{"getVerification", "--param", "sessionId=.."}, []string{"sessionId must not be"}},
		"body missing":       {"", []string{"createSessionLink"}, []string{"--file is missing"}},
		"body not wanted":    {"{}", []string{"getVerification", "--param", "sessionId=a", "--file", "-"}, []string{"takes no body"}},
		"body no JSON":       {`{"email":"canary"`, []string{"createSessionLink", "--file", "-"}, []string{"--file", "JSON"}},
		"no file":            {"", []string{"createSessionLink", "--file", "/none/canary"}, []string{"cannot read --file", "no such file"}},
		"body of wrong type": {`["canary"]`, []string{"createSessionLink", "--file", "-"}, []string{"$ in --file must be of type object"}},
		"body with a typo":   {strings.Replace(goodFile, "docUrl", "docURL", 1), []string{"createSessionLink", "--file", "-"}, []string{"$.docURL in --file is not in the document", "$.docUrl in --file is missing"}},
		"both":               {`{"email":1}`, []string{"createSessionLink", "--file", "-", "--param", "x=canary"}, []string{"has no such parameter", "$.email in --file must be of type string", "UMBRELLA_SERVER=prod"}},
		"address":            {strings.Replace(goodFile, "user@example.com", "canary@bücher.example", 1), []string{"createSessionLink", "--file", "-"}, []string{"$.email in --file must be an e-mail address in ASCII", "punycode"}},
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := invoke(t, t.Context(), tc.stdin, append([]string{"call"}, tc.args...)...)
			require.Equal(t, exitUsage, code, stderr)
			require.Empty(t, stdout)
			for _, want := range tc.wants {
				require.Contains(t, stderr, want)
			}
			require.NotContains(t, stderr, "canary", "no value is repeated")
		})
	}
}

func TestCall_FailsAsTheOperationDoes(t *testing.T) {
	for name, tc := range map[string]struct {
		fault  umbrellatest.Fault
		code   int
		status int
		wants  string
	}{
		"400":          {umbrellatest.Fault{Path: operationPath, Status: 400}, exitFailed, 400, "createSessionLink: 400"},
		"503":          {umbrellatest.Fault{Path: operationPath, Status: 503}, exitSession, 503, "503"},
		"lost":         {umbrellatest.Fault{Path: operationPath, Reset: true, AfterProcessing: true}, exitSession, 0, "check the network"},
		"401":          {umbrellatest.Fault{Path: operationPath, Status: 401, Times: 2}, exitCredentials, 401, "401"},
		"unsuccessful": {umbrellatest.Fault{Path: operationPath, Unsuccessful: true}, exitSession, 200, `"status": false`},
		"broken":       {umbrellatest.Fault{Path: operationPath, Break: true}, exitSession, 200, "$.data is missing"},
		"media type":   {umbrellatest.Fault{Path: operationPath, MediaType: "text/html"}, exitSession, 200, "breaks the document"},
	} {
		t.Run(name, func(t *testing.T) {
			s := served(t)
			require.NoError(t, s.Inject(tc.fault))
			code, _, stderr := invoke(t, t.Context(), goodFile, "call", "createSessionLink", "--file", "-", "--json")
			require.Equal(t, tc.code, code, stderr)
			f := jsonError(t, stderr)
			require.Equal(t, tc.code == exitSession, f.MaybeProcessed)
			require.Equal(t, tc.status, f.Status)
			require.Contains(t, f.Message, tc.wants)
			require.Equal(t, 1, strings.Count(f.Message, "createSessionLink"), f.Message)
		})
	}
	t.Run("an operation that changes nothing", func(t *testing.T) {
		s := served(t)
		require.NoError(t, s.Inject(umbrellatest.Fault{Path: "/onboarding/getVerification/{sessionId}", Break: true}))
		code, _, _ := invoke(t, t.Context(), "", "call", "getVerification", "--param", "sessionId="+opened(t, s))
		require.Equal(t, exitFailed, code)
	})
}

func TestCall_AnswerCannotSteerTheTerminal(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte("{\"status\":true,\"data\":{\"message\":\"\u009b2J \U000e0041 ä\"}}\n"))
	}))
	t.Cleanup(server.Close)
	environment(t, map[string]string{"UMBRELLA_SERVER": server.URL, "UMBRELLA_TOKEN": "x.y.z"})
	code, stdout, stderr := invoke(t, t.Context(), "", "call", "getVerification", "--param", "sessionId=a b/c")
	require.Equal(t, exitOK, code, stderr)
	require.Equal(t, "{\n  \"status\": true,\n  \"data\": {\n    \"message\": \"\\u009b2J \\udb40\\udc41 ä\"\n  }\n}\n", stdout)
}

const otherDocument = `{"openapi":"3.1.0","info":{"title":"t","version":"1"},"paths":{"/things/{id}/parts/{part}":{
	"parameters":[{"name":"id","in":"path","required":true,"schema":{"type":"string"}},{"name":"limit","in":"query","schema":{"type":"string"}}],
	"get":{"operationId":"parts","responses":{},"parameters":[
		{"name":"part","in":"path","required":true,"schema":{"type":"string"}},
		{"name":"limit","in":"query","required":true,"schema":{"type":"string"}},
		{"name":"X-Trace","in":"header","schema":{"type":"string"}}]}}}}`

func TestCall_PutsParametersWhereTheDocumentHasThem(t *testing.T) {
	known, err := operations([]byte(otherDocument))
	require.NoError(t, err)
	c := call{connection: connection{invocation: &invocation{}}, op: known["parts"], params: []string{"id=a/b", "part=ü?", "limit=1&x=2", "X-Trace=t"}}
	c.readValues()
	require.NoError(t, c.wrong.err())
	req, err := c.op.request(t.Context(), "https://a.example/base/", c.values, nil)
	require.NoError(t, err)
	require.Equal(t, "GET https://a.example/base/things/a%2Fb/parts/%C3%BC%3F?limit=1%26x%3D2", req.Method+" "+req.URL.String())
	require.Equal(t, "t", req.Header.Get("X-Trace"))
	require.Nil(t, req.Body)

	c.params = nil
	c.readValues()
	require.Equal(t, []string{"--param part=VALUE is missing", "--param limit=VALUE is missing", "--param id=VALUE is missing"}, c.wrong.lines)
	require.Equal(t, "--param limit", placed("$query.limit"))
	_, err = operations([]byte("{"))
	require.Error(t, err)
}
