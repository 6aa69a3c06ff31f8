package fault

import "slices"

// Queue has the faults of one kind that wait, the first that was added first.
type Queue[F any] struct{ waiting []*waiting[F] }

type waiting[F any] struct {
	fault              F
	times, every       int
	selected, answered int // what it was for so far, and what got it
}

// Add adds a fault for each that it is for, or for every n-th only; so many get it.
// With times 0 one gets it, or if every is not 0, all.
func (q *Queue[F]) Add(fault F, times, every int) {
	q.waiting = append(q.waiting, &waiting[F]{fault: fault, times: times, every: every})
}

// Take picks the first fault that is due of those that are for something, the zero
// value if there is none.
func (q *Queue[F]) Take(isFor func(F) bool) (taken F) {
	var due *waiting[F]
	for _, w := range q.waiting {
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
		q.waiting = slices.DeleteFunc(q.waiting, func(w *waiting[F]) bool { return w == due })
	}
	return due.fault
}

// Texts lists the faults that wait, in the syntax of the header.
func (q *Queue[F]) Texts() (texts []string) {
	for _, w := range q.waiting {
		texts = append(texts, Text(&w.fault))
	}
	return texts
}
