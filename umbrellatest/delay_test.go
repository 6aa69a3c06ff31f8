package umbrellatest_test

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/internal/memhttp"
	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

// timed is a mock inside a bubble that notes how long it served each request.
func timed(t *testing.T, opts ...umbrellatest.Option) (mock *umbrellatest.Mock, client *http.Client, served chan time.Duration) {
	mock, err := umbrellatest.New(opts...)
	require.NoError(t, err)
	served = make(chan time.Duration, 10)
	return mock, &http.Client{Transport: memhttp.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		defer func() { served <- time.Since(start) }()
		mock.ServeHTTP(w, r)
	}))}, served
}

func TestDelay_TakesAsLongAsItSays(t *testing.T) {
	for name, tc := range map[string]struct {
		path        string
		fault       umbrellatest.Fault
		header, all time.Duration
	}{
		"before the header":           {"/auth", umbrellatest.Fault{DelayHeader: time.Hour}, time.Hour, time.Hour},
		"within the body":             {"/auth", umbrellatest.Fault{DelayBody: time.Hour}, 0, time.Hour},
		"both":                        {"/auth", umbrellatest.Fault{DelayHeader: time.Second, DelayBody: time.Hour}, time.Second, time.Second + time.Hour},
		"after processing":            {"/auth", umbrellatest.Fault{DelayHeader: time.Hour, AfterProcessing: true}, time.Hour, time.Hour},
		"not for the mock's own path": {"/healthz", umbrellatest.Fault{DelayHeader: time.Hour}, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock, client, _ := timed(t)
				require.NoError(t, mock.Inject(tc.fault))
				start := time.Now()
				req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, memhttp.URL+tc.path, http.NoBody)
				require.NoError(t, err)
				resp, err := client.Do(req)
				require.NoError(t, err)
				require.Equal(t, tc.header, time.Since(start))
				buf := make([]byte, 1<<10)
				for err == nil {
					_, err = resp.Body.Read(buf)
				}
				require.NoError(t, resp.Body.Close())
				require.Equal(t, tc.all, time.Since(start))
			})
		})
	}
}

func TestLatency_IsAddedToEachRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock, client, served := timed(t, umbrellatest.WithLatency(time.Minute))
		require.NoError(t, mock.Inject(umbrellatest.Fault{DelayHeader: time.Hour}))
		for _, want := range []time.Duration{time.Hour + time.Minute, time.Minute} {
			_, err := send(t, client, http.MethodPost, memhttp.URL+"/auth", "")
			require.NoError(t, err)
			require.Equal(t, want, <-served)
		}
	})
}

func TestDelay_EndsWhenTheClientLeaves(t *testing.T) {
	for name, tc := range map[string]struct {
		fault   umbrellatest.Fault
		opts    []umbrellatest.Option
		journal int
	}{
		"latency":           {umbrellatest.Fault{Status: 500}, []umbrellatest.Option{umbrellatest.WithLatency(time.Hour)}, 0},
		"before the header": {umbrellatest.Fault{DelayHeader: time.Hour}, nil, 0},
		"after processing":  {umbrellatest.Fault{DelayHeader: time.Hour, AfterProcessing: true}, nil, 0},
		"within the body":   {umbrellatest.Fault{DelayBody: time.Hour}, nil, http.StatusUnauthorized},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock, client, served := timed(t, tc.opts...)
				require.NoError(t, mock.Inject(tc.fault))
				client.Timeout = time.Second
				r, err := send(t, client, http.MethodPost, memhttp.URL+"/auth", "")
				if err == nil {
					err = r.err
				}
				require.ErrorIs(t, err, context.DeadlineExceeded)
				require.Equal(t, time.Second, <-served)
				require.Len(t, mock.Requests(), 1)
				require.Equal(t, tc.journal, mock.Requests()[0].Status)
			})
		})
	}
}

func TestDelay_DecidesWhetherALostAnswerLeavesASession(t *testing.T) {
	for name, after := range map[string]bool{"before processing": false, "after processing": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock, transport, _ := timed(t)
				require.NoError(t, mock.Inject(umbrellatest.Fault{Path: operationPath, DelayHeader: time.Hour, AfterProcessing: after}))
				client, err := umbrella.New(memhttp.URL, umbrella.WithAPIKey(mock.Credentials()), umbrella.WithHTTPClient(transport), umbrella.WithTimeout(time.Second))
				require.NoError(t, err)

				_, err = client.CreateSessionLink(t.Context(), request)

				require.ErrorIs(t, err, context.DeadlineExceeded)
				var failure *umbrella.Error
				require.ErrorAs(t, err, &failure)
				require.True(t, failure.MaybeProcessed, "the client cannot know")
				require.Equal(t, after, len(mock.Sessions()) == 1)
			})
		})
	}
}
