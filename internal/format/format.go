// Package format judges strings by the formats of JSON Schema that an OpenAPI
// document may use: email, uri, date-time, date and uuid. It is the one definition
// of them, shared by the client, the check of live traffic and the mock, so that
// these cannot disagree.
//
// The functions allocate nothing for a string that conforms, may be called
// concurrently, and never put the value into an error.
package format

// failure is a constant error: nothing to allocate, nothing to initialise.
type failure string

func (f failure) Error() string { return string(f) }

// set is a set of ASCII characters, a bit for each.
type set [2]uint64

func setOf(chars string) (s set) {
	for i := range len(chars) {
		s[chars[i]/64] |= 1 << (chars[i] % 64)
	}
	return s
}

func (s *set) has(c byte) bool { return c < 128 && s[c/64]>>(c%64)&1 == 1 }

func isAlpha(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isHex(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }
