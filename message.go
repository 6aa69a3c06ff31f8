package umbrella

import (
	"encoding/json"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxMessage is the length of the longest message, in bytes.
const maxMessage = 512

// message finds the explanation in the body of an error: the first text under one
// of the names that the vendor's own client looks at.
func message(body []byte) string {
	type names struct{ Message, Error, Details json.RawMessage }
	var top struct {
		names
		Data json.RawMessage
	}
	var inner names
	if json.Unmarshal(body, &top) != nil {
		return ""
	}
	_ = json.Unmarshal(top.Data, &inner) // often there is none
	for _, raw := range [...]json.RawMessage{top.Message, top.Error, inner.Message, inner.Error, top.Details} {
		var s string
		if json.Unmarshal(raw, &s) != nil {
			continue
		}
		if s = oneLine(s); s != "" {
			return s
		}
	}
	return ""
}

// oneLine takes out of a server's text what would break a line of a log, and what
// is too long.
func oneLine(s string) string {
	s = strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case r == utf8.RuneError || unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp):
			return -1
		}
		return r
	}, s))
	if len(s) > maxMessage {
		end := maxMessage
		for !utf8.RuneStart(s[end]) {
			end--
		}
		s = s[:end]
	}
	return s
}
