package umbrellatest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

func TestFault_DoesTheSameFromGoFromAHeaderAndFromTheControlEndpoint(t *testing.T) {
	for _, tc := range faults {
		ways := map[string]func(s *umbrellatest.Server) (header []string){
			"Inject": func(s *umbrellatest.Server) []string {
				require.NoError(t, s.Inject(tc.fault))
				return nil
			},
			"header": func(*umbrellatest.Server) []string { return []string{"Umbrella-Mock-Fault", tc.header} },
			"control endpoint": func(s *umbrellatest.Server) []string {
				r := mustSend(t, http.MethodPost, s.URL+"/__mock/faults", asJSON(t, tc.header))
				require.Equal(t, http.StatusNoContent, r.status, r.body)
				return nil
			},
		}
		for way, ask := range ways {
			t.Run(tc.header+"/"+way, func(t *testing.T) {
				s := umbrellatest.NewServer(t)
				authorization := token(t, s)
				header := append(ask(s), "Authorization", authorization, "Content-Type", "application/json")

				r, err := send(t, http.DefaultClient, http.MethodPost, s.URL+operationPath, validBody, header...)

				if tc.status == 0 {
					require.ErrorIs(t, err, syscall.ECONNRESET)
				} else {
					require.NoError(t, err)
					require.Equal(t, tc.status, r.status)
					tc.check(t, r)
				}
				require.Len(t, s.Sessions(), tc.sessions)
				requests := s.Requests()
				require.Equal(t, tc.status, requests[len(requests)-1].Status)
				require.Equal(t, http.StatusOK, open(t, s, authorization).status, "the next call is fine")
			})
		}
	}
}

func TestFault_IsForTheRequestsThatItSelects(t *testing.T) {
	s := umbrellatest.NewServer(t)
	authorization := token(t, s)
	statuses := func(n int) (got []int) {
		for range n {
			got = append(got, open(t, s, authorization).status)
		}
		return got
	}
	for name, tc := range map[string]struct {
		faults []umbrellatest.Fault
		want   []int
	}{
		"the next one":                {[]umbrellatest.Fault{{Status: 503}}, []int{503, 200, 200}},
		"the next two":                {[]umbrellatest.Fault{{Status: 503, Times: 2}}, []int{503, 503, 200}},
		"a queue":                     {[]umbrellatest.Fault{{Status: 503}, {Status: 429}}, []int{503, 429, 200}},
		"every third":                 {[]umbrellatest.Fault{{Status: 503, Every: 3}}, []int{200, 200, 503, 200, 200, 503}},
		"every second, twice":         {[]umbrellatest.Fault{{Status: 503, Every: 2, Times: 2}}, []int{200, 503, 200, 503, 200, 200}},
		"all":                         {[]umbrellatest.Fault{{Status: 503, Every: 1}}, []int{503, 503, 503}},
		"every second beside a queue": {[]umbrellatest.Fault{{Status: 503, Every: 2}, {Status: 429}}, []int{429, 503, 200, 503}},
		"another path":                {[]umbrellatest.Fault{{Path: "/auth", Status: 503}}, []int{200, 200}},
		"this path":                   {[]umbrellatest.Fault{{Path: operationPath, Status: 503}}, []int{503, 200}},
	} {
		t.Run(name, func(t *testing.T) {
			defer s.Reset()
			for _, f := range tc.faults {
				require.NoError(t, s.Inject(f))
			}
			require.Equal(t, tc.want, statuses(len(tc.want)))
		})
	}
	require.NoError(t, s.Inject(umbrellatest.Fault{Path: "/auth", Status: 503}))
	require.Equal(t, http.StatusOK, open(t, s, authorization).status)
	require.Equal(t, http.StatusServiceUnavailable, login(t, s).status)
}

func TestFault_ThatMakesNoSenseIsRefusedEverywhere(t *testing.T) {
	s := umbrellatest.NewServer(t)
	for text, reason := range map[string]string{
		`{}`:                          "does nothing",
		`{"times":3}`:                 "does nothing",
		`{"status":42}`:               "between 200 and 599",
		`{"status":"teapot"}`:         `"status"`,
		`{"message":"x"}`:             "without a status",
		`{"delay":"-1s"}`:             "negative",
		`{"delay":5}`:                 `"delay"`,
		`{"reset":"perhaps"}`:         `"reset"`,
		`{"status":500,"sttaus":500}`: "sttaus",
		`{"status":500,"status":501}`: "twice",
		`{"status":null}`:             `"status"`,
		`{"media-type":"a\nb"}`:       "line break",
		`[]`:                          "not a JSON object",
		`{"status":500`:               "JSON",
		`{"status":500,"path":"/authentication"}`:                               `path "/authentication"`,
		`{"status":500,"path":"auth"}`:                                          `path "auth"`,
		`{"status":500,"path":"%"}`:                                             `path "%"`,
		`{"pending":true,"expired":true}`:                                       "two operations",
		`{"pending":true,"path":"/auth"}`:                                       `path "/auth"`,
		`{"pdf-missing":true,"path":"/onboarding/getVerification/{sessionId}"}`: "path",
	} {
		t.Run(text, func(t *testing.T) {
			r := mustSend(t, http.MethodPost, s.URL+"/__mock/faults", text)
			require.Equal(t, http.StatusBadRequest, r.status)
			require.Contains(t, r.message(t), reason)
		})
	}
	authorization := token(t, s)
	for text, reason := range map[string]string{
		"status=42":              "between 200 and 599",
		"status=500;;status=500": "twice",
		"teapot":                 "teapot",
		"status=500; times=2":    "/__mock/faults",
		";":                      "does nothing",
		"pending":                "another operation",
	} {
		t.Run(text, func(t *testing.T) {
			r := open(t, s, authorization, "Umbrella-Mock-Fault", text)
			require.Equal(t, http.StatusBadRequest, r.status)
			require.Contains(t, r.message(t), reason)
		})
	}
	require.ErrorContains(t, s.Inject(umbrellatest.Fault{Status: 500, Every: -1}), "negative")
	require.Empty(t, s.Sessions())
	require.Equal(t, http.StatusOK, open(t, s, authorization).status, "nothing was injected")
}

