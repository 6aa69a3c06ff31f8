package format

import "strings"

const (
	maxAddress = 254 // RFC 5321, 4.5.3.1.3: a path of 256 octets less its angle brackets
	maxLocal   = 64  // RFC 5321, 4.5.3.1.1
	maxLabel   = 63  // RFC 1035, 2.3.4

	errEmail = failure("not an e-mail address (local@domain)")
)

// Email reports whether s is an e-mail address as RFC 5321 writes it between
// the angle brackets: an unquoted local part of at most 64 octets, an @, and a
// domain of DNS labels; at most 254 octets in all.
//
// Refused, although one RFC or another has a form for it: a display name, a
// quoted local part, comments and folding space, an address literal
// (user@[192.0.2.1]), and anything outside ASCII (SMTPUTF8). A domain of one
// label (user@localhost) is accepted, as in RFC 5321 and in JSON Schema.
func Email(s string) error {
	at := strings.IndexByte(s, '@')
	if at < 1 || at > maxLocal || len(s) > maxAddress {
		return errEmail
	}
	if !isDotAtom(s[:at]) || !isDomain(s[at+1:]) {
		return errEmail
	}
	return nil
}

func isDotAtom(s string) bool {
	dot := true // an atom must begin here
	for i := range len(s) {
		switch c := s[i]; {
		case c != '.' && !isAtext(c):
			return false
		case c == '.' && dot:
			return false
		default:
			dot = c == '.'
		}
	}
	return !dot
}

func isAtext(c byte) bool {
	return isAlpha(c) || isDigit(c) || strings.IndexByte("!#$%&'*+-/=?^_`{|}~", c) >= 0
}

func isDomain(s string) bool {
	for {
		label, rest, more := strings.Cut(s, ".")
		if !isLabel(label) {
			return false
		}
		if !more {
			return true
		}
		s = rest
	}
}

func isLabel(s string) bool {
	if s == "" || len(s) > maxLabel || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	for i := range len(s) {
		if c := s[i]; !isAlpha(c) && !isDigit(c) && c != '-' {
			return false
		}
	}
	return true
}
