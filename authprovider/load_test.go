package authprovider_test

import (
	"net/http"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// 10,000 goroutines call 100 times each while tokens live 2 s and every third
// renewal fails.
func TestTokenSource_Load(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const (
			goroutines, calls = 10_000, 100
			pause             = 300 * time.Millisecond
			lifetime, served  = 2 * time.Second, 1800 * time.Millisecond
			renewed           = 1600 * time.Millisecond // at the earliest
		)
		var failed int64
		start := time.Now()
		source, posts := newSource(t, func(n int, w http.ResponseWriter, _ *http.Request) {
			if n > 1 && (n-1)%3 == 0 {
				failed++
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			issue(w, strconv.Itoa(int(time.Since(start))), lifetime)
		})
		get(t, source)
		var wg sync.WaitGroup
		for i := range goroutines {
			wg.Go(func() {
				time.Sleep(pause / goroutines * time.Duration(i)) // spread evenly, as users are
				for range calls {
					token, err := source.Token(t.Context())
					if err != nil {
						t.Error(err)
						return
					}
					if issued, _ := strconv.Atoi(token.AccessToken()); time.Since(start) >= time.Duration(issued)+served {
						t.Error("an expired token")
						return
					}
					time.Sleep(pause)
				}
			})
		}
		wg.Wait()

		// One a soft expiry, which is never sooner than 1.6 s after the last token,
		// and one more for each that failed.
		softExpiries := int64(time.Since(start) / renewed)
		t.Logf("%v, %d POSTs, %d of them failed", time.Since(start), posts.Load(), failed)
		require.LessOrEqual(t, posts.Load(), 1+softExpiries+failed)
		require.Positive(t, failed)
	})
}
