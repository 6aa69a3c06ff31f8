package umbrellatest_test

import (
	"encoding/json"
	"html"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

// press sends the form of a session's page without following where it leads.
func press(t *testing.T, link, action string) reply {
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	r, err := send(t, client, http.MethodPost, link, "action="+action, "Content-Type", form)
	require.NoError(t, err)
	return r
}

// openWith opens a session with other values for the fields of a request.
func openWith(t *testing.T, s *umbrellatest.Server, change func(*api.CreateSessionLinkRequest), header ...string) api.SessionLink {
	var req api.CreateSessionLinkRequest
	require.NoError(t, json.Unmarshal([]byte(validBody), &req))
	change(&req)
	body, err := json.Marshal(req)
	require.NoError(t, err)
	r := mustSend(t, http.MethodPost, s.URL+operationPath, string(body), append(header, "Authorization", token(t, s), "Content-Type", "application/json")...)
	require.Equal(t, http.StatusOK, r.status, r.body)
	var answer api.CreateSessionLinkResponse
	require.NoError(t, json.Unmarshal([]byte(r.body), &answer))
	return answer.Data
}

func TestWizard_EachButtonEndsTheSession(t *testing.T) {
	s := umbrellatest.NewServer(t)
	for action, want := range map[string]string{
		"sign": umbrellatest.StatusCompleted, "decline": umbrellatest.StatusCancelled, "expire": umbrellatest.StatusExpired, "fail": umbrellatest.StatusFailed,
	} {
		t.Run(action, func(t *testing.T) {
			link := start(t, s)
			page := mustSend(t, http.MethodGet, link.URL, "")
			require.Equal(t, http.StatusOK, page.status)
			for _, button := range []string{">Sign<", ">Decline<", ">Let expire<", ">Fail<"} {
				require.Contains(t, page.body, button)
			}
			require.Equal(t, http.StatusBadRequest, press(t, link.URL, "other").status)
			require.Equal(t, umbrellatest.StatusRunning, s.Sessions()[link.RequestID].Status)

			r := press(t, link.URL, action)

			require.Equal(t, want, s.Sessions()[link.RequestID].Status)
			if action == "sign" {
				require.Equal(t, http.StatusSeeOther, r.status)
				require.Equal(t, "https://example.com/done", r.header.Get("Location"))
			} else {
				require.Equal(t, http.StatusOK, r.status, "whether redirectUrl is reached is not known")
				require.Contains(t, r.body, "This session is "+want)
			}
			require.Equal(t, http.StatusConflict, press(t, link.URL, "decline").status, "once only")
			again := press(t, link.URL, "sign")
			if action == "sign" {
				require.Equal(t, http.StatusSeeOther, again.status, "a double click")
				require.Equal(t, "https://example.com/done", again.header.Get("Location"))
			} else {
				require.Equal(t, http.StatusConflict, again.status)
			}
			page = mustSend(t, http.MethodGet, link.URL, "")
			require.Contains(t, page.body, want)
			require.NotContains(t, page.body, "<button")
		})
	}
	require.Equal(t, http.StatusNotFound, mustSend(t, http.MethodGet, s.URL+"/wizard/unknown", "").status)
	require.Equal(t, http.StatusMethodNotAllowed, mustSend(t, http.MethodDelete, start(t, s).URL, "").status)
}

func TestWizard_EscapesEveryValue(t *testing.T) {
	s := umbrellatest.NewServer(t)
	const attack = `"><script>alert(1)</script>`
	link := openWith(t, s, func(req *api.CreateSessionLinkRequest) {
		req.RedirectURL, req.DocURL = "https://example.com/?%22%3E", "https://example.com/doc.pdf?'onload=x"
		req.SignForms = []api.SignForm{{FieldID: attack, ActorID: attack}}
		req.FillForm = []api.FillFormField{{FieldID: attack, Value: attack}}
	})
	inURL := openWith(t, s, func(req *api.CreateSessionLinkRequest) {
		req.Email, req.DocURL = `"<script>"@example.com`, "https://example.com/%3Cscript%3E"
	})
	require.Contains(t, mustSend(t, http.MethodGet, inURL.URL, "").body, "&lt;script&gt;")
	for _, address := range []string{link.URL, inURL.URL, s.URL + "/__mock/"} {
		page := mustSend(t, http.MethodGet, address, "").body
		require.NotContains(t, page, "<script>")
		require.NotContains(t, page, "'onload")
	}
	require.Equal(t, 4, strings.Count(html.UnescapeString(mustSend(t, http.MethodGet, link.URL, "").body), attack), "shown as text")
}

func TestWizard_FollowsOnlyToWebPages(t *testing.T) {
	s := umbrellatest.NewServer(t)
	for target, follow := range map[string]bool{
		"https://example.com/done":       true,
		"http://127.0.0.1:8080/done?a=b": true,
		"http://[::1]:8080/done":         true,
		"https://a;script-src/":          true,
		"javascript:alert(1)":            false,
		"data:text/html,hello":           false,
		"ftp://example.com/":             false,
	} {
		t.Run(target, func(t *testing.T) {
			link := openWith(t, s, func(req *api.CreateSessionLinkRequest) { req.RedirectURL = target })
			page := mustSend(t, http.MethodGet, link.URL, "")
			policy := "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
			if follow {
				policy += " http: https:" // also where redirectUrl redirects to
			}
			require.Equal(t, policy, page.header.Get("Content-Security-Policy"))
			require.Equal(t, !follow, strings.Contains(page.body, "redirectUrl is refused"))
			require.Contains(t, page.body, html.EscapeString(target))

			r := press(t, link.URL, "sign")
			require.Equal(t, umbrellatest.StatusCompleted, s.Sessions()[link.RequestID].Status)
			if !follow {
				require.Equal(t, http.StatusOK, r.status)
				require.Empty(t, r.header.Get("Location"))
				require.NotContains(t, r.body, "<a ")
			} else {
				require.Equal(t, target, r.header.Get("Location"))
			}
		})
	}
}

func TestWizard_NeedsNoControlAndIsInTheJournal(t *testing.T) {
	s := umbrellatest.NewServer(t, umbrellatest.WithoutControl())
	link := start(t, s)
	require.Equal(t, http.StatusOK, mustSend(t, http.MethodGet, link.URL, "").status)
	css := mustSend(t, http.MethodGet, s.URL+"/wizard/style.css", "")
	require.Equal(t, "text/css; charset=utf-8", css.header.Get("Content-Type"))
	require.NotEmpty(t, css.body)
	requests := s.Requests()
	require.Equal(t, link.RequestID, requests[len(requests)-1].SessionID)

	require.NoError(t, s.Inject(umbrellatest.Fault{Path: "/wizard/{token}", Status: http.StatusBadGateway}))
	require.Equal(t, http.StatusBadGateway, mustSend(t, http.MethodGet, link.URL, "").status)
}

func TestBaseURL_IsWhereLinksLeadAndWhereTheServiceIs(t *testing.T) {
	s := umbrellatest.NewServer(t, umbrellatest.WithBaseURL("http://localhost/api/services/"))
	require.True(t, strings.HasSuffix(s.URL, "/api/services"), s.URL)
	link := start(t, s)
	require.True(t, strings.HasPrefix(link.URL, s.URL+"/wizard/"), link.URL)
	require.Equal(t, http.StatusOK, mustSend(t, http.MethodGet, link.URL, "").status)
	require.NoError(t, s.Complete(link.RequestID))
	v, err := s.Client.GetVerification(t.Context(), link.RequestID)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, mustSend(t, http.MethodGet, *v.Signature.Content[0].SignedResource.ResourceURL, "").status)
	root := strings.TrimSuffix(s.URL, "/api/services")
	outside := mustSend(t, http.MethodPost, root+"/auth", "")
	require.Equal(t, http.StatusNotFound, outside.status)
	require.Contains(t, outside.header.Get("Umbrella-Mock-Violations"), "/api/services")
	require.Equal(t, http.StatusNotFound, mustSend(t, http.MethodPost, root+"/api/servicesauth", "").status)

	plain, err := umbrellatest.New()
	require.NoError(t, err)
	require.Contains(t, direct(plain, operationPath, []byte(validBody), directToken(t, plain)).Body.String(), `"http://localhost/wizard/`)
	for _, base := range []string{
		"", "api", "//a", "///a", "/a/../b", "/a?b", "/__mock/x", "localhost:80", "ftp://localhost", "http://localhost/?a", "http://me@localhost", "http://localhost/__mock", "http://localhost/__mock/x/",
		"http://localhost/a/../b", "http://localhost/./a", "http://localhost/a//b", "http://localhost//a", "http://localhost/a b", "http://localhost/a%2Fb", "http://localhost/\x01",
	} {
		_, err := umbrellatest.New(umbrellatest.WithBaseURL(base))
		require.Error(t, err, base)
	}
	for _, base := range []string{"http://localhost", "http://localhost/", "http://localhost/__mocks", "http://localhost/api//", "/", "/api/services/"} {
		_, err := umbrellatest.New(umbrellatest.WithBaseURL(base))
		require.NoError(t, err, base)
	}
}

