package umbrellatest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

// completions lets each client wait for the event of its own session.
type completions struct{ waiting sync.Map }

func (c *completions) of(requestID string) chan struct{} {
	done, _ := c.waiting.LoadOrStore(requestID, make(chan struct{}))
	return done.(chan struct{})
}

func (c *completions) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	var event struct {
		Request struct{ RequestID, Status string }
	}
	if json.NewDecoder(r.Body).Decode(&event) == nil && event.Request.Status == umbrellatest.StatusCompleted {
		close(c.of(event.Request.RequestID))
	}
}

func TestMock_Holds200KeepAliveConnectionsAnd2000SessionsWithWebhooks(t *testing.T) {
	const connections, sessions = 200, 2_000
	goroutines, before := runtime.NumGoroutine(), heap()
	t.Run("load", func(t *testing.T) {
		events := new(completions)
		receiver := httptest.NewServer(events)
		t.Cleanup(receiver.Close)
		s := umbrellatest.NewServer(t, umbrellatest.WithWebhook(receiver.URL, nil))
		authorization := token(t, s)
		var wg sync.WaitGroup
		for range connections {
			client := &http.Client{
				Transport:     &http.Transport{MaxConnsPerHost: 1},
				CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
			}
			t.Cleanup(client.CloseIdleConnections)
			wg.Go(func() {
				for range sessions / connections {
					if failure := journey(client, s.URL, authorization, events); failure != "" {
						t.Error(failure)
						return
					}
				}
			})
		}
		wg.Wait()
		grown := int64(heap()) - int64(before)
		t.Logf("%d sessions over %d connections: %.1f MiB", sessions, connections, float64(grown)/(1<<20))
		require.Less(t, grown, int64(64<<20), "mock, clients and receiver together")
		stats := s.Stats()
		require.EqualValues(t, sessions, stats.Sessions)
		require.EqualValues(t, sessions, stats.Ended)
		require.EqualValues(t, 3*sessions, stats.Events, "none was dropped or sent again")
		require.Len(t, s.Sessions(), sessions)
		http.DefaultClient.CloseIdleConnections()
	})
	require.Eventually(t, func() bool { return runtime.NumGoroutine()-1 <= goroutines }, 30*time.Second, 10*time.Millisecond, "goroutines are left, beside the one that counts")
}

// journey opens a session, signs it on its page and waits for the event.
func journey(client *http.Client, base, authorization string, events *completions) (failure string) {
	post := func(url, mediaType, body string) (int, string) {
		req, err := http.NewRequest(http.MethodPost, url, strings.NewReader(body))
		if err != nil {
			return 0, err.Error()
		}
		req.Header.Set("Authorization", authorization)
		req.Header.Set("Content-Type", mediaType)
		resp, err := client.Do(req)
		if err != nil {
			return 0, err.Error()
		}
		defer func() { _ = resp.Body.Close() }()
		data, err := io.ReadAll(resp.Body)
		if err != nil {
			return 0, err.Error()
		}
		return resp.StatusCode, string(data)
	}
	status, body := post(base+operationPath, "application/json", validBody)
	var answer api.CreateSessionLinkResponse
	if err := json.Unmarshal([]byte(body), &answer); err != nil || status != http.StatusOK {
		return body
	}
	if status, body := post(answer.Data.URL, form, "action=sign"); status != http.StatusSeeOther {
		return body
	}
	<-events.of(answer.Data.RequestID)
	return ""
}
