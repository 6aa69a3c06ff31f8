package umbrellatest

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/internal/memhttp"
	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/delivery"
	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/session"
)

// arrivals is a receiver that notes what comes.
type arrivals struct {
	mu     sync.Mutex
	seen   []string // the status in each body, or the body
	ids    []string
	header []string // Api-Key
	answer func(n int) int
}

func (a *arrivals) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	var event struct {
		ID, Type, CreatedAt string
		Request             struct{ RequestID, Status string }
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if json.Unmarshal(body, &event) != nil || event.Type != "STATUS_UPDATE" || event.Request.RequestID == "" {
		event.Request.Status = string(body)
	}
	a.seen, a.ids, a.header = append(a.seen, event.Request.Status), append(a.ids, event.ID), append(a.header, r.Header.Get("Api-Key"))
	if a.answer != nil {
		w.WriteHeader(a.answer(len(a.seen)))
	}
}

func (a *arrivals) statuses() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]string(nil), a.seen...)
}

// listening is a mock whose events go to receiver, inside a bubble.
func listening(t *testing.T, receiver http.Handler, opts ...Option) *Mock {
	m, err := New(opts...)
	require.NoError(t, err)
	m.outbox.Client.Transport.(*http.Transport).DialContext = memhttp.Serve(t, receiver).DialContext
	t.Cleanup(m.Close)
	call(t, m, "/onboarding/configureWebhook", `{"webhookUrl":"`+memhttp.URL+`/hook","metadata":{"authHeader":{"Api-Key":"secret-of-the-receiver"}}}`)
	return m
}

func call(t *testing.T, m *Mock, path, body string) string {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+m.issue())
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	m.ServeHTTP(w, r)
	require.Equal(t, http.StatusOK, w.Code, w.Body.String())
	return w.Body.String()
}

// opening is a body of createSessionLink.
const opening = `{"email":"user@example.com","phoneNumber":"+436769556026","redirectUrl":"https://example.com/done","docUrl":"https://example.com/doc.pdf"}`

// opened opens a session and returns its id.
func opened(t *testing.T, m *Mock) string {
	var answer struct{ Data struct{ RequestID string } }
	require.NoError(t, json.Unmarshal([]byte(call(t, m, "/onboarding/createSessionLink", opening)), &answer))
	return answer.Data.RequestID
}

func TestEvents_GoToTheWebhookInOrderWithItsHeaders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &arrivals{}
		m := listening(t, a)
		id := opened(t, m)
		synctest.Wait()
		require.Equal(t, []string{"CREATED", "RUNNING"}, a.statuses())
		require.NoError(t, m.Complete(id))
		synctest.Wait()
		require.Equal(t, []string{"CREATED", "RUNNING", "COMPLETED"}, a.statuses())
		require.Equal(t, []string{"secret-of-the-receiver", "secret-of-the-receiver", "secret-of-the-receiver"}, a.header)
		events := m.Events()
		require.Len(t, events, 3)
		require.Equal(t, Event{Time: time.Now().UTC(), ID: a.ids[2], RequestID: id, Status: "COMPLETED", Try: 1, Answer: 200}, events[2])
		journal, err := json.Marshal(m.Requests())
		require.NoError(t, err)
		require.NotContains(t, string(journal), "secret-of-the-receiver")
	})
}

func TestEvents_AreTriedAgainLaterAndLaterUntilTaken(t *testing.T) {
	for name, tc := range map[string]struct {
		answer func(n int) int
		tries  int
	}{
		"503 twice":       {func(n int) int { return 503*btoi(n < 3) + 204*btoi(n >= 3) }, 3},
		"a redirect":      {func(n int) int { return 302*btoi(n < 2) + 200*btoi(n >= 2) }, 2},
		"refused forever": {func(int) int { return 401 }, delivery.MaxTries},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := &arrivals{answer: tc.answer}
				m := listening(t, a)
				require.NoError(t, m.InjectEvent(EventFault{Status: StatusRunning, Drop: true}))
				opened(t, m)
				time.Sleep(time.Minute)
				var tries []Event
				for _, e := range m.Events() {
					if e.Status == StatusCreated {
						tries = append(tries, e)
					} else {
						require.Zero(t, e.Try)
					}
				}
				require.Len(t, tries, tc.tries)
				for i, e := range tries {
					require.Equal(t, i+1, e.Try)
					require.Equal(t, tries[0].ID, e.ID)
					require.Equal(t, tries[0].Time.Add(delivery.FirstWait<<i-delivery.FirstWait), e.Time)
				}
			})
		})
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// hangs is a receiver that takes an event and says nothing.
func hangs(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body) // only then does the server see that the sender leaves
	<-r.Context().Done()
}

