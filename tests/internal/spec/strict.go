package spec

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

// Strict reports whether data is one JSON value in UTF-8 in which no object names
// a member twice, which no judge of decoded values can tell.
func Strict(data []byte) bool { return utf8.Valid(data) && json.Valid(data) && Unique(data) }

// Unique reports whether no object of valid JSON names a member twice.
func Unique(data []byte) bool {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	type level struct {
		names map[string]bool // nil in an array
		value bool            // the next string is a value
	}
	var stack []level
	for {
		tok, err := decoder.Token()
		if err != nil {
			return true
		}
		switch tok {
		case json.Delim('{'):
			stack = append(stack, level{names: map[string]bool{}})
			continue
		case json.Delim('['):
			stack = append(stack, level{})
			continue
		case json.Delim('}'), json.Delim(']'):
			stack = stack[:len(stack)-1]
		}
		if len(stack) == 0 || stack[len(stack)-1].names == nil {
			continue
		}
		top := &stack[len(stack)-1]
		name, isText := tok.(string)
		if isText && !top.value {
			if top.names[name] {
				return false
			}
			top.names[name] = true
			top.value = true
			continue
		}
		top.value = false
	}
}
