package umbrellatest_test

import (
	"context"
	"net/http"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/authprovider"
	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

// mixedFaults are what a client asks for, how many sessions that opens, and whether
// the client gets a link.
var mixedFaults = []struct {
	fault    string
	sessions int64
	ok       bool
}{
	{"", 1, true},
	{"status=500", 0, false},
	{"status=500; after-processing", 1, false},
	{"reset", 0, false},
	{"reset; after-processing", 1, false},
	{"truncate", 1, false},
	{"malformed", 1, false},
	{"media-type=text/html", 1, false},
	{"oversize=2000000", 1, false},
	{"break", 1, false},
	{"delay=1ms; delay-body=1ms", 1, true},
}

func TestMock_Holds200ConcurrentClientsWithMixedFaults(t *testing.T) {
	s := umbrellatest.NewServer(t)
	// Nothing here has a time limit: a busy machine may be slow.
	source, err := authprovider.NewAPIKeySource(s.URL, s.APIKey, s.CustomerID)
	require.NoError(t, err)
	_, err = source.Token(t.Context())
	require.NoError(t, err)
	var opened atomic.Int64
	var links sync.Map
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() {
			transport := &http.Transport{}
			defer transport.CloseIdleConnections()
			client, err := umbrella.New(s.URL, umbrella.WithTokenSource(source), umbrella.WithTimeout(0), umbrella.WithHTTPClient(&http.Client{Transport: transport}))
			if err != nil {
				t.Error(err)
				return
			}
			for j := range 5 {
				turn := mixedFaults[(i+j)%len(mixedFaults)]
				link, err := client.CreateSessionLink(t.Context(), request, func(_ context.Context, req *http.Request) error {
					if turn.fault != "" {
						req.Header.Set("Umbrella-Mock-Fault", turn.fault)
					}
					return nil
				})
				opened.Add(turn.sessions)
				if turn.ok != (err == nil) {
					t.Errorf("%q: %v", turn.fault, err)
				} else if turn.ok {
					links.Store(link.RequestID, true)
				}
			}
			_, _ = s.Requests(), s.AuthCalls()
		})
	}
	wg.Wait()
	sessions, succeeded := s.Sessions(), 0
	require.Equal(t, int(opened.Load()), len(sessions))
	for id := range links.Range {
		require.Contains(t, sessions, id)
		succeeded++
	}
	require.Positive(t, succeeded)
}

func TestMemory_KeepsTheNewestAndDropsTheOldest(t *testing.T) {
	c := new(clock)
	mock, err := umbrellatest.New(umbrellatest.WithClock(c.now))
	require.NoError(t, err)
	header := directToken(t, mock)
	open := func(i int) {
		if w := direct(mock, operationPath, []byte(validBody), header); w.Code != http.StatusOK {
			t.Errorf("%d: %d %s", i, w.Code, w.Body)
		}
	}
	inParallel(100, open)
	c.advance(time.Second)
	inParallel(2_000, open)
	sessions := mock.Sessions()
	require.Len(t, sessions, 2_000)
	for _, session := range sessions {
		require.Equal(t, c.now(), session.OpenedAt, "the first ones are gone")
	}

	refused := func(i int) { direct(mock, "/"+strconv.Itoa(i), []byte(validBody), header) }
	inParallel(1_000, refused)
	before := heap()
	inParallel(20_000, refused)
	refused(20_000)
	growth := int64(heap()) - int64(before)
	requests := mock.Requests()
	require.Len(t, requests, 1_000)
	require.Equal(t, "/20000", requests[999].Path)
	require.Less(t, growth, int64(4<<20), "after 20,000 more requests")
	runtime.KeepAlive(mock)
}

func TestWithMaxSessions_KeepsThatMany(t *testing.T) {
	mock, err := umbrellatest.New(umbrellatest.WithMaxSessions(2))
	require.NoError(t, err)
	header := directToken(t, mock)
	var answers []string
	for range 3 {
		answers = append(answers, direct(mock, operationPath, []byte(validBody), header).Body.String())
	}
	require.Len(t, mock.Sessions(), 2)
	for id := range mock.Sessions() {
		require.NotContains(t, answers[0], id)
	}
}

// inParallel calls do with 0 to n-1, in order of start, on all processors.
func inParallel(n int, do func(i int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	wg.Wait()
}
