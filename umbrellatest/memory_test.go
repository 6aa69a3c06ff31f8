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
)

const mebibyte = 1 << 20

// remembering is a mock that has remembered sessions of 1 MiB, which would take
// long to send.
func remembering(t *testing.T, sessions int) *Mock {
	m, err := New()
	require.NoError(t, err)
	for i := range sessions {
		m.keepSession(&session{SessionLink: api.SessionLink{RequestID: strconv.Itoa(i)}, request: make([]byte, mebibyte), openedAt: at(i)})
	}
	return m
}

func at(second int) time.Time { return time.Unix(int64(second), 0) }

func heapInUse() uint64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

func TestMemory_IsBoundedInBytesWhicheverFillsIt(t *testing.T) {
	before := heapInUse()
	m := remembering(t, 100)
	require.Len(t, m.sessions, 31)
	require.Equal(t, "69", m.sessions[0].RequestID, "the newest are kept")

	r := httptest.NewRequest(http.MethodPost, "/", http.NoBody)
	for range 900 {
		m.record(r, make([]byte, maxKeptBody))
	}
	require.Less(t, int64(heapInUse())-int64(before), int64(64*mebibyte), "sessions and journal together")
	require.Greater(t, len(m.requests), 500)
	require.Less(t, len(m.requests), 512)
	require.EqualValues(t, 900, m.requests[len(m.requests)-1].ID, "the newest are kept")
	m.Reset()
	require.Less(t, int64(heapInUse())-int64(before), int64(mebibyte))
	runtime.KeepAlive(m)
}

func TestMemory_CountsWhatIsAddedToAnEntry(t *testing.T) {
	m := remembering(t, 0)
	r := httptest.NewRequest(http.MethodPost, "/", http.NoBody)
	a := newAnswer()
	a.violations = []contract.Violation{{Path: strings.Repeat("x", mebibyte)}}
	first := m.record(r, nil)
	for range 100 {
		m.keepOutcome(m.record(r, nil), a)
	}
	require.Len(t, m.requests, 31)

	m.keepOutcome(first, a)
	require.Len(t, m.requests, 31, "what is forgotten stays forgotten")
	require.NotContains(t, m.requests, first)
}
