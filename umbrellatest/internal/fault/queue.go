package fault

import (
	"slices"
	"strconv"
)

// Queue has the faults of one kind that wait, the first that was added first.
type Queue[F any] struct{ waiting []*waiting[F] }

type waiting[F any] struct {
	fault    F
	selected int // how many requests or events came that the fault is for
	every    int // of these, each n-th gets it
	left     int // how many still get it; negative is no limit
}

// Add adds a fault. With every, each n-th of the requests or events that it is for gets
// it, else each. It ends after so many times; 0 is once, or with every never.
func (q *Queue[F]) Add(fault F, times, every int) {
	switch {
	case times == 0 && every == 0:
		times = 1
	case times == 0:
		times = -1
	}
	q.waiting = append(q.waiting, &waiting[F]{fault: fault, every: max(every, 1), left: times})
}

// Has reports whether a fault waits of which is says so.
func (q *Queue[F]) Has(is func(F) bool) bool {
	return slices.ContainsFunc(q.waiting, func(w *waiting[F]) bool { return is(w.fault) })
}

// Take is called for each request or event, with what says whether a fault is for it.
// It returns the fault that it gets: the first one that is due, the zero value if none is.
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

// Texts lists the faults that wait, in the syntax of the header, with the times that are
// left.
func (q *Queue[F]) Texts() (texts []string) {
	for _, w := range q.waiting {
		shown := w.fault
		if w.left > 0 {
			_ = fieldsOf(&shown).set("times", strconv.Itoa(w.left)) // a number: cannot fail
		}
		texts = append(texts, Text(&shown))
	}
	return texts
}
