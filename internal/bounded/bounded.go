// Package bounded waits for work that may not return when its context ends.
package bounded

import (
	"context"
	"time"
)

// Run runs work in a goroutine of its own and waits until it has ended, but not for
// longer than grace after the end of ctx: then it is left behind, and what it writes
// must not be read. Run reports whether work has ended, and with which panic. Work
// that ends its goroutine (runtime.Goexit) has ended without a panic.
func Run(ctx context.Context, grace time.Duration, work func()) (ended bool, panicked any) {
	done := make(chan any, 1)
	go func() {
		defer func() { done <- recover() }()
		work()
	}()
	select {
	case panicked = <-done:
		return true, panicked
	case <-ctx.Done():
	}
	select {
	case panicked = <-done:
		return true, panicked
	case <-time.After(grace):
		return false, nil
	}
}
