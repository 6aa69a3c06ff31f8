package format_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/internal/format"
)

type verdict struct {
	name  string
	value string
	ok    bool
}

func judge(t *testing.T, format func(string) error, verdicts []verdict) {
	t.Helper()
	for _, v := range verdicts {
		t.Run(v.name, func(t *testing.T) {
			err := format(v.value)
			if v.ok {
				require.NoError(t, err, "%q", v.value)
				return
			}
			require.Error(t, err, "%q", v.value)
			if len(v.value) > 4 {
				require.NotContains(t, err.Error(), v.value)
			}
		})
	}
}

func TestFormats_AllocateNothing(t *testing.T) {
	for _, tt := range []struct {
		name, value, broken string
		format              func(string) error
	}{
		{"email", "first.last+tag@mail.example.co.uk", "first.last", format.Email},
		{"uri", "https://user@[2001:db8::7]:8443/a%20b?c=d#e", "https://", format.URI},
		{"email, quoted, at an address literal", `"john doe"@[192.0.2.1]`, "user@bücher.example", format.Email},
		{"uri without host", "com.example.app:/signed", "https:/example.com", format.URI},
		{"date", "2024-02-29", "2023-02-29", format.Date},
		{"uuid", "123e4567-e89b-12d3-a456-426614174000", "123e4567", format.UUID},
		{"date-time", "2025-07-30T08:55:52.520909994+02:00", "2025-02-30T00:00:00Z", format.DateTime},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.NoError(t, tt.format(tt.value))
			require.Error(t, tt.format(tt.broken))
			require.Zero(t, testing.AllocsPerRun(100, func() {
				_ = tt.format(tt.value)
				_ = tt.format(tt.broken)
			}))
		})
	}
}
