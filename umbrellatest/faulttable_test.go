package umbrellatest_test

import (
	"encoding/json"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

// faults lists what each field does: in Go, in the words of the header and of
// the control endpoint, and what a client with a valid request sees of it.
var faults = []struct {
	fault    umbrellatest.Fault
	header   string
	sessions int
	status   int // 0 is a reset
	check    func(t *testing.T, r reply)
}{
	{
		umbrellatest.Fault{Status: 503, RetryAfter: "2"},
		"status=503; retry-after=2", 0, 503,
		func(t *testing.T, r reply) {
			require.Equal(t, "2", r.header.Get("Retry-After"))
			require.Equal(t, "Service Unavailable", r.message(t))
		},
	},
	{
		umbrellatest.Fault{Status: 429, Message: "slow down, please", RetryAfter: "Mon, 23 Nov 2026 09:00:00 GMT"},
		"status=429;message=slow down, please;retry-after=Mon, 23 Nov 2026 09:00:00 GMT", 0, 429,
		func(t *testing.T, r reply) {
			require.Equal(t, "slow down, please", r.message(t))
			require.Equal(t, "Mon, 23 Nov 2026 09:00:00 GMT", r.header.Get("Retry-After"))
		},
	},
	{
		umbrellatest.Fault{Status: 401},
		"status=401", 0, 401,
		func(t *testing.T, r reply) { require.Equal(t, "Unauthorized request", r.message(t)) },
	},
	{
		umbrellatest.Fault{Status: 400, AfterProcessing: true},
		"status=400; after-processing", 1, 400,
		func(t *testing.T, r reply) { require.Equal(t, "Invalid request payload", r.message(t)) },
	},
	{
		umbrellatest.Fault{Status: 204},
		"status=204", 0, 204,
		func(t *testing.T, r reply) { require.Empty(t, r.body) },
	},
	{umbrellatest.Fault{Reset: true}, "reset", 0, 0, nil},
	{umbrellatest.Fault{Reset: true, AfterProcessing: true}, "reset=true;after-processing=true", 1, 0, nil},
	{
		umbrellatest.Fault{Truncate: true},
		"truncate", 1, 200,
		func(t *testing.T, r reply) {
			require.ErrorIs(t, r.err, io.ErrUnexpectedEOF)
			require.NotEmpty(t, r.body)
			require.False(t, json.Valid([]byte(r.body)))
		},
	},
	{
		umbrellatest.Fault{Malformed: true},
		"malformed", 1, 200,
		func(t *testing.T, r reply) {
			require.NoError(t, r.err)
			require.Contains(t, r.body, "requestId")
			require.False(t, json.Valid([]byte(r.body)))
		},
	},
	{
		umbrellatest.Fault{MediaType: "text/html"},
		"media-type=text/html", 1, 200,
		func(t *testing.T, r reply) { require.Equal(t, "text/html", r.header.Get("Content-Type")) },
	},
	{
		umbrellatest.Fault{Oversize: 3 << 20},
		"oversize=3145728", 1, 200,
		func(t *testing.T, r reply) {
			require.NoError(t, r.err)
			require.Len(t, r.body, 3<<20)
			require.True(t, json.Valid([]byte(r.body)))
		},
	},
	{
		umbrellatest.Fault{Break: true},
		"break", 1, 200,
		func(t *testing.T, r reply) { require.JSONEq(t, `{}`, r.body) },
	},
	{
		umbrellatest.Fault{Status: 500, DelayHeader: time.Millisecond, DelayBody: time.Millisecond},
		"status=500; delay=1ms; delay-body=1ms", 0, 500,
		func(t *testing.T, r reply) { require.Equal(t, "Internal Server Error", r.message(t)) },
	},
}

// asJSON writes a header's words as the control endpoint wants them.
func asJSON(t *testing.T, header string) string {
	members := map[string]any{}
	for field := range strings.SplitSeq(header, ";") {
		name, value, given := strings.Cut(strings.TrimSpace(field), "=")
		if members[name] = value; !given {
			members[name] = true
		}
	}
	data, err := json.Marshal(members)
	require.NoError(t, err)
	return string(data)
}
