package strictjson

import (
	"encoding/json"
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

// peek returns the next byte, 0 at the end.
func (r *Reader) peek() byte {
	if r.pos < len(r.data) {
		return r.data[r.pos]
	}
	return 0
}

// next reports whether a value that begins with c comes next; if not, that is
// the error wrong.
func (r *Reader) next(c byte, wrong error) bool {
	if r.err == nil && r.peek() != c {
		r.fail(wrong)
	}
	return r.err == nil
}

// enter steps into an object or array.
func (r *Reader) enter(c byte, wrong error) bool {
	if r.depth == maxDepth {
		r.fail(ErrSyntax)
	}
	if !r.next(c, wrong) {
		return false
	}
	r.pos++
	r.depth++
	return true
}

// another reports whether after n members or items another one follows, and steps
// to it or behind the end.
func (r *Reader) another(end byte, n int) bool {
	r.space()
	switch c := r.peek(); {
	case c == end:
		r.pos++
		r.depth--
		return false
	case n == 0:
		return true
	case c == ',':
		r.pos++
		r.space()
		return true
	}
	r.fail(ErrSyntax)
	return false
}

// memberName reads the name of a member and steps to its value.
func (r *Reader) memberName() string {
	if !r.next('"', ErrSyntax) {
		return ""
	}
	name := r.text()
	r.space()
	if r.next(':', ErrSyntax) {
		r.pos++
		r.space()
	}
	return name
}

// literal steps over a number, true, false or null and returns it.
func (r *Reader) literal() string {
	start := r.pos
	for r.pos < len(r.data) && !ends(r.data[r.pos]) {
		r.pos++
	}
	text := r.data[start:r.pos]
	switch text {
	case "true", "false", "null":
	default:
		if !json.Valid([]byte(text)) {
			r.fail(ErrSyntax)
		}
	}
	return text
}

// ends reports whether c is what can follow a number or a literal.
func ends(c byte) bool {
	switch c {
	case ' ', '\t', '\r', '\n', ',', ']', '}':
		return true
	}
	return false
}

// text steps over a string and returns it decoded: "\u0061" and "a" are one name.
func (r *Reader) text() string {
	rest := r.data[r.pos:]
	end, escaped := 1, false
	for end < len(rest) && rest[end] != '"' && rest[end] >= ' ' { // controls need an escape
		if rest[end] == '\\' {
			end++
			escaped = true
		}
		end++
	}
	if end >= len(rest) || rest[end] != '"' {
		r.fail(ErrSyntax)
		return ""
	}
	r.pos += end + 1
	if !escaped {
		return rest[1:end]
	}
	var s string
	if json.Unmarshal([]byte(rest[:end+1]), &s) != nil {
		r.fail(ErrSyntax)
	}
	return s
}
