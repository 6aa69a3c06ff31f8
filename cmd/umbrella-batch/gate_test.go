package main

import (
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
