package memhttp_test

import (
	"context"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/internal/memhttp"
)

func TestServe_RunsInSyntheticTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		transport := memhttp.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			time.Sleep(time.Hour)
			_, _ = w.Write(append(body, r.URL.Path...))
		}))
		client := &http.Client{Transport: transport}
		start := time.Now()
		resp, err := client.Post(memhttp.URL+"/x", "text/plain", http.NoBody)
		require.NoError(t, err)
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, "/x", string(body))
		require.Equal(t, time.Hour, time.Since(start))

		client.Timeout = time.Minute
		_, err = client.Get(memhttp.URL)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, time.Hour+time.Minute, time.Since(start))
		time.Sleep(time.Hour) // the handler ends
	})
}

func TestServe_StopsWithTheTest(t *testing.T) {
	var client *http.Client
	t.Run("serving", func(t *testing.T) {
		client = &http.Client{Transport: memhttp.Serve(t, http.NotFoundHandler())}
		resp, err := client.Get(memhttp.URL)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
	})
	_, err := client.Get(memhttp.URL)
	require.ErrorContains(t, err, "dial mem")
}
