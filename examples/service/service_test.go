package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

// browser does not follow the redirect to the wizard.
var browser = &http.Client{
	Timeout:       10 * time.Second,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

func form(email string) url.Values {
	return url.Values{"email": {email}, "phoneNumber": {"+436769556026"}, "docUrl": {"https://example.com/contract.pdf"}}
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	resp, err := browser.Get(url)
	if err != nil {
		return 0, ""
	}
	defer func() { _ = resp.Body.Close() }()
	body, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(body)
}

// start serves a service in this process on the mock.
func start(t *testing.T) (*umbrellatest.Server, string) {
	t.Helper()
	mock := umbrellatest.NewServer(t)
	client, err := umbrella.New(mock.URL, umbrella.WithAPIKey(mock.Credentials()))
	require.NoError(t, err)
	var s *service
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	s, err = newService(ctx, client, server.URL, t.TempDir(), "a secret of the test", "another secret")
	require.NoError(t, err)
	t.Cleanup(func() { cancel(); waitForNobody(t, s); _ = s.db.Close() })
	return mock, server.URL
}

// waitForNobody lets what goes on in the background end.
func waitForNobody(t *testing.T, s *service) {
	t.Helper()
	require.Eventually(t, func() bool {
		busy := false
		s.wakes.Range(func(any, any) bool { busy = true; return false })
		return !busy
	}, 10*time.Second, time.Millisecond)
}

func TestService_TheWholeJourney(t *testing.T) {
	mock, base := start(t)
	status, page := get(t, base+"/")
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, page, `action="/contracts/4711/sign"`)
	status, _ = get(t, base+"/contracts/4711")
	require.Equal(t, http.StatusNotFound, status)

	var links []string
	for range 2 {
		resp, err := browser.PostForm(base+"/contracts/4711/sign", form("user@example.com"))
		require.NoError(t, err)
		_ = resp.Body.Close()
		require.Equal(t, http.StatusSeeOther, resp.StatusCode)
		links = append(links, resp.Header.Get("Location"))
	}
	require.Equal(t, links[0], links[1])
	require.Len(t, mock.Sessions(), 1)
	status, state := get(t, base+"/contracts/4711")
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, "waiting\n", state)

	for requestID, session := range mock.Sessions() {
		require.Equal(t, base+"/contracts/4711", session.Request.RedirectURL)
		require.NoError(t, mock.Complete(requestID))
	}
	require.Eventually(t, func() bool {
		_, document := get(t, base+"/contracts/4711")
		return strings.HasPrefix(document, "%PDF-")
	}, 20*time.Second, 10*time.Millisecond)
}

func TestService_SaysWhatIsWrong(t *testing.T) {
	mock, base := start(t)
	sign := func(contract, email string) (int, string) {
		resp, err := browser.PostForm(base+"/contracts/"+contract+"/sign", form(email))
		require.NoError(t, err)
		defer func() { _ = resp.Body.Close() }()
		body, _ := io.ReadAll(resp.Body)
		require.NotContains(t, string(body), "canary")
		return resp.StatusCode, string(body)
	}
	status, text := sign("1", "canary")
	require.Equal(t, http.StatusUnprocessableEntity, status)
	require.Contains(t, text, "$.email")
	require.Empty(t, mock.Sessions())
	status, text = sign(strings.Repeat("k", 256), "user@example.com")
	require.Equal(t, http.StatusUnprocessableEntity, status)
	require.Contains(t, text, "255 bytes")

	status, _ = sign("2", "user@example.com")
	require.Equal(t, http.StatusSeeOther, status)
	status, text = sign("2", "canary@example.com")
	require.Equal(t, http.StatusConflict, status)
	require.Contains(t, text, "another request")

	require.NoError(t, mock.Inject(umbrellatest.Fault{Path: "/onboarding/createSessionLink", Reset: true, AfterProcessing: true, Times: 1}))
	for range 2 { // unknown, and so not sent again
		status, text = sign("3", "user@example.com")
		require.Equal(t, http.StatusConflict, status)
		require.Contains(t, text, "unknown")
	}
	require.Len(t, mock.Sessions(), 2)

	require.NoError(t, mock.Inject(umbrellatest.Fault{Path: "/onboarding/createSessionLink", Expired: true, Times: 1}))
	_, _ = sign("5", "user@example.com")
	status, text = sign("5", "user@example.com")
	require.Equal(t, http.StatusConflict, status)
	require.Contains(t, text, "expired")

	require.NoError(t, mock.Inject(umbrellatest.Fault{Path: "/onboarding/createSessionLink", Status: 403, Times: 1}))
	status, _ = sign("4", "user@example.com")
	require.Equal(t, http.StatusBadGateway, status)
}

