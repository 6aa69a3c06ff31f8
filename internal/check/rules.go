package check

import (
	"encoding/json"
	"maps"
	"math"
	"math/big"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// Text checks that a Go string is one that JSON can hold, and reports whether it
// is. encoding/json would replace the bad bytes without a word.
func (v *Violations) Text(name, s string) bool {
	if utf8.ValidString(s) {
		return true
	}
	v.Add(name, "type", "is not valid UTF-8 and so not a JSON string")
	return false
}

// Number checks that a Go float is a number that JSON can hold, and reports
// whether it is.
func (v *Violations) Number(name string, f float64) bool {
	if !math.IsNaN(f) && !math.IsInf(f, 0) {
		return true
	}
	v.Add(name, "type", "is not a number that JSON can hold")
	return false
}

// Time checks that a Go time is one that RFC 3339 can write: years 0 to 9999
// and an offset of less than a day.
func (v *Violations) Time(name string, t time.Time) {
	_, offset := t.Zone()
	const day = 24 * 60 * 60
	if year := t.Year(); year < 0 || year > 9999 || offset <= -day || offset >= day {
		v.Add(name, "format", "is not a time that a date-time can be (years 0 to 9999)")
	}
}

// Format checks what a function of internal/format returned for the member name.
func (v *Violations) Format(name, format string, err error) {
	if err != nil {
		v.Add(name, "format", "does not have the format "+format+": "+err.Error())
	}
}

// Present checks that a list or map that must be sent is not sent as null.
func (v *Violations) Present(name string, isNil bool) {
	if isNil {
		v.Add(name, "type", "is nil, which is sent as null; it can be empty instead")
	}
}

// Known checks the names of the further members of an object: one that the
// document has a field for would overwrite the field.
func Known[T any](v *Violations, further map[string]T, fields ...string) {
	for _, field := range fields {
		if _, ok := further[field]; ok {
			v.Add(field, "type", "is a field of its own and must not be among the additional properties")
		}
	}
}

// Keys returns the names in a map in order, in which JSON has them and in which
// violations are found each time.
func Keys[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }

// Unique reports whether no two items are equal.
func Unique[T comparable](items []T) bool {
	const few = 16 // where comparing all costs less than a map
	if len(items) <= few {
		for i, item := range items {
			if slices.Contains(items[:i], item) {
				return false
			}
		}
		return true
	}
	seen := make(map[T]struct{}, len(items))
	for _, item := range items {
		seen[item] = struct{}{}
	}
	return len(seen) == len(items)
}

// UniqueJSON is Unique for items that Go cannot compare, or not as JSON does.
func UniqueJSON[T any](items []T) bool {
	if len(items) < 2 {
		return true
	}
	texts := make([]string, len(items))
	for i, item := range items {
		text, err := json.Marshal(item)
		if err != nil {
			return true // sending it fails, which says more
		}
		texts[i] = string(text)
	}
	return Unique(texts)
}

// MultipleOf reports whether f is a multiple of a decimal number. Both are what
// they are in JSON: 0.3 is three times 0.1, whatever their bits are.
func MultipleOf[F float32 | float64](f F, of string) bool {
	bits := 64
	if _, ok := any(f).(float32); ok {
		bits = 32
	}
	value, ok := new(big.Rat).SetString(strconv.FormatFloat(float64(f), 'g', -1, bits))
	divisor, valid := new(big.Rat).SetString(of)
	if !ok || !valid || divisor.Sign() == 0 {
		return false
	}
	return value.Quo(value, divisor).IsInt()
}
