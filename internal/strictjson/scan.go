package strictjson

import (
	"encoding/json"
	"strings"
)

func (r *Reader) space() {
	for r.pos < len(r.data) {
		switch r.data[r.pos] {
		case ' ', '\t', '\r', '\n':
			r.pos++
		default:
			return
		}
	}
}

// next reports whether a value that begins with c comes next; if not, that is
// the error wrong.
func (r *Reader) next(c byte, wrong error) bool {
	if r.err != nil {
		return false
	}
	if r.data[r.pos] != c {
		r.fail(wrong)
		return false
	}
	return true
}

func (r *Reader) enter(c byte, wrong error) bool {
	if !r.next(c, wrong) {
		return false
	}
	r.pos++
	r.space()
	return true
}

func (r *Reader) leave(c byte) bool {
	if r.data[r.pos] != c {
		return false
	}
	r.pos++
	return true
}

func (r *Reader) comma() {
	r.space()
	if r.data[r.pos] == ',' {
		r.pos++
		r.space()
	}
}

// literal steps over a number, true, false or null and returns it.
func (r *Reader) literal() string {
	start := r.pos
	for r.pos < len(r.data) && !ends(r.data[r.pos]) {
		r.pos++
	}
	return r.data[start:r.pos]
}

// ends reports whether c is what can follow a number or a literal.
func ends(c byte) bool {
	switch c {
	case ' ', '\t', '\r', '\n', ',', ']', '}':
		return true
	}
	return false
}

// quoted steps over a string and returns it with its quotes.
func (r *Reader) quoted() string {
	start := r.pos
	for r.pos++; ; r.pos++ {
		r.pos += strings.IndexByte(r.data[r.pos:], '"')
		slashes := 0
		for r.data[r.pos-1-slashes] == '\\' {
			slashes++
		}
		if slashes%2 == 0 {
			break
		}
	}
	r.pos++
	return r.data[start:r.pos]
}

// name steps over a string and returns it decoded: "\u0061" and "a" are one name.
func (r *Reader) name() string {
	quoted := r.quoted()
	if strings.IndexByte(quoted, '\\') < 0 {
		return quoted[1 : len(quoted)-1]
	}
	var s string
	if json.Unmarshal([]byte(quoted), &s) != nil {
		r.fail(ErrSyntax)
	}
	return s
}

// names is a set that allocates nothing for the small objects of an API and
// stays linear for the huge ones of an attacker.
type names struct {
	few  [8]string
	n    int
	many map[string]struct{}
}

func (s *names) has(name string) bool {
	for _, other := range s.few[:s.n] {
		if other == name {
			return true
		}
	}
	_, ok := s.many[name]
	return ok
}

// add reports whether name is new.
func (s *names) add(name string) bool {
	switch {
	case s.has(name):
		return false
	case s.n < len(s.few):
		s.few[s.n] = name
		s.n++
		return true
	case s.many == nil:
		s.many = map[string]struct{}{}
	}
	s.many[name] = struct{}{}
	return true
}
