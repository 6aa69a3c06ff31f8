//go:build !race

package umbrella_test

const forgotten = 0
