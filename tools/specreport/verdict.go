package main

import "fmt"

type level int

const (
	patch level = iota
	minor
	major
)

func (l level) String() string { return [...]string{"patch", "minor", "major"}[l] }

type verdict struct {
	level  level
	reason string
}

// String says what the verdict is at 1.x, and what that means before it.
func (v verdict) String() string {
	before := "z of 0.y.z rises"
	if v.level == major {
		before = "y of 0.y.z rises"
	}
	return fmt.Sprintf("**Verdict: %s** (%s). While the module is v0, %s.\n", v.level, v.reason, before)
}