func TestFault_ThatChangesAnOperationWaitsForARequestThatIsProcessed(t *testing.T) {
	s := umbrellatest.NewServer(t)
	authorization := token(t, s)
	link := start(t, s)
	require.NoError(t, s.Complete(link.RequestID))
	poll := func(id, authorization string) reply {
		return mustSend(t, http.MethodGet, s.URL+"/onboarding/getVerification/"+id, "", "Authorization", authorization)
	}
	require.NoError(t, s.Inject(umbrellatest.Fault{Pending: true}))
	require.Equal(t, http.StatusUnauthorized, poll(link.RequestID, "Bearer x").status)
	require.Equal(t, http.StatusNotFound, poll("unknown", authorization).status)
	require.Contains(t, poll(link.RequestID, authorization).body, "pending")
	require.Contains(t, poll(link.RequestID, authorization).body, "completed")

	for _, f := range []umbrellatest.Fault{{Expired: true}, {PDFMissing: true}} {
		require.NoError(t, s.Inject(f))
		require.Equal(t, http.StatusUnauthorized, open(t, s, "Bearer x").status)
		refused := mustSend(t, http.MethodPost, s.URL+operationPath, "{}", "Authorization", authorization, "Content-Type", "application/json")
		require.Equal(t, http.StatusBadRequest, refused.status)
		require.Error(t, s.Complete(start(t, s).RequestID))
		require.NoError(t, s.Complete(start(t, s).RequestID))
	}
}

func TestFault_HeaderForAnotherOperationIsRefused(t *testing.T) {
	s := umbrellatest.NewServer(t)
	for _, fault := range []string{"expired", "pdf-missing", "pending"} {
		r := login(t, s, "Umbrella-Mock-Fault", fault)
		require.Equal(t, http.StatusBadRequest, r.status, r.body)
		require.Equal(t, []string{"$header.Umbrella-Mock-Fault"}, r.violations(t))
	}
}

func TestFault_MalformedIsNoJSONWhateverItWas(t *testing.T) {
	s := umbrellatest.NewServer(t)
	for _, path := range []string{"/__mock/requests", "/__mock/events", "/__mock/sessions"} {
		r := mustSend(t, http.MethodGet, s.URL+path, "", "Umbrella-Mock-Fault", "malformed")
		require.Equal(t, http.StatusOK, r.status)
		require.False(t, json.Valid([]byte(r.body)), r.body)
	}
}

func TestFault_AnswersAsTheDocumentDoesWhereItDoes(t *testing.T) {
	s := umbrellatest.NewServer(t)
	for name, tc := range map[string]struct{ path, fault, message string }{
		"a documented error":            {operationPath, "status=401", "Unauthorized request"},
		"another message":               {operationPath, "status=401; message=gone", "gone"},
		"an error that is not":          {operationPath, "status=418", "I'm a teapot"},
		"a status that Go has no words": {operationPath, "status=599", ""},
		"/auth, which is not in it":     {"/auth", "status=401", "Unauthorized"},
		"no operation":                  {"/nowhere", "status=400", "Bad Request"},
	} {
		t.Run(name, func(t *testing.T) {
			r := mustSend(t, http.MethodPost, s.URL+tc.path, "", "Umbrella-Mock-Fault", tc.fault)
			require.Equal(t, tc.message, r.message(t))
			require.Equal(t, "application/json", r.header.Get("Content-Type"))
		})
	}
	r := open(t, s, token(t, s), "Umbrella-Mock-Fault", "status=200")
	require.Contains(t, r.body, `"requestId":`)
	require.Empty(t, s.Sessions(), "an example, and nothing was processed")
}

func TestReset_OverHTTP2EndsTheStreamAndKeepsTheConnection(t *testing.T) {
	mock, err := umbrellatest.New()
	require.NoError(t, err)
	server := httptest.NewUnstartedServer(mock)
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)

	for _, fault := range []string{"reset", "truncate"} {
		r, err := send(t, server.Client(), http.MethodPost, server.URL+"/auth", "", "Umbrella-Mock-Fault", fault)
		if fault == "truncate" {
			require.NoError(t, err)
			err = r.err
		}
		require.ErrorContains(t, err, "INTERNAL_ERROR", fault)
		r, err = send(t, server.Client(), http.MethodGet, server.URL+"/healthz", "")
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, r.status)
	}
}

func TestReset_OverTLSIsATCPReset(t *testing.T) {
	mock, err := umbrellatest.New()
	require.NoError(t, err)
	server := httptest.NewTLSServer(mock)
	t.Cleanup(server.Close)
	_, err = send(t, server.Client(), http.MethodPost, server.URL+"/auth", "", "Umbrella-Mock-Fault", "reset")
	require.ErrorIs(t, err, syscall.ECONNRESET, fmt.Sprint(err))
}
