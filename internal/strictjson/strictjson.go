// Package strictjson reads JSON as a contract needs it read: one value, nothing
// after it, and no member named twice. encoding/json lets the last of two
// members win, so two readers of one answer could see different values.
package strictjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"unicode/utf8"
)

// The errors say what is wrong and never quote the data.
var (
	ErrSyntax    = errors.New("not one valid JSON value")
	ErrNotObject = errors.New("not a JSON object")
	ErrDuplicate = errors.New("a member name appears twice in one object")
)

// Check reports whether data is exactly one JSON value in which no object, at
// any depth, has two members of one name.
func Check(data []byte) error {
	if !valid(data) {
		return ErrSyntax
	}
	w := walker{data: data}
	w.value(nil)
	return w.err
}

// Object checks data as Check does and calls member for each member of the
// top-level object, in order, with its exact name and its raw value. It stops
// at the first error that member returns.
func Object(data []byte, member func(name string, value []byte) error) error {
	if !valid(data) {
		return ErrSyntax
	}
	return Members(data, member)
}

// Members is Object for a value that Object has handed out: it is not checked
// once more.
func Members(value []byte, member func(name string, value []byte) error) error {
	w := walker{data: value}
	w.space()
	if w.data[w.pos] != '{' {
		return ErrNotObject
	}
	w.value(member)
	return w.err
}

// valid insists on UTF-8 (RFC 8259, section 8.1), which encoding/json would mend
// in silence.
func valid(data []byte) bool { return utf8.Valid(data) && json.Valid(data) }

// walker steps through data that valid has accepted, so that it need not
// look for syntax errors nor bound its depth.
type walker struct {
	data []byte
	pos  int
	err  error
}

func (w *walker) space() {
	for w.pos < len(w.data) {
		switch w.data[w.pos] {
		case ' ', '\t', '\r', '\n':
			w.pos++
		default:
			return
		}
	}
}

// value steps over one value and the space around it.
func (w *walker) value(member func(string, []byte) error) {
	w.space()
	switch w.data[w.pos] {
	case '{':
		w.object(member)
	case '[':
		w.pos++
		for w.space(); w.err == nil && w.data[w.pos] != ']'; {
			w.value(nil)
			w.comma()
		}
		w.pos++
	case '"':
		w.str()
	default:
		for w.pos < len(w.data) && !ends(w.data[w.pos]) {
			w.pos++
		}
	}
	w.space()
}

// ends reports whether c is what can follow a number or a literal.
func ends(c byte) bool {
	switch c {
	case ' ', '\t', '\r', '\n', ',', ']', '}':
		return true
	}
	return false
}

func (w *walker) object(member func(string, []byte) error) {
	var seen names
	w.pos++
	for w.space(); w.err == nil && w.data[w.pos] != '}'; {
		name := w.name()
		if !seen.add(name) {
			w.err = ErrDuplicate
			return
		}
		w.space()
		w.pos++ // the colon
		w.space()
		start := w.pos
		w.value(nil)
		if w.err == nil && member != nil {
			w.err = member(string(name), bytes.TrimRight(w.data[start:w.pos], " \t\r\n"))
		}
		w.comma()
	}
	w.pos++
}

func (w *walker) comma() {
	if w.err == nil && w.data[w.pos] == ',' {
		w.pos++
		w.space()
	}
}

// str steps over a string and returns it with its quotes.
func (w *walker) str() []byte {
	start := w.pos
	for w.pos++; ; w.pos++ {
		w.pos += bytes.IndexByte(w.data[w.pos:], '"')
		slashes := 0
		for w.data[w.pos-1-slashes] == '\\' {
			slashes++
		}
		if slashes%2 == 0 {
			break
		}
	}
	w.pos++
	return w.data[start:w.pos]
}

// name returns a member name decoded: "\u0061" and "a" are one name.
func (w *walker) name() []byte {
	quoted := w.str()
	if bytes.IndexByte(quoted, '\\') < 0 {
		return quoted[1 : len(quoted)-1]
	}
	var s string
	if err := json.Unmarshal(quoted, &s); err != nil {
		w.err = ErrSyntax
	}
	return []byte(s)
}

// names is a set that allocates nothing for the small objects of an API and
// stays linear for the huge ones of an attacker.
type names struct {
	few  [8][]byte
	n    int
	many map[string]struct{}
}

func (s *names) add(name []byte) bool {
	for _, other := range s.few[:s.n] {
		if bytes.Equal(other, name) {
			return false
		}
	}
	if s.n < len(s.few) {
		s.few[s.n] = name
		s.n++
		return true
	}
	if _, ok := s.many[string(name)]; ok {
		return false
	}
	if s.many == nil {
		s.many = map[string]struct{}{}
	}
	s.many[string(name)] = struct{}{}
	return true
}
