package faults

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go"
)

// requireDiscreet checks every form in which an error can end up in a log.
func requireDiscreet(t *testing.T, err error) {
	t.Helper()
	var e *umbrella.Error
	values := []any{err, fmt.Errorf("wrapped: %w", err)}
	if errors.As(err, &e) {
		values = append(values, *e)
	}
	for _, v := range values {
		var out bytes.Buffer
		slog.New(slog.NewJSONHandler(&out, nil)).Error("failed", "err", v)
		slog.New(slog.NewTextHandler(&out, nil)).Error("failed", "err", v)
		data, jsonErr := json.Marshal(v)
		require.NoError(t, jsonErr)
		requireNoCanary(t, fmt.Sprintf("%v %+v %#v %s %q %x %d %s %s", v, v, v, v, v, v, v, data, out.String()))
	}
}

func requireNoCanary(t *testing.T, text string) {
	t.Helper()
	lower := strings.ToLower(text)
	for _, canary := range []string{"canary", fmt.Sprintf("%x", "canary"), phone[1:]} {
		require.NotContains(t, lower, canary)
	}
}

// requireNoGoroutines gives those of net/http the time that they need to end.
func requireNoGoroutines(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		stacks := make([]byte, 4<<20)
		stacks = stacks[:runtime.Stack(stacks, true)]
		left := 0
		for stack := range strings.SplitSeq(string(stacks), "\n\n") {
			if strings.Contains(stack, "net/http.") || strings.Contains(stack, "umbrella-go") && !strings.Contains(stack, "requireNoGoroutines") {
				left++
			}
		}
		if left == 0 {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("%d goroutines are left:\n%s", left, stacks)
		case <-time.After(10 * time.Millisecond):
		}
	}
}
