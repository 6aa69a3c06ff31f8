package umbrellatest_test

import (
	"encoding/json"
	"io"
	"strings"
	"syscall"
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
	check    func(t *testing.T, r reply, err error)
}{
	{
		umbrellatest.Fault{Status: 503, RetryAfter: "2"},
		"status=503; retry-after=2", 0,
		func(t *testing.T, r reply, err error) {
			require.NoError(t, err)
			require.Equal(t, 503, r.status)
			require.Equal(t, "2", r.header.Get("Retry-After"))
			require.Equal(t, "Service Unavailable", r.message(t))
		},
	},
	{
		umbrellatest.Fault{Status: 429, Message: "slow down, please", RetryAfter: "Mon, 23 Nov 2026 09:00:00 GMT"},
		"status=429;message=slow down, please;retry-after=Mon, 23 Nov 2026 09:00:00 GMT", 0,
		func(t *testing.T, r reply, err error) {
			require.NoError(t, err)
			require.Equal(t, 429, r.status)
			require.Equal(t, "slow down, please", r.message(t))
			require.Equal(t, "Mon, 23 Nov 2026 09:00:00 GMT", r.header.Get("Retry-After"))
		},
	},
	{
		umbrellatest.Fault{Status: 401},
		"status=401", 0,
		func(t *testing.T, r reply, err error) {
			require.NoError(t, err)
			require.Equal(t, 401, r.status)
			require.JSONEq(t, `{"message":"Unauthorized request"}`, r.body)
		},
	},
	{
		umbrellatest.Fault{Status: 400, AfterProcessing: true},
		"status=400; after-processing", 1,
		func(t *testing.T, r reply, err error) {
			require.NoError(t, err)
			require.Equal(t, 400, r.status)
			require.JSONEq(t, `{"message":"Invalid request payload"}`, r.body)
		},
	},
	{
		umbrellatest.Fault{Status: 204},
		"status=204", 0,
		func(t *testing.T, r reply, err error) {
			require.NoError(t, err)
			require.Equal(t, 204, r.status)
			require.Empty(t, r.body)
		},
	},
	{
		umbrellatest.Fault{Reset: true},
		"reset", 0,
		func(t *testing.T, _ reply, err error) { require.ErrorIs(t, err, syscall.ECONNRESET) },
	},
	{
		umbrellatest.Fault{Reset: true, AfterProcessing: true},
		"reset=true;after-processing=true", 1,
		func(t *testing.T, _ reply, err error) { require.ErrorIs(t, err, syscall.ECONNRESET) },
	},
	{
		umbrellatest.Fault{Truncate: true},
		"truncate", 1,
		func(t *testing.T, r reply, err error) {
			require.NoError(t, err)
			require.Equal(t, 200, r.status)
			require.ErrorIs(t, r.err, io.ErrUnexpectedEOF)
			require.NotEmpty(t, r.body)
			require.False(t, json.Valid([]byte(r.body)))
		},
	},
	{
		umbrellatest.Fault{Malformed: true},
		"malformed", 1,
		func(t *testing.T, r reply, err error) {
			require.NoError(t, err)
			require.NoError(t, r.err)
			require.Equal(t, 200, r.status)
			require.Contains(t, r.body, "requestId")
			require.False(t, json.Valid([]byte(r.body)))
		},
	},
	{
		umbrellatest.Fault{MediaType: "text/html"},
		"media-type=text/html", 1,
		func(t *testing.T, r reply, err error) {
			require.NoError(t, err)
			require.Equal(t, 200, r.status)
			require.Equal(t, "text/html", r.header.Get("Content-Type"))
		},
	},
	{
		umbrellatest.Fault{Oversize: 3 << 20},
		"oversize=3145728", 1,
		func(t *testing.T, r reply, err error) {
			require.NoError(t, err)
			require.NoError(t, r.err)
			require.Len(t, r.body, 3<<20)
			require.True(t, json.Valid([]byte(r.body)))
		},
	},
	{
		umbrellatest.Fault{Break: true},
		"break", 1,
		func(t *testing.T, r reply, err error) {
			require.NoError(t, err)
			require.Equal(t, 200, r.status)
			require.JSONEq(t, `{}`, r.body)
		},
	},
	{
		umbrellatest.Fault{Status: 500, DelayHeader: time.Millisecond, DelayBody: time.Millisecond},
		"status=500; delay=1ms; delay-body=1ms", 0,
		func(t *testing.T, r reply, err error) {
			require.NoError(t, err)
			require.Equal(t, 500, r.status)
			require.Equal(t, "Internal Server Error", r.message(t))
		},
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
