package umbrellatest

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/delivery"
)

func TestEventFault_TwiceIsOnlyForWhatWasTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &arrivals{answer: func(int) int { return 500 }}
		m := listening(t, a)
		require.NoError(t, m.InjectEvent(EventFault{Status: StatusCreated, Twice: true}))
		require.NoError(t, m.InjectEvent(EventFault{Status: StatusRunning, Drop: true}))
		opened(t, m)
		time.Sleep(time.Minute)
		require.Len(t, a.statuses(), delivery.MaxTries)
	})
}

func TestEventFaults(t *testing.T) {
	garbage := "\x00{garbage"
	for name, tc := range map[string]struct {
		fault EventFault
		want  []string
	}{
		"drop":         {EventFault{Status: StatusRunning, Drop: true}, []string{"CREATED", "COMPLETED"}},
		"drop all":     {EventFault{Times: 3, Drop: true}, nil},
		"twice":        {EventFault{Status: StatusRunning, Twice: true}, []string{"CREATED", "RUNNING", "RUNNING", "COMPLETED"}},
		"late":         {EventFault{Status: StatusCreated, Late: time.Hour}, []string{"RUNNING", "COMPLETED", "CREATED"}},
		"reorder":      {EventFault{Status: StatusCreated, Reorder: true}, []string{"RUNNING", "CREATED", "COMPLETED"}},
		"reorder, far": {EventFault{Status: StatusRunning, Reorder: true}, []string{"CREATED", "COMPLETED", "RUNNING"}},
		"reorder all":  {EventFault{Reorder: true, Times: 3}, []string{"RUNNING", "CREATED", "COMPLETED"}},
		"early":        {EventFault{Status: StatusRunning, Early: true}, []string{"RUNNING", "CREATED", "COMPLETED"}},
		"garbage":      {EventFault{Status: StatusCompleted, Garbage: true}, []string{"CREATED", "RUNNING", garbage}},
		"combined":     {EventFault{Status: StatusCompleted, Garbage: true, Twice: true}, []string{"CREATED", "RUNNING", garbage, garbage}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := &arrivals{}
				m := listening(t, a)
				require.NoError(t, m.InjectEvent(tc.fault))
				id := opened(t, m)
				if tc.fault.Early {
					require.Equal(t, tc.want[0], a.statuses()[0], "before the answer")
				}
				synctest.Wait()
				require.NoError(t, m.Complete(id))
				time.Sleep(2 * time.Hour)
				require.Equal(t, tc.want, a.statuses())
			})
		})
	}
	synctest.Test(t, func(t *testing.T) {
		a := &arrivals{}
		m := listening(t, a)
		require.NoError(t, m.InjectEvent(EventFault{WrongHeader: true}))
		opened(t, m)
		synctest.Wait()
		require.Equal(t, []string{"wrong", "secret-of-the-receiver"}, a.header)
	})
}

func TestEventFault_EarlyWaitsForAnEventThatCanBeEarly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := listening(t, &arrivals{})
		id := opened(t, m)
		require.NoError(t, m.InjectEvent(EventFault{Early: true}))
		require.NoError(t, m.Complete(id))
		require.Len(t, m.eventFaults.Texts(), 1)
		opened(t, m)
		require.Empty(t, m.eventFaults.Texts())
	})
}

func TestInjectEvent_RefusesWhatMakesNoSense(t *testing.T) {
	m, err := New()
	require.NoError(t, err)
	for _, f := range []EventFault{{}, {Status: StatusRunning}, {Times: -1, Drop: true}, {Late: -1}, {Status: "DONE", Drop: true}} {
		require.Error(t, m.InjectEvent(f))
	}
	for _, last := range []string{StatusCompleted, StatusFailed, StatusExpired, StatusCancelled} {
		require.ErrorContains(t, m.InjectEvent(EventFault{Status: last, Reorder: true}), "reorder")
		require.ErrorContains(t, m.InjectEvent(EventFault{Status: last, Early: true}), "early")
	}
	w := httptest.NewRecorder()
	m.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "http://localhost/__mock/events/faults", strings.NewReader(`{"status":"COMPLETED","late":"1s","twice":true}`)))
	require.Equal(t, http.StatusNoContent, w.Code, w.Body.String())
	require.Equal(t, []string{"late=1s; status=COMPLETED; times=1; twice=true"}, m.eventFaults.Texts())
}
