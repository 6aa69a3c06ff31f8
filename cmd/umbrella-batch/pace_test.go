package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

func TestRun_KeepsTheRate(t *testing.T) {
	d := newDesk(t)
	d.write(11)
	start := time.Now()
	code, _, stderr := d.run("--rate", "10/s")
	require.Zero(t, code, stderr)
	require.GreaterOrEqual(t, time.Since(start), time.Second)
}

func TestRun_RetryAfterOfOneSlowsAll(t *testing.T) {
	d := newDesk(t, umbrellatest.WithLatency(200*time.Millisecond)) // much longer than a worker needs to hear of it
	d.write(20)
	d.inject(umbrellatest.Fault{Status: 429, RetryAfter: "2", Times: 1})
	var times []time.Time
	code, _, stderr := d.run("--concurrency", "2")
	require.Zero(t, code, stderr)
	for _, r := range d.Requests() {
		if strings.HasSuffix(r.Path, operation) {
			times = append(times, r.Time)
		}
	}
	require.Len(t, times, 21)
	// The other worker may have been on its way.
	early := 0
	for _, at := range times {
		if at.Sub(times[0]) < 1900*time.Millisecond {
			early++
		}
	}
	require.LessOrEqual(t, early, 3)
}