func TestOverview_ShowsAndControlsWithoutAScript(t *testing.T) {
	s := umbrellatest.NewServer(t)
	link := start(t, s)
	mustSend(t, http.MethodPost, s.URL+operationPath, `{}`, "Authorization", token(t, s), "Content-Type", "application/json")
	submit := func(action, body string) {
		r, err := send(t, http.DefaultClient, http.MethodPost, s.URL+"/__mock/"+action, body, "Content-Type", form, "Accept", "text/html,*/*", "Origin", s.URL)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, r.status, r.body)
		require.Contains(t, r.body, "<h1>Overview</h1>", "the browser is back at the overview")
	}
	submit("faults", "path=%2Fauth&status=503&delay=&times=2")
	require.NoError(t, s.InjectEvent(umbrellatest.EventFault{Drop: true}))

	page := mustSend(t, http.MethodGet, s.URL+"/__mock/", "")
	require.Equal(t, "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; script-src 'self'; connect-src 'self'", page.header.Get("Content-Security-Policy"))
	for _, want := range []string{link.RequestID, "doc.pdf", "is missing", "path=/auth; status=503; times=2", "for events: <code>drop=true", `aria-live="polite"`, `<html lang="en">`} {
		require.Contains(t, page.body, want)
	}
	for _, asset := range []string{"style.css", "overview.js"} {
		require.Equal(t, http.StatusOK, mustSend(t, http.MethodGet, s.URL+"/__mock/"+asset, "").status)
	}
	require.Equal(t, http.StatusServiceUnavailable, login(t, s).status, "the page only looks at faults")
	require.Contains(t, mustSend(t, http.MethodGet, s.URL+"/__mock/", "").body, "path=/auth; status=503; times=1", "one is left")
	submit("faults/clear", "")
	require.Equal(t, http.StatusOK, login(t, s).status)
	submit("sessions/"+link.RequestID+"/complete", "")
	require.Equal(t, umbrellatest.StatusCompleted, s.Sessions()[link.RequestID].Status)
	submit("reset", "")
	require.Empty(t, s.Sessions())
}
