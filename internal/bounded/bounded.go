// Package bounded waits for work that may not return when its context ends.
package bounded

import (
	"context"
	"time"
)

// Run runs work in a goroutine of its own and waits until it has ended, but not for
// longer than grace after the end of ctx: then it is left behind, and what it writes
// must not be read. Run reports whether work has ended; a panic of it is in panicked.
// Work that ends its goroutine (runtime.Goexit) has ended without a panic.
func Run(ctx context.Context, grace time.Duration, panicked *any, work func()) (ended bool) {
	done := make(chan struct{})
	go func() {
		defer func() {
			*panicked = recover()
			close(done)
		}()
		grow(0)
		work()
	}()
	select {
	case <-done:
		return true
	case <-ctx.Done():
	}
	select {
	case <-done:
		return true
	case <-time.After(grace):
		return false
	}
}

// grow makes the stack of a new goroutine large enough for a request through net/http.
// To let it grow step by step, with a copy of all that is on it each time, doubles what
// Run costs.
//
//go:noinline
func grow(i int) byte {
	var room [6 << 10]byte
	return room[i]
}
