package umbrellatest_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

const faultHeader = "Umbrella-Mock-Fault"

func unchanged(*api.CreateSessionLinkRequest) {}

func TestFault_UnsuccessfulOpensNoSession(t *testing.T) {
	s := umbrellatest.NewServer(t)
	r := open(t, s, token(t, s), faultHeader, "unsuccessful")
	require.Equal(t, http.StatusOK, r.status)
	require.JSONEq(t, `{"status":false}`, r.body)
	require.Empty(t, s.Sessions())
	require.NoError(t, s.Inject(umbrellatest.Fault{Path: operationPath, Unsuccessful: true}))
	var req api.CreateSessionLinkRequest
	req.Email, req.PhoneNumber, req.RedirectURL, req.DocURL = "a@example.com", "+436769556026", "https://example.com/", "https://example.com/d.pdf"
	_, err := s.Client.CreateSessionLink(t.Context(), req)
	require.ErrorIs(t, err, umbrella.ErrUnsuccessful)
}

func TestFault_ExpiredOpensASessionThatHasExpired(t *testing.T) {
	s := umbrellatest.NewServer(t)
	link := openWith(t, s, unchanged, faultHeader, "expired")
	require.False(t, link.ExpiresAfter.After(time.Now()))
	require.Equal(t, umbrellatest.StatusExpired, s.Sessions()[link.RequestID].Status)
	require.Contains(t, mustSend(t, http.MethodGet, link.URL, "").body, "This session is EXPIRED")
}

func TestFault_PendingLastsForSoManyPolls(t *testing.T) {
	s := umbrellatest.NewServer(t)
	link := start(t, s)
	require.NoError(t, s.Complete(link.RequestID))
	require.NoError(t, s.Inject(umbrellatest.Fault{Path: "/onboarding/getVerification/{sessionId}", Pending: true, Times: 3}))
	var statuses []string
	for range 4 {
		v, err := s.Client.GetVerification(t.Context(), link.RequestID)
		require.NoError(t, err)
		statuses = append(statuses, *v.Status)
	}
	require.Equal(t, []string{"pending", "pending", "pending", "completed"}, statuses)
}

func TestFault_IsForAControlEndpointOnlyWhenItNamesIt(t *testing.T) {
	s := umbrellatest.NewServer(t)
	id := start(t, s).RequestID
	require.NoError(t, s.Inject(umbrellatest.Fault{Path: "/__mock/sessions", Status: 503, Every: 1}))
	require.NoError(t, s.Inject(umbrellatest.Fault{Path: "/__mock/sessions/{requestId}/complete", Status: 500}))
	require.NoError(t, s.Inject(umbrellatest.Fault{Status: 502}))
	require.Equal(t, 503, mustSend(t, http.MethodGet, s.URL+"/__mock/sessions", "").status)
	require.Equal(t, 500, mustSend(t, http.MethodPost, s.URL+"/__mock/sessions/"+id+"/complete", "").status)
	require.Equal(t, umbrellatest.StatusRunning, s.Sessions()[id].Status)
	require.Equal(t, 200, mustSend(t, http.MethodGet, s.URL+"/__mock/events", "").status, "a fault for any path is for the service")
	require.Equal(t, 502, login(t, s).status)
	require.Equal(t, 204, mustSend(t, http.MethodDelete, s.URL+"/__mock/faults", "").status)
	require.Equal(t, 200, mustSend(t, http.MethodGet, s.URL+"/__mock/sessions", "").status)
	require.Error(t, s.Inject(umbrellatest.Fault{Path: "/__mock/faults", Status: 503}), "nothing could undo it")
	require.Error(t, s.Inject(umbrellatest.Fault{Path: "/__mock/other", Status: 503}))
}

func TestFault_WithAnUnknownFieldInTheHeaderIsRefused(t *testing.T) {
	s := umbrellatest.NewServer(t)
	for _, header := range []string{"statuss=503", "status=503; nonsense", "expired=perhaps"} {
		r := open(t, s, token(t, s), faultHeader, header)
		require.Equal(t, http.StatusBadRequest, r.status, header)
		require.Contains(t, r.message(t), faultHeader)
		require.Equal(t, []string{"$header." + faultHeader}, r.violations(t))
		requests := s.Requests()
		require.Contains(t, r.message(t), requests[len(requests)-1].Violations[0].Reason)
	}
	require.EqualValues(t, 3, s.Stats().Refusals)
	require.Contains(t, mustSend(t, http.MethodGet, s.URL+"/__mock/", "").body, "unknown field &#34;statuss&#34;")
	require.Empty(t, s.Sessions())
}

