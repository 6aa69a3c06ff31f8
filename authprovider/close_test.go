package authprovider_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/authprovider"
)

func TestClose_EndsAFlightAndFailsLaterCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ended time.Time
		source, posts := newSource(t, func(_ int, _ http.ResponseWriter, r *http.Request) {
			<-r.Context().Done()
			ended = time.Now()
		})
		start := time.Now()
		time.AfterFunc(time.Second, func() { _ = source.Close() })
		together(10, func(int) {
			if _, err := source.Token(t.Context()); !errors.Is(err, authprovider.ErrClosed) || errors.Is(err, authprovider.ErrTransient) {
				t.Error(err)
			}
		})
		requireElapsed(t, time.Second, start)
		synctest.Wait()
		require.Equal(t, time.Second, ended.Sub(start), "the request itself was ended")

		require.NoError(t, source.Close(), "twice is fine")
		_, err := source.Token(t.Context())
		require.ErrorIs(t, err, authprovider.ErrClosed)
		require.EqualError(t, err, "authprovider: no token: the source is closed")
		require.EqualValues(t, 1, posts.Load())
	})
}

func TestClose_DropsAValidToken(t *testing.T) {
	source := sourceOver(t, &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) { return instantly("t"), nil })})
	token, err := source.Token(t.Context())
	require.NoError(t, err)
	require.NoError(t, source.Close())
	_, err = source.Token(t.Context())
	require.ErrorIs(t, err, authprovider.ErrClosed)
	source.Invalidate(token)
	_, err = source.Token(t.Context())
	require.ErrorIs(t, err, authprovider.ErrClosed)
}

// A RoundTripper that ignores the end of its context: what it brings back after
// Close is not used.
func TestClose_LateResultDoesNotReviveTheSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := sourceOver(t, &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
			time.Sleep(time.Minute)
			return instantly("t"), nil
		})})
		time.AfterFunc(time.Second, func() { _ = source.Close() })
		_, err := source.Token(t.Context())
		require.ErrorIs(t, err, authprovider.ErrClosed)
		time.Sleep(2 * time.Minute)
		_, err = source.Token(t.Context())
		require.ErrorIs(t, err, authprovider.ErrClosed)
	})
}

// A bubble does not end before its goroutines, and nobody closes this source.
func TestTokenSource_IdleHasNoGoroutine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) { return instantly("t"), nil })}
		source, err := authprovider.NewAPIKeySource(server, canaryKey, canaryCustomer, authprovider.WithHTTPClient(client))
		require.NoError(t, err)
		start := time.Now()
		get(t, source)
		time.Sleep(58 * time.Minute)
		get(t, source)
		synctest.Wait()
		t.Cleanup(func() { requireElapsed(t, 58*time.Minute, start) })
	})
}

func TestClose_RacesWithEverything(t *testing.T) {
	for range 200 {
		synctest.Test(t, func(t *testing.T) {
			var posts atomic.Int64
			source := sourceOver(t, &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
				if posts.Add(1)%3 == 0 {
					return nil, errors.New("down")
				}
				return instantly("t"), nil
			})})
			together(12, func(i int) {
				if i == 5 {
					_ = source.Close()
				}
				token, err := source.Token(t.Context())
				if err != nil && !errors.Is(err, authprovider.ErrClosed) && !errors.Is(err, authprovider.ErrTransient) {
					t.Error(err)
				}
				source.Invalidate(token)
				if text := fmt.Sprintf("%v %#v", source, token); strings.Contains(text, "{") {
					t.Error(text) // a print of fields, unlocked
				}
			})
			synctest.Wait()
			asked := posts.Load()
			_, err := source.Token(t.Context())
			require.ErrorIs(t, err, authprovider.ErrClosed)
			require.Equal(t, asked, posts.Load())
		})
	}
}
