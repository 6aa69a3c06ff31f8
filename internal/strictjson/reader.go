package strictjson

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Reader reads one JSON value from front to back. Whoever uses it says what
// must come next; once something else comes, every further call does nothing
// and returns a zero value, and Err says what was wrong and where. What has been
// read is worth nothing until Err has said that all of the data is valid JSON.
//
// A Reader is not for concurrent use.
type Reader struct {
	data  string
	pos   int
	depth int // of the objects and arrays that are open

	err    error // the first
	path   string
	hidden bool // the next name in path is not for others to see
}

// maxDepth is that of encoding/json, which is asked where the depth matters.
const maxDepth = 10000

// NewReader returns a reader of data. Its time is linear in the size of data, and
// it reads to the depth to which encoding/json does (10,000).
func NewReader(data []byte) Reader {
	r := Reader{data: string(data)}
	// encoding/json would mend bad UTF-8 in silence (RFC 8259, section 8.1).
	if !utf8.Valid(data) {
		r.fail(ErrSyntax)
	}
	r.space()
	return r
}

// Err returns the first error once the value has been read. It names the place and
// the broken rule, never a value: "data.url is missing". Data that is not JSON, or
// that goes on after the value, is ErrSyntax whatever else is wrong with it.
func (r *Reader) Err() error {
	r.space()
	switch {
	case r.err == nil && r.pos == len(r.data):
		return nil
	case r.err == nil, !json.Valid([]byte(r.data)):
		return ErrSyntax
	}
	return &placed{r.path, r.err}
}

// Object reads an object and calls member for each of its members with the
// exact name; member reads the value. Each name in required must be there. It
// returns the number of members.
func (r *Reader) Object(member func(name string), required ...string) (members int) {
	if !r.enter('{', ErrNotObject) {
		return 0
	}
	seen := map[string]bool{}
	for ; r.another('}', members); members++ {
		name := r.memberName()
		if seen[name] {
			r.fail(ErrDuplicate)
		}
		seen[name] = true
		if r.err != nil {
			return members
		}
		member(name)
		if r.err != nil {
			r.within(name)
			return members
		}
	}
	if r.err != nil {
		return members
	}
	for _, name := range required {
		if !seen[name] {
			r.fail(errMissing)
			r.within(name)
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
	for i := 0; r.another(']', i); i++ {
		item()
		if r.err != nil {
			r.within("[" + strconv.Itoa(i) + "]")
			return
		}
	}
}

// String reads a string.
func (r *Reader) String() string {
	if !r.next('"', errNotString) {
		return ""
	}
	return strings.Clone(r.text()) // not to keep the whole answer in memory
}

// Bool reads true or false.
func (r *Reader) Bool() bool {
	if r.err != nil {
		return false
	}
	switch c := r.peek(); c {
	case 't', 'f':
		r.literal()
		return c == 't'
	}
	r.fail(errNotBool)
	return false
}

// Null reads null if that is what comes next, and reports whether it was.
func (r *Reader) Null() bool {
	if r.err != nil || r.peek() != 'n' {
		return false
	}
	r.literal()
	return r.err == nil
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
	switch r.peek() {
	case '{':
		r.Object(func(string) { r.skip() })
	case '[':
		r.Array(r.skip)
	case '"':
		r.text()
	default:
		r.literal()
	}
	if r.err != nil {
		r.path = "" // names within it are data, too
	}
}

// HideName keeps the name of the member that has just been read out of an error
// within it: for names that are data and not the document's.
func (r *Reader) HideName() {
	if r.err != nil {
		r.hidden = true
	}
}

// Refuse makes what has just been read an error: reason is a phrase like "empty".
func (r *Reader) Refuse(reason string) { r.fail(phrase(reason)) }