func TestService_RefusesEventsOfStrangers(t *testing.T) {
	_, base := start(t)
	resp, err := http.Post(base+"/webhook", "application/json", strings.NewReader(`{}`))
	require.NoError(t, err)
	_ = resp.Body.Close()
	require.Equal(t, http.StatusUnauthorized, resp.StatusCode)
}

func TestService_ASessionThatEndsUnsigned(t *testing.T) {
	mock, base := start(t)
	resp, err := browser.PostForm(base+"/contracts/1/sign", form("user@example.com"))
	require.NoError(t, err)
	_ = resp.Body.Close()
	for requestID := range mock.Sessions() {
		require.NoError(t, mock.Cancel(requestID))
	}
	require.Eventually(t, func() bool {
		_, state := get(t, base+"/contracts/1")
		return state == "not signed\n"
	}, 20*time.Second, 10*time.Millisecond)
}

// An event is a hint: without it the signature is seen a little later.
func TestService_SeesASignatureWhoseEventsAreLost(t *testing.T) {
	mock, base := start(t)
	require.NoError(t, mock.InjectEvent(umbrellatest.EventFault{Drop: true, Times: 100}))
	resp, err := browser.PostForm(base+"/contracts/1/sign", form("user@example.com"))
	require.NoError(t, err)
	_ = resp.Body.Close()
	require.Eventually(t, func() bool { // the next question comes later, or with an event
		return slices.ContainsFunc(mock.Requests(), func(r umbrellatest.Request) bool {
			return strings.Contains(r.Path, "getVerification") && r.Status == http.StatusOK
		})
	}, 10*time.Second, time.Millisecond)
	for requestID := range mock.Sessions() {
		require.NoError(t, mock.Complete(requestID))
	}
	require.Eventually(t, func() bool {
		_, document := get(t, base+"/contracts/1")
		return strings.HasPrefix(document, "%PDF-")
	}, 20*time.Second, 10*time.Millisecond)
	require.NotEmpty(t, mock.Events())
	for _, event := range mock.Events() {
		require.Zero(t, event.Try, "%s was delivered", event.Status)
	}
}

// The built program is killed again and again while contracts are signed.
func TestService_UnderKillNine(t *testing.T) {
	const contracts, kills = 40, 6
	program, addr, folder := build(t), freeAddr(t), t.TempDir()
	base := "http://" + addr
	mock := umbrellatest.NewServer(t)
	sign := func(n int) (link string) {
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, fmt.Sprintf("%s/contracts/%d/sign", base, n), strings.NewReader(form(fmt.Sprintf("user%d@example.com", n)).Encode()))
		require.NoError(t, err)
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		resp, err := browser.Do(req)
		if err != nil {
			return ""
		}
		_ = resp.Body.Close()
		return resp.Header.Get("Location")
	}

	cmd := launch(t, command(program, addr, folder, mock), base)
	for kill := range kills {
		done := make(chan struct{})
		go func() {
			defer close(done)
			for n := kill * contracts / kills; n < (kill+1)*contracts/kills; n++ {
				sign(n)
			}
		}()
		time.Sleep(rand.N(100 * time.Millisecond)) // the moment of the kill is the test's input
		require.NoError(t, cmd.Process.Kill())
		_ = cmd.Wait()
		<-done
		cmd = launch(t, command(program, addr, folder, mock), base)
	}
	links := map[int]string{}
	for n := range contracts {
		if link := sign(n); link != "" {
			links[n] = link
		}
	}
	require.GreaterOrEqual(t, len(links), contracts-kills, "a kill leaves one contract in doubt at most")
	opened := map[string]int{}
	for requestID, session := range mock.Sessions() {
		opened[session.Request.Email]++
		require.NoError(t, mock.Complete(requestID))
	}
	for email, n := range opened {
		require.Equal(t, 1, n, email)
	}
	for n := range links {
		require.Eventually(t, func() bool {
			_, document := get(t, fmt.Sprintf("%s/contracts/%d", base, n))
			return strings.HasPrefix(document, "%PDF-") && strings.Contains(document, "%%EOF")
		}, 40*time.Second, 20*time.Millisecond, "contract %d", n)
	}
	left, err := filepath.Glob(filepath.Join(folder, "*.pdf"))
	require.NoError(t, err)
	require.Len(t, left, len(links))
}
