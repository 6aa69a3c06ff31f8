package webhook_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/webhook"
)

// trickle sends a byte a second and never ends by itself.
type trickle struct{ ctx context.Context }

func (s trickle) Read(p []byte) (int, error) {
	select {
	case <-time.After(time.Second):
		p[0] = ' '
		return 1, nil
	case <-s.ctx.Done():
		return 0, s.ctx.Err()
	}
}

func TestReceiver_SlowBodyEndsAfterTenSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		conn, err := inMemory(t, newReceiver(t, accept)).DialContext(t.Context(), "tcp", "")
		require.NoError(t, err)
		defer func() { _ = conn.Close() }()
		start := time.Now()
		go func() { // by hand: an http.Client that is still writing may miss the answer
			_, err := io.WriteString(conn, "POST /events HTTP/1.1\r\nHost: x\r\nApi-Key: key-2-CANARY\r\nAuthorization: "+secret+"\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n")
			for err == nil {
				time.Sleep(700 * time.Millisecond)
				_, err = io.WriteString(conn, " ")
			}
		}()
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		require.NoError(t, err)
		require.Equal(t, http.StatusRequestTimeout, res.StatusCode)
		require.Equal(t, 10*time.Second, time.Since(start))
	})
}

func TestReceiver_SlowBodyEndsWhereTheServerKnowsNoDeadlines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		body, w := io.Pipe()
		defer func() { _ = w.Close() }()
		start := time.Now()
		require.Equal(t, http.StatusRequestTimeout, serve(newReceiver(t, accept), requestFrom(body)).StatusCode)
		require.Equal(t, 10*time.Second, time.Since(start))
	})
}

// The server must neither wait for the body of a stranger, nor read it for ever.
func TestReceiver_StrangerIsAnsweredAtOnceAndGoneAfterTenSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		conn, err := inMemory(t, newReceiver(t, accept)).DialContext(t.Context(), "tcp", "")
		require.NoError(t, err)
		start := time.Now()
		_, err = io.WriteString(conn, "POST /events HTTP/1.1\r\nHost: x\r\nApi-Key: key\r\nContent-Length: 1000\r\n\r\n{")
		require.NoError(t, err)
		reader := bufio.NewReader(conn)
		res, err := http.ReadResponse(reader, nil)
		require.NoError(t, err)
		require.Equal(t, http.StatusUnauthorized, res.StatusCode)
		require.Zero(t, time.Since(start))
		_, err = io.Copy(io.Discard, reader)
		require.NoError(t, err, "the server hangs up")
		require.LessOrEqual(t, time.Since(start), 10*time.Second+500*time.Millisecond)
	})
}

// Who does not know the headers takes none of the 256 places.
func TestReceiver_GoodEventsPassAThousandSlowStrangers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		send := client(t, newReceiver(t, accept))
		var strangers sync.WaitGroup
		for range 1000 {
			strangers.Go(func() {
				req := requestFrom(trickle{t.Context()})
				req.Header.Del("Api-Key")
				res, err := send(req)
				if err == nil && res.StatusCode != http.StatusUnauthorized {
					t.Error(res.StatusCode)
				}
			})
		}
		time.Sleep(time.Second)
		res, err := send(request(upstream))
		require.NoError(t, err)
		require.Equal(t, http.StatusNoContent, res.StatusCode)
		strangers.Wait()
	})
}

// zeros is a body of n bytes that costs no memory.
func zeros(n int64) io.Reader { return io.LimitReader(zeroReader{}, n) }

type zeroReader struct{}

func (zeroReader) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// hostile returns the i-th hostile request and how it is to be answered.
func hostile(i int) (*http.Request, int) {
	req := requestFrom(zeros(1 << 20))
	switch i % 8 {
	case 0:
		req.Header.Set("Api-Key", fmt.Sprint("key-", i))
		return req, http.StatusUnauthorized
	case 1:
		req.Header.Set("Authorization", strings.Repeat("x", 8<<10))
		return req, http.StatusUnauthorized
	case 2:
		req.Header = http.Header{}
		return req, http.StatusUnauthorized
	case 3:
		req.Header["Api-Key"] = make([]string, 100)
		return req, http.StatusUnauthorized
	case 4:
		req.Method = fmt.Sprint("M", i)
		return req, http.StatusMethodNotAllowed
	case 5:
		req.Header.Set("Content-Type", fmt.Sprint("text/x-", i))
		return req, http.StatusUnsupportedMediaType
	case 6:
		req.ContentLength = 2 << 20
		return req, http.StatusRequestEntityTooLarge
	}
	req = requestFrom(strings.NewReader(fmt.Sprintf(`{"id":"%d","request":[[[[`, i)))
	req.Header.Set("Api-Key", "")
	return req, http.StatusUnauthorized
}

func TestReceiver_StaysSmallUnder100000HostileRequests(t *testing.T) {
	var handled int
	r := newReceiver(t, func(context.Context, webhook.Event) error { handled++; return nil })
	round := func(from, n int) {
		for i := from; i < from+n; i++ {
			w := httptest.NewRecorder()
			req, want := hostile(i)
			r.ServeHTTP(w, req)
			require.Equal(t, want, w.Code)
			if i%2000 == 0 { // a body that only shows when it is read that it is too large
				require.Equal(t, http.StatusRequestEntityTooLarge, serve(r, requestFrom(zeros(1<<20+1))).StatusCode)
			}
			if i%1000 == 0 {
				require.Equal(t, http.StatusNoContent, serve(r, request(upstream)).StatusCode)
			}
		}
	}
	round(0, 1000)
	goroutines, before := runtime.NumGoroutine(), heap()
	round(1000, 100_000)
	require.Less(t, heap(), before+1<<20, "bytes in use")
	require.LessOrEqual(t, runtime.NumGoroutine(), goroutines+2)
	require.Equal(t, 101, handled, "good events in between")
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}
