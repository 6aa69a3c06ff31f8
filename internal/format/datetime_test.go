package format_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/internal/format"
)

var timestamps = []verdict{
	{"RFC 3339 5.8, fraction", "1985-04-12T23:20:50.52Z", true},
	{"RFC 3339 5.8, offset", "1996-12-19T16:39:57-08:00", true},
	{"RFC 3339 5.8, leap second", "1990-12-31T23:59:60Z", true},
	{"RFC 3339 5.8, leap second with offset", "1990-12-31T15:59:60-08:00", true},
	{"RFC 3339 5.8, Netherlands", "1937-01-01T12:00:27.87+00:20", true},
	{"nanoseconds", "2025-07-30T08:55:52.520909994Z", true},
	{"one fraction digit", "2025-07-30T08:55:52.5Z", true},
	{"thirty fraction digits", "2025-07-30T08:55:52." + strings.Repeat("5", 30) + "Z", true},
	{"fraction and offset", "2025-07-30T08:55:52.123+02:00", true},
	{"lower case", "2025-07-30t08:55:52z", true},
	{"midnight", "2025-01-01T00:00:00Z", true},
	{"last second of a day", "2025-12-31T23:59:59Z", true},
	{"unknown local offset", "2025-01-01T00:00:00-00:00", true},
	{"largest offset", "2025-01-01T00:00:00+23:59", true},
	{"smallest offset", "2025-01-01T00:00:00-23:59", true},
	{"29 February of a leap year", "2024-02-29T00:00:00Z", true},
	{"29 February 2000", "2000-02-29T00:00:00Z", true},
	{"28 February", "2023-02-28T00:00:00Z", true},
	{"31 January", "2025-01-31T00:00:00Z", true},
	{"30 April", "2025-04-30T00:00:00Z", true},
	{"31 August", "2025-08-31T00:00:00Z", true},
	{"year 0", "0000-01-01T00:00:00Z", true},
	{"year 9999", "9999-12-31T23:59:59Z", true},
	{"leap second with fraction", "1998-12-31T23:59:60.123Z", true},
	{"leap second in June", "1997-06-30T23:59:60Z", true},
	{"leap second east of Greenwich, next day", "1999-01-01T00:59:60+01:00", true},
	{"leap second at half an hour", "1999-01-01T05:29:60+05:30", true},
	{"leap second on any day", "2025-03-03T23:59:60Z", true},

	{"empty", "", false},
	{"words", "tomorrow at noon", false},
	{"date only", "2025-07-30", false},
	{"time only", "08:55:52Z", false},
	{"no zone", "2025-07-30T08:55:52", false},
	{"no zone after a fraction", "2025-07-30T08:55:52.5", false},
	{"space for T", "2025-07-30 08:55:52Z", false},
	{"space before", " 2025-07-30T08:55:52Z", false},
	{"space after", "2025-07-30T08:55:52Z ", false},
	{"line break after", "2025-07-30T08:55:52Z\n", false},
	{"no seconds", "2025-07-30T08:55Z", false},
	{"fraction without digits", "2025-07-30T08:55:52.Z", false},
	{"fraction without digits, offset", "2025-07-30T08:55:52.+01:00", false},
	{"comma", "2025-07-30T08:55:52,5Z", false},
	{"dot at the end", "2025-07-30T08:55:52.", false},
	{"basic format", "20250730T085552Z", false},
	{"slashes", "2025/07/30T08:55:52Z", false},
	{"dots between time parts", "2025-07-30T08.55.52Z", false},
	{"ordinal date", "2025-211T08:55:52Z", false},
	{"two-digit year", "25-07-30T08:55:52Z", false},
	{"five-digit year", "12025-07-30T08:55:52Z", false},
	{"signed year", "+2025-07-30T08:55:52Z", false},
	{"one-digit month", "2025-7-30T08:55:52Z", false},
	{"one-digit day", "2025-07-3T08:55:52Z", false},
	{"one-digit hour", "2025-07-30T8:55:52Z", false},
	{"letters for digits", "2O25-07-30T08:55:52Z", false},
	{"digits of another script", "2025-07-3৪T08:55:52Z", false},
	{"month 0", "2025-00-30T08:55:52Z", false},
	{"month 13", "2025-13-30T08:55:52Z", false},
	{"day 0", "2025-07-00T08:55:52Z", false},
	{"32 July", "2025-07-32T08:55:52Z", false},
	{"31 April", "2025-04-31T00:00:00Z", false},
	{"31 June", "2025-06-31T00:00:00Z", false},
	{"31 September", "2025-09-31T00:00:00Z", false},
	{"31 November", "2025-11-31T00:00:00Z", false},
	{"30 February", "2024-02-30T00:00:00Z", false},
	{"29 February of another year", "2023-02-29T00:00:00Z", false},
	{"29 February 1900", "1900-02-29T00:00:00Z", false},
	{"hour 24", "2025-07-30T24:00:00Z", false},
	{"minute 60", "2025-07-30T08:60:00Z", false},
	{"second 61", "1998-12-31T23:59:61Z", false},
	{"second 60 in another minute", "1998-12-31T23:58:60Z", false},
	{"second 60 in another hour", "1998-12-31T22:59:60Z", false},
	{"second 60, local midnight only", "1998-12-31T23:59:60+01:00", false},
	{"second 60, wrong offset", "1998-12-31T23:59:60-08:00", false},
	{"offset without colon", "2025-07-30T08:55:52+0100", false},
	{"offset of hours only", "2025-07-30T08:55:52+01", false},
	{"offset of one digit", "2025-07-30T08:55:52+1:00", false},
	{"offset without sign", "2025-07-30T08:55:5201:00", false},
	{"offset with a strange sign", "2025-07-30T08:55:52~01:00", false},
	{"offset hour 24", "2025-07-30T08:55:52+24:00", false},
	{"offset minute 60", "2025-07-30T08:55:52-01:60", false},
	{"offset with letters", "2025-07-30T08:55:52+0a:00", false},
	{"offset and Z", "2025-07-30T08:55:52+01:00Z", false},
	{"other zone letter", "2025-07-30T08:55:52A", false},
	{"zone name", "2025-07-30T08:55:52UTC", false},
}

