package bounded_test

import (
	"context"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/internal/bounded"
)

func TestRun_TellsHowTheWorkEnded(t *testing.T) {
	for name, tc := range map[string]struct {
		work     func()
		panicked any
	}{
		"returns": {func() {}, nil},
		"panics":  {func() { panic("a") }, "a"},
		"exits":   {runtime.Goexit, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var panicked any
			require.True(t, bounded.Run(t.Context(), 0, &panicked, tc.work))
			require.Equal(t, tc.panicked, panicked)
		})
	}
}

func TestRun_WaitsForTheGraceAfterTheEndOfTheContext(t *testing.T) {
	for late, want := range map[time.Duration]bool{time.Second - 1: true, time.Second + 1: false} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			start := time.Now()
			require.Equal(t, want, bounded.Run(ctx, time.Second, new(any), func() { time.Sleep(time.Minute + late) }))
			require.Equal(t, time.Minute+min(late, time.Second), time.Since(start))
			time.Sleep(time.Minute) // for the work that was left behind
		})
	}
}