func TestFault_ForOneOperationWaitsForIt(t *testing.T) {
	s := umbrellatest.NewServer(t)
	for _, f := range []umbrellatest.Fault{{Pending: true}, {Expired: true, Times: 2}, {PDFMissing: true}} {
		require.NoError(t, s.Inject(f))
	}
	first, second, third := start(t, s), start(t, s), start(t, s) // the first call logs in
	require.Equal(t, umbrellatest.StatusExpired, s.Sessions()[first.RequestID].Status)
	require.Equal(t, umbrellatest.StatusExpired, s.Sessions()[second.RequestID].Status)
	require.Error(t, s.Complete(third.RequestID), "no PDF")
	v, err := s.Client.GetVerification(t.Context(), third.RequestID)
	require.NoError(t, err)
	require.Equal(t, "pending", *v.Status)
	v, err = s.Client.GetVerification(t.Context(), third.RequestID)
	require.NoError(t, err)
	require.Equal(t, "failed", *v.Status)
	require.NoError(t, s.Complete(start(t, s).RequestID))
}

func TestPDF_ThatIsMissingLetsSigningFail(t *testing.T) {
	files := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/good.pdf":
			_, _ = io.WriteString(w, "%PDF-1.7\n")
		case "/text.pdf":
			_, _ = io.WriteString(w, "text")
		default:
			http.Redirect(w, r, "/good.pdf", http.StatusFound)
		}
	}))
	t.Cleanup(files.Close)
	s := umbrellatest.NewServer(t, umbrellatest.WithFetchPDF())
	sign := func(docURL string, header ...string) (status, page string) {
		link := openWith(t, s, func(req *api.CreateSessionLinkRequest) { req.DocURL = docURL }, header...)
		r := press(t, link.URL, "sign")
		return s.Sessions()[link.RequestID].Status, r.body
	}
	status, _ := sign(files.URL + "/good.pdf")
	require.Equal(t, umbrellatest.StatusCompleted, status)
	for docURL, reason := range map[string]string{
		files.URL + "/text.pdf":        "is no PDF",
		files.URL + "/moved.pdf":       "302 Found",
		"https://127.0.0.1:1/doc.pdf":  "docUrl does not answer.",
		"https://192.0.2.1/secret.pdf": "neither a loopback host",
	} {
		status, page := sign(docURL)
		require.Equal(t, umbrellatest.StatusFailed, status, docURL)
		require.Contains(t, page, reason)
	}
	status, page := sign(files.URL+"/good.pdf", faultHeader, "pdf-missing")
	require.Equal(t, umbrellatest.StatusFailed, status)
	require.Contains(t, page, "a fault lets the PDF be missing")
}

func TestStats_DoNotForget(t *testing.T) {
	s := umbrellatest.NewServer(t, umbrellatest.WithMaxSessions(1))
	authorization := token(t, s)
	open(t, s, authorization)
	open(t, s, authorization)
	open(t, s, "Bearer x")
	open(t, s, authorization, faultHeader, "status=500")
	s.Reset()
	want := umbrellatest.Stats{Sessions: 2, Requests: 5, Concluded: 5, Refusals: 1, Faults: 1, Tokens: 1, Controls: 1}
	require.Equal(t, want, s.Stats())
	require.JSONEq(t, `{"sessions":2,"ended":0,"requests":5,"concluded":5,"refusals":1,"faults":1,"aborted":0,"tokens":1,"events":0,"controls":1}`, mustSend(t, http.MethodGet, s.URL+"/__mock/stats", "").body)
}

func TestJournalAndLog_HaveAbortedRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		s := umbrellatest.NewServer(t, umbrellatest.InMemory(), umbrellatest.WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL+"/auth", http.NoBody)
		require.NoError(t, err)
		req.Header.Set(faultHeader, "delay=1h")
		_, err = s.HTTPClient.Do(req)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		synctest.Wait()

		// A client that leaves in the middle of its body.
		body, write := io.Pipe()
		req, err = http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+operationPath, body)
		require.NoError(t, err)
		go func() {
			_, _ = io.WriteString(write, "{")
			_ = write.CloseWithError(io.ErrClosedPipe)
		}()
		_, err = s.HTTPClient.Do(req)
		require.ErrorIs(t, err, io.ErrClosedPipe)
		synctest.Wait()

		requests := s.Requests()
		require.Len(t, requests, 2)
		for i, r := range requests {
			require.True(t, r.Aborted, "%d", i)
			require.Zero(t, r.Status)
			require.EqualValues(t, i+1, r.ID)
		}
		require.Equal(t, 2, strings.Count(log.String(), "aborted=true"))
		require.EqualValues(t, 2, s.Stats().Aborted)
	})
}

