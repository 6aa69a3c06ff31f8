package umbrella_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/internal/memhttp"
)

// TestClient_ServesAThousandGoroutinesThroughMixedFaults counts on the server how
// often each call opened a session.
func TestClient_ServesAThousandGoroutinesThroughMixedFaults(t *testing.T) {
	const callers = 1000
	var opened [callers]atomic.Int32
	var tokens atomic.Int32
	transport := memhttp.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/auth" {
			tokens.Add(1)
			answer(w, http.StatusOK, tokenBody)
			return
		}
		body, _ := io.ReadAll(r.Body)
		var in api.CreateSessionLinkRequest
		n := 0
		if json.Unmarshal(body, &in) == nil {
			n, _ = strconv.Atoi(in.SignForms[0].ActorID)
		}
		switch rand.N(8) {
		case 0:
			answer(w, http.StatusTooManyRequests, `{"message":"Slow down"}`)
		case 1:
			w.Header().Set("Retry-After", "0")
			answer(w, http.StatusServiceUnavailable, "")
		case 2:
			panic(http.ErrAbortHandler)
		case 3:
			answer(w, http.StatusBadRequest, `{"message":"Invalid request payload"}`)
		case 4:
			opened[n].Add(1)
			answer(w, http.StatusInternalServerError, `<html>`)
		case 5:
			opened[n].Add(1)
			w.Header().Set("Content-Length", "1000")
			answer(w, http.StatusOK, sessionBody)
			panic(http.ErrAbortHandler)
		default:
			opened[n].Add(1)
			answer(w, http.StatusOK, sessionBody)
		}
	}))
	var log bytes.Buffer
	client, err := umbrella.New(memhttp.URL, umbrella.WithAPIKey(canaryKey, canaryCustomer), umbrella.WithRetry(quickRetries),
		umbrella.WithLogger(jsonLogger(&log)), umbrella.WithHTTPClient(&http.Client{Transport: transport}))
	require.NoError(t, err)

	var group sync.WaitGroup
	for n := range callers {
		group.Go(func() {
			req := validRequest()
			req.SignForms[0].ActorID = strconv.Itoa(n)
			link, err := client.CreateSessionLink(t.Context(), req)
			sessions := opened[n].Load()
			switch {
			case err == nil && (sessions != 1 || link.URL != canaryLink):
				t.Errorf("a link, and %d sessions", sessions)
			case err != nil && sessions > 1:
				t.Errorf("%d sessions for one call: %v", sessions, err)
			case err != nil && sessions == 1 && !apiErrorOf(err).MaybeProcessed:
				t.Errorf("a lost session: %v", err)
			}
		})
	}
	group.Wait()
	require.EqualValues(t, 1, tokens.Load())
	requireNoCanary(t, log.String())
}

func apiErrorOf(err error) *umbrella.Error {
	var e *umbrella.Error
	if !errors.As(err, &e) {
		return &umbrella.Error{}
	}
	return e
}
