package renewal_test

import (
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/internal/renewal"
)

// apart moves the monotonic clock of now alone, as no program can.
func apart(now time.Time, mono time.Duration) time.Time {
	type layout struct {
		wall uint64
		ext  int64 // the monotonic clock, if now has it
	}
	(*layout)(unsafe.Pointer(&now)).ext += int64(mono)
	return now
}

// A token is served until one of the clocks says that its time is over, and
// renewed from when one of them says so.
func TestBefore_AsksBothClocks(t *testing.T) {
	const day = 24 * time.Hour
	start := time.Now()
	for _, tc := range []struct {
		name       string
		wall, mono time.Duration // how far the clocks have moved in an hour
		want       bool
	}{
		{"at once", 0, 0, true},
		{"both just before the end", time.Hour - 1, time.Hour - 1, true},
		{"both at the end", time.Hour, time.Hour, false},
		{"wall clock stepped forward", time.Hour + time.Second, time.Minute, false},
		{"wall clock stepped forward a little", time.Hour - 1, time.Minute, true},
		{"suspended: the monotonic clock stood still", 8 * time.Hour, 0, false},
		{"wall clock stepped back", -day, time.Hour, false},
		{"wall clock stepped back, not yet over", -day, time.Hour - 1, true},
		{"wall clock stood still", 0, time.Hour, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			now := apart(start.Add(tc.wall), tc.mono-tc.wall)
			require.Equal(t, tc.mono, now.Sub(start))
			require.Equal(t, tc.wall, now.Round(0).Sub(start.Round(0)))
			require.Equal(t, tc.want, renewal.Before(now, start.Add(time.Hour)))
		})
	}
}
