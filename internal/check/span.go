package check

import (
	"strings"
	"unicode/utf8"
)

// Span cuts as many characters of a set off the front of s as there are, but no
// more than most (-1: any number), and reports whether these are at least least.
//
// A set is written as within the brackets of a regular expression, without
// escapes: "0-9A-F_", "^/" for all but the slash. A "-" that is first or last is
// itself, as is a "^" that is alone or not first.
func Span(s *string, least, most int, set string) bool {
	n := 0
	for rest := *s; n != most && rest != ""; n++ {
		r, size := utf8.DecodeRuneInString(rest)
		if !in(r, set) {
			break
		}
		rest = rest[size:]
		*s = rest
	}
	return n >= least
}

// Literal cuts text off the front of s and reports whether it was there.
func Literal(s *string, text string) bool {
	rest, ok := strings.CutPrefix(*s, text)
	*s = rest
	return ok
}

func in(r rune, set string) bool {
	negated := len(set) > 1 && set[0] == '^'
	if negated {
		set = set[1:]
	}
	for set != "" {
		low, size := utf8.DecodeRuneInString(set)
		set = set[size:]
		high := low
		if len(set) > 1 && set[0] == '-' {
			high, size = utf8.DecodeRuneInString(set[1:])
			set = set[1+size:]
		}
		if low <= r && r <= high {
			return !negated
		}
	}
	return negated
}
