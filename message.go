package umbrella

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	maxMessage   = 512      // bytes of the longest message
	maxExplained = 64 << 10 // bytes of a body in which one is looked for
)

// message finds the explanation in the body of an error: the first text under one
// of the names that the vendor's own client looks at.
func message(body []byte) string {
	var top map[string]any
	if len(body) > maxExplained || json.Unmarshal(body, &top) != nil {
		return ""
	}
	data, _ := top["data"].(map[string]any)
	for _, v := range [...]any{top["message"], top["error"], data["message"], data["error"], top["details"]} {
		if text, ok := v.(string); ok {
			if text = oneLine(text); text != "" {
				return text
			}
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
		case r == utf8.RuneError || !strconv.IsGraphic(r):
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
