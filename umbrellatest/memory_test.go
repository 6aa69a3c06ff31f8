package umbrellatest

import (
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/contract"
	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/session"
)

const mebibyte = 1 << 20

// remembering is a mock that has remembered sessions of 1 MiB, which would take
// long to send.
func remembering(t *testing.T, sessions int) *Mock {
	m, err := New()
	require.NoError(t, err)
	for i := range sessions {
		m.sessions.Open(session.Session{
			SessionLink: api.SessionLink{RequestID: strconv.Itoa(i), ExpiresAfter: time.Now().Add(time.Hour)},
			Request:     api.CreateSessionLinkRequest{DocURL: strings.Repeat("x", mebibyte)}, OpenedAt: time.Now(),
		})
	}
	return m
}

func heapInUse() uint64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

func TestMemory_IsBoundedInBytesWhicheverFillsIt(t *testing.T) {
	before := heapInUse()
	m := remembering(t, 100)
	require.Len(t, m.Sessions(), 31)
	require.Contains(t, m.Sessions(), "69", "the newest are kept")

	r := httptest.NewRequest(http.MethodPost, "/", http.NoBody)
	for range 900 {
		m.record(r, "/", make([]byte, maxKeptBody))
	}
	require.Less(t, int64(heapInUse())-int64(before), int64(64*mebibyte), "sessions and journal together")
	require.Greater(t, len(m.requests.Items), 500)
	require.Less(t, len(m.requests.Items), 512)
	require.EqualValues(t, 900, m.requests.Items[len(m.requests.Items)-1].ID, "the newest are kept")
	m.Reset()
	require.Less(t, int64(heapInUse())-int64(before), int64(mebibyte))
	runtime.KeepAlive(m)
}

func TestMemory_CountsWhatIsAddedToAnEntry(t *testing.T) {
	m := remembering(t, 0)
	r := httptest.NewRequest(http.MethodPost, "/", http.NoBody)
	a := newAnswer(target{})
	a.Violations = []contract.Violation{{Path: strings.Repeat("x", mebibyte)}}
	first := m.record(r, "/", nil)
	for range 100 {
		m.keepOutcome(r, m.record(r, "/", nil), a)
	}
	require.Len(t, m.requests.Items, 31)

	m.keepOutcome(r, first, a)
	require.Len(t, m.requests.Items, 31, "what is forgotten stays forgotten")
	require.NotContains(t, m.requests.Items, first)
}

func TestOverview_DoesNotDecodeWhatItDoesNotShow(t *testing.T) {
	m, err := New(WithMaxSessions(1_000))
	require.NoError(t, err)
	body := []byte(`[` + strings.Repeat(`{"a":1},`, 4_000) + `1]`)
	r := httptest.NewRequest(http.MethodPost, "/", http.NoBody)
	for i := range 1_000 {
		m.record(r, "/", body)
		m.sessions.Open(session.Session{
			SessionLink: api.SessionLink{RequestID: strconv.Itoa(i), ExpiresAfter: time.Now().Add(time.Hour)},
			Request:     api.CreateSessionLinkRequest{DocURL: "https://example.com/" + strings.Repeat("/", 16<<10)}, OpenedAt: time.Now(),
		})
	}
	require.Greater(t, len(m.requests.Items), 900)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	w := httptest.NewRecorder()
	m.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://localhost/__mock/", http.NoBody))
	runtime.ReadMemStats(&after)
	require.Equal(t, http.StatusOK, w.Code)
	require.Contains(t, w.Body.String(), ">999<")
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(16*mebibyte))
}
