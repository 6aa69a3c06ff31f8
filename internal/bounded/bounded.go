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