func TestClose_EndsDeliveriesThatHang(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := listening(t, http.HandlerFunc(hangs))
		id := opened(t, m)
		require.NoError(t, m.InjectEvent(EventFault{Late: time.Hour}))
		require.NoError(t, m.Complete(id))
		synctest.Wait()
		start := time.Now()
		m.Close()
		require.Equal(t, start, time.Now())
		sent := len(m.Events())
		opened(t, m)
		time.Sleep(2 * time.Hour)
		require.Len(t, m.Events(), sent)
	})
}

func TestEarlyEvents_DoNotHoldAClientThatLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := listening(t, http.HandlerFunc(hangs))
		require.NoError(t, m.InjectEvent(EventFault{Early: true}))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/onboarding/createSessionLink", strings.NewReader(opening))
		r.Header.Set("Authorization", "Bearer "+m.issue())
		r.Header.Set("Content-Type", "application/json")
		start := time.Now()
		m.ServeHTTP(httptest.NewRecorder(), r)
		require.Equal(t, time.Second, time.Since(start))
		entry := m.Requests()[1]
		require.True(t, entry.Aborted)
		require.Zero(t, entry.Status)
	})
}

func TestEvents_ReachASlowReceiverAtTheFirstTry(t *testing.T) {
	const sessions = 60
	synctest.Test(t, func(t *testing.T) {
		a := &arrivals{}
		m := listening(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(9 * time.Second)
			a.ServeHTTP(w, r)
		}))
		for range sessions {
			opened(t, m)
		}
		time.Sleep(time.Hour)
		require.Len(t, a.statuses(), 2*sessions)
		require.Len(t, m.Events(), 2*sessions)
		for _, e := range m.Events() {
			require.Equal(t, [2]int{1, http.StatusOK}, [2]int{e.Try, e.Answer})
		}
	})
}

func TestEvents_DoNotStopTheClockOfABubble(t *testing.T) {
	a := &arrivals{}
	receiver := httptest.NewServer(a) // outside of the bubble
	defer receiver.Close()
	synctest.Test(t, func(t *testing.T) {
		m, err := New(WithWebhook(receiver.URL, nil), WithSessionTTL(time.Hour))
		require.NoError(t, err)
		defer m.Close()
		opened(t, m)
		time.Sleep(2 * time.Hour)
		synctest.Wait()
	})
	require.Equal(t, []string{"CREATED", "RUNNING", "EXPIRED"}, a.statuses())
}

func TestReset_ForgetsTheWebhookAndWhatWaitsForIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &arrivals{answer: func(int) int { return 500 }}
		m := listening(t, a)
		opened(t, m)
		synctest.Wait()
		m.Reset()
		before := len(a.statuses())
		opened(t, m)
		time.Sleep(time.Hour + time.Minute)
		require.Len(t, a.statuses(), before)
		require.Empty(t, m.Events())
	})
}

func TestSession_ExpiresByItselfAndSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &arrivals{}
		m := listening(t, a, WithSessionTTL(90*time.Second))
		id := opened(t, m)
		time.Sleep(90*time.Second - time.Nanosecond)
		require.Equal(t, StatusRunning, m.Sessions()[id].Status)
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		require.Equal(t, []string{"CREATED", "RUNNING", "EXPIRED"}, a.statuses())
		require.Equal(t, time.Now().UTC(), m.Sessions()[id].EndedAt)
		require.Equal(t, session.ErrEnded, m.Complete(id))
	})
}

func TestEvents_WaitingForADeadReceiverAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := listening(t, http.HandlerFunc(hangs))
		for range 1_200 {
			opened(t, m)
		}
		synctest.Wait()
		require.EqualValues(t, 2*1_200-delivery.MaxWaiting, m.Stats().Events, "what had no room is told")
		require.Len(t, m.Events(), maxEvents)
	})
}
