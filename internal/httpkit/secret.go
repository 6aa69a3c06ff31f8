package httpkit

import (
	"errors"
	"fmt"
	"unicode/utf8"
)

// CheckSecret reports whether secret is one or more printable ASCII characters without
// a space. Its error names the first character that is not, and its place, and
// shows nothing else: "character 37 of 37 is a line feed".
func CheckSecret(secret string) error {
	if secret == "" {
		return errors.New("empty")
	}
	for i, c := range secret {
		if c > ' ' && c <= '~' {
			continue
		}
		name := fmt.Sprintf("%U", c)
		switch _, size := utf8.DecodeRuneInString(secret[i:]); {
		case c == utf8.RuneError && size == 1:
			name = "not UTF-8"
		case c == ' ':
			name = "a space"
		case c == '\t':
			name = "a tab"
		case c == '\n':
			name = "a line feed"
		case c == '\r':
			name = "a carriage return"
		case c == 0xFEFF:
			name = "a byte order mark"
		}
		return fmt.Errorf("character %d of %d is %s", i+1, utf8.RuneCountInString(secret), name)
	}
	return nil
}
