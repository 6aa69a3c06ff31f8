package main

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	firstPause = 500 * time.Millisecond
	maxPause   = 30 * time.Second
)

// gate is what every request passes: at the rate, and not while the API wants to be
// left alone.
type gate struct {
	limiter *rate.Limiter

	mu      sync.Mutex
	closed  time.Time     // until then
	pause   time.Duration // the last one, 0 after a success
	failing time.Time     // since the first failure after a success
}

// wait returns when a request may be sent, or with the error of ctx.
func (g *gate) wait(ctx context.Context) error {
	for {
		if left := g.left(); left > 0 {
			if err := sleep(ctx, left); err != nil {
				return err
			}
			continue
		}
		if err := g.limiter.Wait(ctx); err != nil {
			return err
		}
		if g.left() <= 0 { // it may have closed in the meantime
			return nil
		}
	}
}

// left is for how long the gate is closed.
func (g *gate) left() time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	return time.Until(g.closed)
}

// slow closes the gate after a failure: for as long as the API asks, or else for
// twice as long as the last time. It returns for how long there was no success.
func (g *gate) slow(asked time.Duration) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	if g.failing.IsZero() {
		g.failing = now
	}
	if asked <= 0 && !now.Before(g.closed) { // not once for each worker that fails
		g.pause = min(max(firstPause, 2*g.pause), maxPause)
		asked = g.pause
	}
	if until := now.Add(asked); until.After(g.closed) {
		g.closed = until
	}
	return now.Sub(g.failing)
}

func (g *gate) succeeded() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.pause, g.failing = 0, time.Time{}
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
