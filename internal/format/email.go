package format

import (
	"net/netip"
	"strings"
	"unicode/utf8"
)

const (
	maxAddress = 254 // RFC 5321, 4.5.3.1.3: a path of 256 octets less its angle brackets
	maxLocal   = 64  // RFC 5321, 4.5.3.1.1
	maxLabel   = 63  // RFC 1035, 2.3.4

	errEmail       = failure("not an e-mail address (local@domain)")
	errEmailLocal  = failure("not an e-mail address in ASCII, which the document asks for: its part before the @ has other characters")
	errEmailDomain = failure("not an e-mail address in ASCII, which the document asks for: write the domain in punycode (user@xn--bcher-kva.example)")
)

// Email reports whether s is a Mailbox of RFC 5321, which is what JSON Schema
// means by email: a local part of at most 64 octets, quoted or not, an @, and a
// domain of DNS labels or the literal of an address (user@[192.0.2.1],
// user@[IPv6:2001:db8::1]); at most 254 octets in all.
//
// Refused, although other RFCs have a form for it: a display name, comments,
// folding space, and anything outside ASCII (SMTPUTF8, which JSON Schema calls
// idn-email). A domain of one label (user@localhost) is accepted.
func Email(s string) error {
	at := endOfLocal(s)
	if at < 1 || at >= len(s) || s[at] != '@' {
		return errEmail
	}
	local, domain := s[:at], s[at+1:]
	switch {
	case at <= maxLocal && len(s) <= maxAddress &&
		(isDotAtom(local) || isQuoted(local)) && (isDomain(domain) || isAddressLiteral(domain)):
		return nil
	case !utf8.ValidString(s):
		return errEmail
	case !isASCII(domain):
		return errEmailDomain
	case !isASCII(local):
		return errEmailLocal
	}
	return errEmail
}

// endOfLocal returns where the @ after the local part has to be: after the closing
// quote of one that begins with a quote, else at the first @. It is -1 if there is none.
func endOfLocal(s string) int {
	if s == "" || s[0] != '"' {
		return strings.IndexByte(s, '@')
	}
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return -1
}

// isQuoted reports whether s, of which endOfLocal found the end, is a
// Quoted-string of RFC 5321, 4.1.2: printable ASCII between quotes.
func isQuoted(s string) bool {
	if s[0] != '"' {
		return false
	}
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// isAddressLiteral accepts the two kinds that are registered, IPv4 and IPv6.
func isAddressLiteral(s string) bool {
	if len(s) < 2 || s[0] != '[' || s[len(s)-1] != ']' {
		return false
	}
	s = s[1 : len(s)-1]
	const tag = "IPv6:"
	if len(s) > len(tag) && strings.EqualFold(s[:len(tag)], tag) {
		return isIPv6(s[len(tag):])
	}
	address, err := netip.ParseAddr(s)
	return err == nil && address.Is4()
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
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