func TestDateTime_JudgesTimestamps(t *testing.T) {
	judge(t, format.DateTime, timestamps)
}

var days = []verdict{
	{"day", "2025-07-30", true},
	{"29 February of a leap year", "2024-02-29", true},
	{"29 February 2000", "2000-02-29", true},
	{"year 0", "0000-01-01", true},
	{"year 9999", "9999-12-31", true},

	{"empty", "", false},
	{"29 February of another year", "2023-02-29", false},
	{"29 February 1900", "1900-02-29", false},
	{"31 April", "2025-04-31", false},
	{"month 0", "2025-00-30", false},
	{"month 13", "2025-13-30", false},
	{"day 0", "2025-07-00", false},
	{"day 32", "2025-07-32", false},
	{"date-time", "2025-07-30T00:00:00Z", false},
	{"zone", "2025-07-30Z", false},
	{"no hyphens", "20250730", false},
	{"slashes", "2025/07/30", false},
	{"one-digit month", "2025-7-30", false},
	{"one-digit day, then space", "2025-07-3 ", false},
	{"two-digit year", "25-07-30", false},
	{"signed year", "-025-07-30", false},
	{"week", "2025-W31-3", false},
	{"space before", " 2025-07-30", false},
	{"line break after", "2025-07-30\n", false},
	{"digits of another script", "2025-07-3৪", false},
}

func TestDate_JudgesDays(t *testing.T) {
	judge(t, format.Date, days)
}

func FuzzDate(f *testing.F) {
	for _, seed := range []string{"2025-07-30", "2024-02-29", "1900-02-29", "0000-01-01", "2025-7-30", "2025-07-30Z"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		_, err := time.Parse(time.DateOnly, s)
		require.Equal(t, err == nil, format.Date(s) == nil)
	})
}

func FuzzDateTime(f *testing.F) {
	for _, seed := range []string{
		"2025-07-30T08:55:52.520909994Z", "1996-12-19T16:39:57-08:00", "1990-12-31T23:59:60Z", "2024-02-30T00:00:00Z",
		"2025-07-30t08:55:52z", "2025-07-30T08:55:52,5Z", "0000-01-01T00:00:00+23:59", "0000-01-01T0:00:00+00:00", "0000-01-01T00:00:00+00:60",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		accepted := format.DateTime(s) == nil
		upper := strings.ToUpper(s)
		if len(s) > 19 && s[17:19] == "60" {
			if accepted { // a leap second: the second before it is a time of Go's
				at, err := time.Parse(time.RFC3339Nano, upper[:17]+"59"+upper[19:])
				require.NoError(t, err)
				require.Equal(t, "23:59:59", at.UTC().Format(time.TimeOnly))
			}
			return
		}
		at, err := time.Parse(time.RFC3339Nano, upper)
		if accepted {
			require.NoError(t, err)
			require.NotZero(t, at)
			return
		}
		// Go accepts more than RFC 3339 has, but writes what it has, except for
		// offsets of a day and more.
		if err == nil && at.Format(time.RFC3339Nano) == upper {
			_, offset := at.Zone()
			require.GreaterOrEqual(t, max(offset, -offset), 24*60*60)
		}
	})
}
