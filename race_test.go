//go:build race

package umbrella_test

// forgotten is how many allocations a call has more under the race detector, which
// makes sync.Pool forget.
const forgotten = 4
