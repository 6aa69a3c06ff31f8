package main

import (
	"errors"
	"fmt"
	"strings"
)

const (
	// What \s and . are in ECMA-262; in RE2 they are less and more.
	ecmaSpace = `\t\n\v\f\r \x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}`
	ecmaDot   = `[^\n\r\x{2028}\x{2029}]`
)

// translate writes a pattern of ECMA-262, as JSON Schema has it, as one of RE2 that
// matches the same strings, or says what RE2 does not have.
func translate(pattern string) (string, error) {
	var out strings.Builder
	inClass := false
	for i := 0; i < len(pattern); {
		rest := pattern[i:]
		text, size := rest[:1], 1
		var err error
		switch {
		case rest[0] == '\\':
			text, size, err = escape(rest, inClass)
		case inClass && rest[0] == ']':
			inClass = false
		case inClass && rest[0] == '[': // RE2 might see [:alpha:]
			text = `\[`
		case inClass:
		case strings.HasPrefix(rest, "[]"), strings.HasPrefix(rest, "[^]"):
			err = errors.New("[] and [^] mean something else in Go")
		case strings.HasPrefix(rest, "[^"):
			text, size, inClass = "[^", 2, true
		case rest[0] == '[':
			inClass = true
		case rest[0] == '.':
			text = ecmaDot
		case strings.HasPrefix(rest, "(?") && !strings.HasPrefix(rest, "(?:"):
			err = errors.New("groups with (? other than (?: are not matched in Go as in JavaScript")
		case strings.HasPrefix(rest, "{,"):
			err = errors.New("{, is not a count")
		}
		if err != nil {
			return "", err
		}
		out.WriteString(text)
		i += size
	}
	return out.String(), nil
}

// escape translates the escape that s begins with.
func escape(s string, inClass bool) (text string, size int, err error) {
	if len(s) < 2 {
		return "", 0, errors.New("it ends in a backslash")
	}
	switch c := s[1]; {
	case c == 's' && inClass:
		return ecmaSpace, 2, nil
	case c == 's':
		return "[" + ecmaSpace + "]", 2, nil
	case c == 'S' && !inClass:
		return "[^" + ecmaSpace + "]", 2, nil
	case c == 'b' && inClass:
		return `\x08`, 2, nil
	case c == '0' && (len(s) == 2 || s[2] < '0' || s[2] > '9'):
		return `\x00`, 2, nil
	case c == 'x' && len(s) >= 4 && isHex(s[2:4]):
		return s[:4], 4, nil
	case c == 'u' && len(s) >= 6 && isHex(s[2:6]) && !(s[2]|0x20 == 'd' && s[3] >= '8'): // no surrogates
		return `\x{` + s[2:6] + `}`, 6, nil
	case (c == 'p' || c == 'P') && category(s) > 0:
		return s[:category(s)], category(s), nil
	case strings.IndexByte("dDwWtnvfr", c) >= 0, c == 'b', c == 'B' && !inClass:
		return s[:2], 2, nil
	case strings.IndexByte(`^$\.*+?()[]{}|-`, c) >= 0:
		return s[:2], 2, nil
	case c == '/':
		return "/", 2, nil
	}
	return "", 0, fmt.Errorf(`the escape \%c is not matched in Go as in JavaScript`, s[1])
}

// category is the length of \p{L} or \p{Lu} at the begin of s: general categories,
// which both know; 0 for anything else.
func category(s string) int {
	end := strings.IndexByte(s, '}') + 1
	if len(s) > 2 && s[2] == '{' && (end == 5 || end == 6) {
		return end
	}
	return 0
}

func isHex(s string) bool { return strings.Trim(s, "0123456789abcdefABCDEF") == "" }
