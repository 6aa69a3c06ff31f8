package umbrella_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go"
)

func jsonLogger(w io.Writer) *slog.Logger {
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

func records(tb testing.TB, log *bytes.Buffer) []map[string]any {
	tb.Helper()
	var all []map[string]any
	for decoder := json.NewDecoder(bytes.NewReader(log.Bytes())); ; {
		var record map[string]any
		err := decoder.Decode(&record)
		if errors.Is(err, io.EOF) {
			return all
		}
		require.NoError(tb, err)
		delete(record, "time")
		all = append(all, record)
	}
}

func TestWithLogger_OneRecordAnAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		attempt := 0
		client := clientOf(t, func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(time.Second)
			switch attempt++; attempt {
			case 1:
				w.Header().Set("Retry-After", "2")
				answer(w, http.StatusTooManyRequests, `{"message":"canary"}`)
			case 2, 3:
				answer(w, http.StatusOK, sessionBody)
			case 4:
				answer(w, http.StatusInternalServerError, "canary")
			case 5:
				_, _ = io.Copy(io.Discard, r.Body)
				panic(http.ErrAbortHandler)
			case 6:
				answer(w, http.StatusOK, string(make([]byte, 2<<20)))
			case 7:
				answer(w, http.StatusMultipleChoices, "canary")
			}
		}, umbrella.WithLogger(jsonLogger(&log)))
		for range 6 {
			_, _ = client.CreateSessionLink(t.Context(), validRequest())
		}
		record := func(level string, attempt, wait, status float64, failure string) map[string]any {
			r := map[string]any{
				"level": level, "msg": "umbrella: attempt", "operation": "createSessionLink", "method": "POST",
				"host": "127.0.0.1", "path": "/onboarding/createSessionLink", "attempt": attempt,
				"wait": wait * float64(time.Second), "duration": float64(time.Second),
			}
			if status != 0 {
				r["status"] = status
			}
			if failure != "" {
				r["error"] = failure
			}
			switch {
			case status == 429:
				r["retry"], r["after"] = "to be repeated", 2*float64(time.Second)
			case level == "WARN" && attempt == 1:
				r["retry"] = "not repeated: may have been processed"
			}
			return r
		}
		require.Equal(t, []map[string]any{
			record("WARN", 1, 0, 429, ""),
			record("WARN", 2, 2, 200, ""),
			record("DEBUG", 1, 0, 200, ""),
			record("WARN", 1, 0, 500, ""),
			record("WARN", 1, 0, 0, "the peer closed the connection"),
			record("WARN", 1, 0, 200, "the response body is over the limit of WithMaxResponseBytes"),
			record("WARN", 1, 0, 300, ""),
		}, records(t, &log))
		requireNoCanary(t, log.String())
	})
}
