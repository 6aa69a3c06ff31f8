package umbrellatest

import (
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
	require.Less(t, int64(heapInUse())-int64(before), int64(maxMemory*5/4), "slices have room to spare")
	require.Len(t, m.sessions, 63)
	require.Equal(t, "37", m.sessions[0].RequestID, "the newest are kept")

	for i := range 900 {
		m.keepRequest(&entry{Request: Request{Path: strconv.Itoa(i), Time: at(1000 + i)}, body: make([]byte, maxKeptBody)})
	}
	require.Less(t, int64(heapInUse())-int64(before), int64(maxMemory*5/4), "sessions and journal together")
	require.Len(t, m.requests, 900, "the sessions were there before them")
	require.Len(t, m.sessions, 7)

	m.keepSession(&session{request: make([]byte, 50*mebibyte), openedAt: at(2000)})
	require.Len(t, m.sessions, 1)
	require.Less(t, len(m.requests), 230, "the oldest go first")
	require.Equal(t, "899", m.requests[len(m.requests)-1].Path)
	m.Reset()
	require.Less(t, int64(heapInUse())-int64(before), int64(mebibyte))
	runtime.KeepAlive(m)
}

func TestMemory_CountsWhatIsAddedToAnEntry(t *testing.T) {
	m := remembering(t, 0)
	first := &entry{}
	m.keepRequest(first)
	empty := m.size
	a := newAnswer()
	a.violations = []contract.Violation{{Path: strings.Repeat("x", 1000)}}
	m.keepOutcome(first, a)
	require.Greater(t, m.size, empty+1000)

	for range maxRequests {
		m.keepRequest(&entry{})
	}
	m.keepOutcome(first, a)
	require.Equal(t, maxRequests*overhead, m.size, "what is forgotten does not count")
	for len(m.requests) > 0 {
		m.dropRequest()
	}
	require.Zero(t, m.size)
}
