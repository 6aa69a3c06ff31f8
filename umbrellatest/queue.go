package umbrellatest

import "slices"

// queue has the faults of one kind that wait, the first that was injected first.
type queue[F any] []*waiting[F]

type waiting[F any] struct {
	fault              F
	times, every       int // as in Fault
	selected, answered int // what it was for so far, and what got it
}

// take picks the first fault that is due of those that are for something, the zero
// value if there is none.
func (q *queue[F]) take(isFor func(F) bool) (taken F) {
	var due *waiting[F]
	for _, w := range *q {
		if !isFor(w.fault) {
			continue
		}
		w.selected++
		if due == nil && (w.every == 0 || w.selected%w.every == 0) {
			due = w
		}
	}
	if due == nil {
		return taken
	}
	due.answered++
	if due.answered == due.times || due.times == 0 && due.every == 0 {
		*q = slices.DeleteFunc(*q, func(w *waiting[F]) bool { return w == due })
	}
	return due.fault
}
