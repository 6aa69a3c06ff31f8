// Package recent keeps the newest of many things, within a number and a size.
package recent

import "slices"

const (
	maxBytes = 32 << 20
	overhead = 512 // of an item, beside what has a length of its own
)

// List has items in the order in which they came. What is too much goes, the oldest
// first.
type List[T any] struct {
	Max   int
	Size  func(T) int // of what an item has, in bytes
	Gone  func(T)     // is told of what goes, unless it is nil
	Items []T
}

// Add adds an item at the end.
func (l *List[T]) Add(item T) {
	l.Items = append(l.Items, item)
	l.Trim()
}

// Trim drops what is too much since an item has grown.
func (l *List[T]) Trim() {
	first, size := len(l.Items), 0
	for ; first > 0 && len(l.Items)-first < l.Max; first-- {
		if size += overhead + l.Size(l.Items[first-1]); size > maxBytes {
			break
		}
	}
	for _, item := range l.Items[:first] {
		if l.Gone != nil {
			l.Gone(item)
		}
	}
	l.Items = slices.Delete(l.Items, 0, first)
}
