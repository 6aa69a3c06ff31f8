package strictjson

import (
	"encoding/json"
	"strconv"
	"strings"
)

// UniqueArray is Array where no two items may be equal. It compares them as they
// stand in the JSON, with members that item skips.
func (r *Reader) UniqueArray(item func()) {
	var items []string
	r.Array(func() {
		start := r.pos
		item()
		items = append(items, r.data[start:r.pos])
	})
	if r.err != nil || len(items) < 2 {
		return
	}
	seen := make(map[string]struct{}, len(items))
	for _, text := range items {
		seen[canonical(text)] = struct{}{}
	}
	if len(seen) < len(items) {
		r.fail(errTwice)
	}
}

// canonical writes equal JSON values alike, whatever the order of members and the
// spelling of strings and numbers.
func canonical(text string) string {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil {
		return text
	}
	written, err := json.Marshal(normal(value))
	if err != nil {
		return text
	}
	return string(written)
}

func normal(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for name, member := range value {
			value[name] = normal(member)
		}
	case []any:
		for i, item := range value {
			value[i] = normal(item)
		}
	case json.Number:
		sign, digits, point := decimal(string(value))
		if digits == "" {
			return json.Number("0")
		}
		return json.Number(sign + digits + "e" + strconv.Itoa(point))
	}
	return value
}
