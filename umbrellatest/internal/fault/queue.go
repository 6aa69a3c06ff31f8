package fault

import "slices"

// Queue has the faults of one kind that wait, the first that was added first.
type Queue[F any] struct{ waiting []*waiting[F] }

type waiting[F any] struct {
	fault           F
	every, selected int // it is due for each n-th of what it is for; so many there were
	left            int // how many get it; negative is all
}

// Add adds a fault for so many of what it is for, with every only each n-th. With times
// 0 it is for one, or with every for all of these.
func (q *Queue[F]) Add(fault F, times, every int) {
	switch {
	case times == 0 && every == 0:
		times = 1
	case times == 0:
		times = -1
	}
	q.waiting = append(q.waiting, &waiting[F]{fault: fault, every: max(every, 1), left: times})
}

// Take picks the first fault that is due of those that are for something, the zero
// value if there is none.
func (q *Queue[F]) Take(isFor func(F) bool) (taken F) {
	due := -1
	for i, w := range q.waiting {
		if !isFor(w.fault) {
			continue
		}
		w.selected++
		if due < 0 && w.selected%w.every == 0 {
			due = i
		}
	}
	if due < 0 {
		return taken
	}
	w := q.waiting[due]
	if w.left--; w.left == 0 {
		q.waiting = slices.Delete(q.waiting, due, due+1)
	}
	return w.fault
}

// Texts lists the faults that wait, in the syntax of the header.
func (q *Queue[F]) Texts() (texts []string) {
	for _, w := range q.waiting {
		texts = append(texts, Text(&w.fault))
	}
	return texts
}
