package httpkit_test

import (
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/internal/httpkit"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func TestRetryAfter_ReadsBothForms(t *testing.T) {
	for value, want := range map[string]time.Duration{
		"0": 0, "7": 7 * time.Second, " 7 ": 7 * time.Second, "007": 7 * time.Second, "86400": 24 * time.Hour,
		"9223372036":                     9223372036 * time.Second,
		"9223372037":                     math.MaxInt64,
		strings.Repeat("9", 400):         math.MaxInt64,
		"Sun, 01 Mar 2026 12:00:30 GMT":  30 * time.Second,
		"Sunday, 01-Mar-26 12:00:30 GMT": 30 * time.Second,
		"Sun Mar  1 12:00:30 2026":       30 * time.Second,
		"Sun, 01 Mar 2026 12:00:00 GMT":  0,
		"Sat, 28 Feb 2026 12:00:00 GMT":  0,
		"Fri, 31 Dec 9999 23:59:59 GMT":  math.MaxInt64,
		"Mon, 01 Jan 0001 00:00:00 GMT":  0,
	} {
		got, ok := httpkit.RetryAfter(http.Header{"Retry-After": {value}}, now)
		require.True(t, ok, value)
		require.Equal(t, want, got, value)
	}
}

func TestRetryAfter_IgnoresGarbage(t *testing.T) {
	for _, value := range []string{"", " ", "-1", "+1", "1.5", "1e3", "0x10", "soon", "٣", "2026-03-01T12:00:30Z", "Sun, 01 Mar 2026 12:00:30 CET", "Sun, 30 Feb 2026 12:00:30 GMT"} {
		got, ok := httpkit.RetryAfter(http.Header{"Retry-After": {value}}, now)
		require.False(t, ok, value)
		require.Zero(t, got, value)
	}
	_, ok := httpkit.RetryAfter(nil, now)
	require.False(t, ok)
}

func TestRetryAfter_DateIsRelativeToNowInAnyZone(t *testing.T) {
	got, ok := httpkit.RetryAfter(http.Header{"Retry-After": {"Sun, 01 Mar 2026 12:00:30 GMT"}}, now.In(time.FixedZone("X", 3600)))
	require.True(t, ok)
	require.Equal(t, 30*time.Second, got)
}