func TestJournal_HasAClientThatLeavesWhileThePDFIsFetchedAsAborted(t *testing.T) {
	asked, left := make(chan struct{}), make(chan struct{})
	files := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(asked)
		<-left
		_, _ = io.WriteString(w, "%PDF-1.7\n")
	}))
	t.Cleanup(files.Close)
	mock, err := umbrellatest.New(umbrellatest.WithFetchPDF())
	require.NoError(t, err)
	t.Cleanup(mock.Close)
	served := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != operationPath {
			mock.ServeHTTP(w, r)
			return
		}
		context.AfterFunc(r.Context(), func() { close(left) })
		mock.ServeHTTP(w, r)
		close(served)
	}))
	t.Cleanup(server.Close)
	client, err := umbrella.New(server.URL, umbrella.WithAPIKey(mock.Credentials()))
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-asked
		cancel()
	}()

	leaving := request
	leaving.DocURL = files.URL + "/good.pdf"
	_, err = client.CreateSessionLink(ctx, leaving)

	require.ErrorIs(t, err, context.Canceled)
	<-served
	entry := mock.Requests()[1]
	require.True(t, entry.Aborted)
	require.Zero(t, entry.Status)
	require.NoError(t, mock.Complete(entry.SessionID), "the PDF was fetched all the same")
}

func TestRequestID_IsInAnswerLogAndJournal(t *testing.T) {
	var log bytes.Buffer
	s := umbrellatest.NewServer(t, umbrellatest.WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
	link := openWith(t, s, unchanged)
	r := mustSend(t, http.MethodGet, link.URL, "")
	require.Equal(t, "3", r.header.Get("Umbrella-Mock-Request-Id"))
	require.Contains(t, log.String(), "id=3 method=GET path=/wizard/{token} status=200 session="+link.RequestID)
	require.NotContains(t, log.String(), link.URL)
}

func TestInMemory_RunsOnTheClockOfABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := umbrellatest.NewServer(t, umbrellatest.InMemory(), umbrellatest.WithSessionTTL(24*time.Hour))
		link := start(t, s)
		began := time.Now()
		go func() {
			time.Sleep(10 * time.Hour)
			_ = s.Complete(link.RequestID)
		}()
		v, err := s.Client.WaitForVerification(t.Context(), link.RequestID)
		require.NoError(t, err)
		require.True(t, *v.IsVerified)
		require.GreaterOrEqual(t, time.Since(began), 10*time.Hour)
		other := start(t, s)
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		require.Equal(t, umbrellatest.StatusExpired, s.Sessions()[other.RequestID].Status)
	})
}

func TestWithWebhook_GetsEventsFromTheStartAndAfterAReset(t *testing.T) {
	events := make(chan string, 16)
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { events <- r.Header.Get("Authorization") }))
	t.Cleanup(receiver.Close)
	s := umbrellatest.NewServer(t, umbrellatest.WithWebhook(receiver.URL, map[string]string{"Authorization": "mine"}))
	for range 2 {
		openWith(t, s, unchanged)
		require.Equal(t, []string{"mine", "mine"}, []string{<-events, <-events})
		s.Reset()
	}
	_, err := umbrellatest.New(umbrellatest.WithWebhook("example.com", nil))
	require.Error(t, err)
	for _, tc := range []struct {
		want   string
		header map[string]string
	}{
		{"a name has a character", map[string]string{"Bearer secret": "x"}},
		{"a name has a character", map[string]string{"": "x"}},
		{`"Key" has a control`, map[string]string{"Key": "a secret\r\n"}},
		{`"Api-Key" appears tw`, map[string]string{"Api-Key": "x", "API-key": "y"}},
	} {
		_, err := umbrellatest.New(umbrellatest.WithWebhook(receiver.URL, tc.header))
		require.ErrorContains(t, err, tc.want)
		require.NotContains(t, err.Error(), "secret")
	}
	_, err = umbrellatest.New(umbrellatest.WithWebhook(receiver.URL, map[string]string{"Authorization": "Bearer\tü", "X_1": ""}))
	require.NoError(t, err)
}
