package strictjson

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Reader reads one JSON value from front to back. Whoever uses it says what
// must come next; once something else comes, every further call does nothing
// and returns a zero value, and Err says what was wrong and where.
//
// A Reader is not for concurrent use.
type Reader struct {
	data string // valid JSON, so that what follows need not look for syntax errors
	pos  int
	err  *placed
}

// NewReader returns a reader of data. Its time is linear in the size of data,
// and its depth is bounded by encoding/json (10,000).
func NewReader(data []byte) Reader {
	r := Reader{data: string(data)}
	// encoding/json would mend bad UTF-8 in silence (RFC 8259, section 8.1).
	if !utf8.Valid(data) || !json.Valid(data) {
		r.fail(ErrSyntax)
		return r
	}
	r.space()
	return r
}

// Err returns the first error. It names the place and the broken rule, never a
// value: "data.url is missing".
func (r *Reader) Err() error {
	if r.err == nil {
		return nil
	}
	return r.err
}

// Object reads an object and calls member for each of its members with the
// exact name; member reads the value. Each name in required must be there. It
// returns the number of members.
func (r *Reader) Object(member func(name string), required ...string) (members int) {
	if !r.enter('{', ErrNotObject) {
		return 0
	}
	var seen names
	for ; !r.leave('}'); members++ {
		name := r.name()
		if !seen.add(name) {
			r.fail(ErrDuplicate)
			return members
		}
		r.space()
		r.pos++ // the colon
		r.space()
		member(name)
		if r.err != nil {
			r.err.within(name)
			return members
		}
		r.comma()
	}
	for _, name := range required {
		if !seen.has(name) {
			r.fail(errMissing)
			r.err.within(name)
			break
		}
	}
	return members
}

// Array reads an array and calls item for each of its items; item reads the value.
func (r *Reader) Array(item func()) {
	if !r.enter('[', errNotArray) {
		return
	}
	for i := 0; !r.leave(']'); i++ {
		item()
		if r.err != nil {
			r.err.within("[" + strconv.Itoa(i) + "]")
			return
		}
		r.comma()
	}
}

// String reads a string.
func (r *Reader) String() string {
	if !r.next('"', errNotString) {
		return ""
	}
	return strings.Clone(r.name()) // not to keep the whole answer in memory
}

// Bool reads true or false.
func (r *Reader) Bool() bool {
	if r.err != nil {
		return false
	}
	switch c := r.data[r.pos]; c {
	case 't', 'f':
		r.literal()
		return c == 't'
	}
	r.fail(errNotBool)
	return false
}

// Null reads null if that is what comes next, and reports whether it was.
func (r *Reader) Null() bool {
	if r.err != nil || r.data[r.pos] != 'n' {
		return false
	}
	r.literal()
	return true
}

// Any reads whatever comes next, as encoding/json decodes it into an any.
func (r *Reader) Any() any {
	start := r.pos
	r.skip()
	if r.err != nil {
		return nil
	}
	var value any
	if json.Unmarshal([]byte(r.data[start:r.pos]), &value) != nil {
		r.fail(errTooLarge) // all that can be wrong with valid JSON
	}
	return value
}

// Skip reads over whatever comes next, in a member whose name is not for others
// to see because the document does not have it.
func (r *Reader) Skip() {
	r.skip()
	r.HideName()
}

func (r *Reader) skip() {
	if r.err != nil {
		return
	}
	switch r.data[r.pos] {
	case '{':
		r.Object(func(string) { r.skip() })
	case '[':
		r.Array(r.skip)
	case '"':
		r.quoted()
	default:
		r.literal()
	}
	if r.err != nil {
		r.err.path = "" // names within it are data, too
	}
}

// HideName keeps the name of the member that has just been read out of an error
// within it: for names that are data and not the document's.
func (r *Reader) HideName() {
	if r.err != nil {
		r.err.hidden = true
	}
}

// Refuse makes what has just been read an error: reason is a phrase like "empty".
func (r *Reader) Refuse(reason string) { r.fail(phrase(reason)) }
