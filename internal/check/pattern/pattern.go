// Package pattern matches the patterns of the document that are not plain code.
// It stands alone because package regexp adds 4 % to the binary of whoever
// imports it.
package pattern

import (
	"regexp"
	"sync"
)

// New returns a function that reports whether a string matches expr, which is
// compiled when it is first needed.
func New(expr string) func(s string) bool {
	compiled := sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
	return func(s string) bool { return compiled().MatchString(s) }
}
