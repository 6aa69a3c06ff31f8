package once

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/umbrella-api/umbrella-go/api"
)

// mac tells requests of a key apart without keeping them. It is keyed, as a plain
// hash of a phone number is guessed in minutes. Properties go in by name, in
// alphabetical order, and those without a value are left out, so a document that
// gains, renames in Go or reorders properties does not change it.
func (l *Ledger) mac(key string, req api.CreateSessionLinkRequest) string {
	text := appendText(make([]byte, 0, 512), key)
	value := reflect.ValueOf(&req).Elem()
	for _, f := range requestFields {
		if v := value.Field(f.index); !isEmpty(v) && !slices.Contains(l.without, f.name) {
			text = appendValue(appendText(text, f.name), v)
		}
	}
	h := hmac.New(sha256.New, l.secret)
	h.Write(text)
	return string(hex.AppendEncode([]byte("v1:"), h.Sum(text[:0])))
}

// field is a property of an object, as encoding/json sees it.
type field struct {
	name  string
	index int
}

var (
	fieldsByType  sync.Map // from the type of an object to its fields
	requestFields = fieldsOf(reflect.TypeFor[api.CreateSessionLinkRequest]())
)

func fieldsOf(t reflect.Type) []field {
	if fields, ok := fieldsByType.Load(t); ok {
		return fields.([]field)
	}
	var fields []field
	for i := range t.NumField() {
		if name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ","); name != "" && name != "-" {
			fields = append(fields, field{name, i})
		}
	}
	slices.SortFunc(fields, func(a, b field) int { return cmp.Compare(a.name, b.name) })
	fieldsByType.Store(t, fields)
	return fields
}

func isEmpty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.String, reflect.Slice, reflect.Map:
		return v.Len() == 0
	}
	return v.IsZero()
}

// appendValue writes v so that no two values are written alike.
func appendValue(text []byte, v reflect.Value) []byte {
	switch v.Kind() {
	case reflect.String:
		return appendText(append(text, 's'), v.String())
	case reflect.Slice:
		text = binary.AppendUvarint(append(text, 'l'), uint64(v.Len()))
		for i := range v.Len() {
			text = appendValue(text, v.Index(i))
		}
		return text
	case reflect.Struct:
		if fields := fieldsOf(v.Type()); len(fields) > 0 {
			text = append(text, 'o')
			for _, f := range fields {
				if v := v.Field(f.index); !isEmpty(v) {
					text = appendValue(appendText(text, f.name), v)
				}
			}
			return append(text, 0) // no name is empty
		}
	}
	value, _ := json.Marshal(v.Interface()) // what cannot be encoded is not sent either
	return appendText(append(text, 'j'), string(value))
}

func appendText(text []byte, s string) []byte {
	return append(binary.AppendUvarint(text, uint64(len(s))), s...)
}
