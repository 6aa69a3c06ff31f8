// Package check holds what the generated checks of package umbrella need: a
// list of broken rules with their places, and the rules of JSON Schema that are
// more than one comparison.
package check

import (
	"cmp"
	"errors"
	"strconv"
	"strings"
)

// Violation is one broken rule. It never holds the value.
type Violation struct {
	Path   string // JSONPath: "$.signForms[0].fieldId", "$query.limit"
	Rule   string // the keyword of the schema: format, maxLength, type …
	Reason string // what is wrong, to be read after the path: "has more than 5 items"
}

const (
	maxListed = 50   // of the violations that are kept
	maxDepth  = 1000 // of objects and lists, as encoding/json has it for Go values that lead to themselves
)

// Violations collects broken rules in the order of the checks, which is that of
// the document. It knows the place of the value that is being checked, and puts
// a path together only when a rule is broken. The zero value is ready for use.
type Violations struct {
	list  []Violation
	more  int
	root  string // "$" if empty
	steps []step
	deep  bool // maxDepth was reached

	answer bool
}

// step is a member and perhaps what is in it: an item or any of its values.
type step struct {
	name  string
	index int
}

const (
	itself   = -1 // as an index: the member and not an item of it
	anyValue = -2 // one of the values of a map, whose names are data
)

// Answer returns a list for a value that was read from the answer of a server,
// where it stood at root.
func Answer(root string) *Violations { return &Violations{root: root, answer: true} }

// IsAnswer reports whether v comes from Answer: then the reader has checked the
// rules that count members which the Go type does not keep.
func (v *Violations) IsAnswer() bool { return v.answer }

// List returns the violations, at most 50.
func (v *Violations) List() []Violation { return v.list }

// More returns how many violations there are beyond those of List.
func (v *Violations) More() int { return v.more }

// Err returns the first violation as an error, "data.url does not have the
// format uri", and nil if there is none.
func (v *Violations) Err() error {
	if len(v.list) == 0 {
		return nil
	}
	first := v.list[0]
	return errors.New(strings.TrimPrefix(strings.TrimPrefix(first.Path, "$"), ".") + " " + first.Reason)
}

// Root says where the paths of what follows begin: "$path", "$query" or "$".
func (v *Violations) Root(root string) { v.root = root }

// Enter steps into a member; Leave steps out again. If Enter returns false the
// value is nested too deeply to be looked at, and there is nothing to leave.
func (v *Violations) Enter(name string) bool { return v.enter(step{name, itself}) }

// EnterItem is Enter for an item of the member name, which is "" for an item of
// the value that was entered last.
func (v *Violations) EnterItem(name string, index int) bool { return v.enter(step{name, index}) }

// EnterValue is Enter for a value of the map name. Its path ends in ".*".
func (v *Violations) EnterValue(name string) bool { return v.enter(step{name, anyValue}) }

func (v *Violations) enter(s step) bool {
	if v.deep {
		return false // a value that leads to itself twice has 2^maxDepth ways
	}
	if len(v.steps) >= maxDepth {
		v.deep = true
		v.Add("", "type", "is nested too deeply")
		return false
	}
	v.steps = append(v.steps, s)
	return true
}

// Leave undoes the last Enter, EnterItem or EnterValue that returned true.
func (v *Violations) Leave() { v.steps = v.steps[:len(v.steps)-1] }

// Add adds a violation of a member of the value that was entered last; name is
// "" for that value itself.
func (v *Violations) Add(name, rule, reason string) {
	if len(v.list) == maxListed {
		v.more++
		return
	}
	v.list = append(v.list, Violation{v.path(name), rule, reason})
}

func (v *Violations) path(name string) string {
	path := cmp.Or(v.root, "$")
	for _, s := range append(v.steps, step{name, itself}) {
		switch {
		case s.name == "":
		case strings.ContainsAny(s.name, ".[]' "):
			path += "['" + s.name + "']"
		default:
			path += "." + s.name
		}
		switch {
		case s.index == anyValue:
			path += ".*"
		case s.index != itself:
			path += "[" + strconv.Itoa(s.index) + "]"
		}
	}
	return path
}
