package main

import (
	"bytes"
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"
)

func TestGate_ClosesForAllAndLongerEachTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gate{limiter: rate.NewLimiter(10, 1)}
		start := time.Now()
		passed := func() time.Duration {
			require.NoError(t, g.wait(t.Context()))
			return time.Since(start)
		}
		require.Zero(t, passed())
		require.Equal(t, 100*time.Millisecond, passed())
		g.slow(0)
		g.slow(0) // another worker, of the same failure
		require.Equal(t, 600*time.Millisecond, passed())
		g.slow(0)
		require.Equal(t, 1600*time.Millisecond, passed())
		g.slow(time.Minute)
		g.slow(time.Second)
		require.Equal(t, 61600*time.Millisecond, passed())
		g.succeeded()
		g.slow(0)
		require.Equal(t, 62100*time.Millisecond, passed())
		for range 10 {
			g.slow(0)
			passed()
		}
		before := passed()
		g.slow(0)
		require.Equal(t, before+maxPause, passed())
	})
}

func TestGate_OpensAtTheRateAndEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gate{limiter: rate.NewLimiter(10, 1)}
		g.slow(time.Minute)
		ctx, cancel := context.WithTimeout(t.Context(), 61*time.Second)
		defer cancel()
		var passed atomic.Int32
		var workers sync.WaitGroup
		for range 20 {
			workers.Go(func() {
				for g.wait(ctx) == nil {
					passed.Add(1)
				}
			})
		}
		workers.Wait()
		require.InDelta(t, 10, passed.Load(), 1)
	})
}

func TestProgress_IsALineNowAndThenOffATerminal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		g := &gate{}
		p := newProgress(1000, g, &out)
		ctx, cancel := context.WithTimeout(t.Context(), 25*time.Second)
		defer cancel()
		go func() {
			for range 2 {
				time.Sleep(7 * time.Second)
				for range 100 {
					p.passed.Add(1)
					p.count(open)
				}
			}
			p.count(unknown)
			g.slow(10 * time.Second)
		}()
		p.show(ctx)
		require.Equal(t, "100 of 1000: 100 open; 10.0/s, 1m30s left\n201 of 1000: 200 open, 1 unknown; 10.0/s, 1m19s left, paused for 4s\n", out.String())
		out.Reset()
		p.wait(3, time.Now().Add(171*time.Second))
		require.Equal(t, "201 of 1000: 200 open, 1 unknown; waiting up to 2m51s for 3 that another run is sending, or was when it ended\n", out.String())
	})
}
