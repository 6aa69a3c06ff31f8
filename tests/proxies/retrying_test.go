package proxies

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	retryablehttp "github.com/hashicorp/go-retryablehttp"
	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go"
)

// TestRetryingTransport_NothingIsLostSilently puts go-retryablehttp under the client,
// which repeats 5xx and broken connections by itself. Two sessions cannot be kept
// from opening then; that they may have is what every failed call says.
func TestRetryingTransport_NothingIsLostSilently(t *testing.T) {
	const calls = 128
	var opened [calls]atomic.Int32
	var requests atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		n, _ := strconv.Atoi(r.Header.Get(callHeader))
		switch requests.Add(1) % 4 {
		case 0:
			w.WriteHeader(http.StatusBadRequest)
		case 1:
			opened[n].Add(1)
			w.WriteHeader(http.StatusServiceUnavailable)
		case 2:
			opened[n].Add(1)
			panic(http.ErrAbortHandler)
		case 3:
			w.WriteHeader(http.StatusTooManyRequests)
		}
	}))
	defer server.Close()
	retrying := retryablehttp.NewClient()
	retrying.Logger, retrying.RetryWaitMin, retrying.RetryWaitMax = nil, time.Millisecond, 2*time.Millisecond
	var log lockedBuffer
	client, err := umbrella.New(server.URL, umbrella.WithToken("x.y.z"), umbrella.WithHTTPClient(retrying.StandardClient()),
		umbrella.WithRetry(umbrella.RetryPolicy{MinBackoff: time.Millisecond, MaxBackoff: time.Millisecond}),
		umbrella.WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
	require.NoError(t, err)

	var silent atomic.Int32
	var group sync.WaitGroup
	for n := range calls {
		group.Go(func() {
			_, err := client.CreateSessionLink(t.Context(), request(), numbered(strconv.Itoa(n)))
			var e *umbrella.Error
			require.ErrorAs(t, err, &e)
			if opened[n].Load() > 0 && !e.MaybeProcessed {
				silent.Add(1)
			}
		})
	}
	group.Wait()
	require.Zero(t, silent.Load(), "of %d calls", calls)
	require.Equal(t, 1, strings.Count(log.String(), "switch its retries off"))
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
