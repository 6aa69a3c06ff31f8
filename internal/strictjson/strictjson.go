// Package strictjson reads JSON as a contract needs it read: one value and
// nothing after it, valid UTF-8, exact member names and no member named twice.
// encoding/json takes "URL" for "url" and lets the last of two members win, so
// two readers of one answer could see different values.
package strictjson

import "errors"

// The errors say what is wrong and never quote the data.
var (
	ErrSyntax    = errors.New("not one valid JSON value")
	ErrNotObject = errors.New("not a JSON object")
	ErrDuplicate = errors.New("an object in which a name appears twice")
)

// Check reports whether data is exactly one JSON value in which no object, at
// any depth, has two members of one name.
func Check(data []byte) error {
	r := NewReader(data)
	r.Skip()
	return r.Err()
}

// Object checks data as Check does and calls member for each member of the
// top-level object, in order, with its exact name and its raw value. It stops
// at the first error that member returns, and returns that.
func Object(data []byte, member func(name string, value []byte) error) error {
	r := NewReader(data)
	var stop error
	r.Object(func(name string) {
		start := r.pos
		r.Skip()
		if r.err != nil {
			return
		}
		if stop = member(name, data[start:r.pos]); stop != nil {
			r.fail(stop)
		}
	})
	if stop != nil {
		return stop
	}
	return r.Err()
}

// Members is Object for a value that Object has handed out.
func Members(value []byte, member func(name string, value []byte) error) error {
	return Object(value, member)
}

// IsFalse reports whether data passes Check and is an object whose member of
// that name is false.
func IsFalse(data []byte, name string) bool {
	r := NewReader(data)
	found := false
	r.Object(func(member string) {
		if member == name {
			found = !r.Bool()
		} else {
			r.Skip()
		}
	})
	return found && r.Err() == nil
}
