package sample

import (
	"cmp"
	"fmt"
	"math/big"
	"strings"

	"github.com/umbrella-api/umbrella-go/tools/internal/document"
)

// numbers tries multiples beside the lower bound, or else the upper one, and what
// is between the two.
func numbers(s *document.Schema, n int) (values [][]byte) {
	step := rational(s.MultipleOf)
	if step == nil || step.Sign() <= 0 {
		step = big.NewRat(1, 1)
	}
	start := new(big.Rat)
	low, high := rational(cmp.Or(s.Minimum, s.ExclusiveMinimum)), rational(cmp.Or(s.Maximum, s.ExclusiveMaximum))
	switch {
	case low != nil:
		start = multiple(low, step)
	case high != nil:
		start = multiple(high, step)
		step = new(big.Rat).Neg(step)
	}
	for i := range n + 3 { // the first two can be out of an exclusive bound
		value := new(big.Rat).Mul(step, big.NewRat(int64(i), 1))
		values = append(values, decimal(value.Add(value, start)))
	}
	if low != nil && high != nil {
		for i := range n + 1 {
			part := new(big.Rat).Sub(high, low)
			part.Mul(part, big.NewRat(1, int64(i)+2))
			values = append(values, decimal(part.Add(part, low)))
		}
	}
	return values
}

// multiple is the multiple of step at or below x.
func multiple(x, step *big.Rat) *big.Rat {
	quotient := new(big.Rat).Quo(x, step)
	whole := new(big.Int).Div(quotient.Num(), quotient.Denom())
	return new(big.Rat).Mul(new(big.Rat).SetInt(whole), step)
}

func rational(text string) *big.Rat {
	if value, ok := new(big.Rat).SetString(text); ok {
		return value
	}
	return nil
}

func decimal(x *big.Rat) []byte {
	text := strings.TrimRight(x.FloatString(12), "0")
	return []byte(strings.TrimSuffix(text, "."))
}

// formats writes a string of each format, another for each i, with padding where
// it takes any.
var formats = map[string]func(i int, padding string) string{
	"email":     func(i int, padding string) string { return "user" + padding + nth(i) + "@example.com" },
	"uri":       func(i int, padding string) string { return "https://example.com/" + padding + nth(i) },
	"date-time": func(i int, _ string) string { return fmt.Sprintf("2025-07-30T08:%02d:%02dZ", i/60%60, i%60) },
	"date":      func(i int, _ string) string { return fmt.Sprintf("%d-07-%02d", 2025+i/31, i%31+1) },
	"uuid":      func(i int, _ string) string { return fmt.Sprintf("123e4567-e89b-12d3-a456-%012d", i) },
}

func nth(i int) string {
	if i == 0 {
		return ""
	}
	return fmt.Sprint(i)
}

// texts tries strings of the format, then of the pattern.
func texts(s *document.Schema, n int) (values [][]byte) {
	write := formats[s.Format]
	if write == nil {
		write = func(i int, padding string) string {
			text := "string" + padding + nth(i)
			if s.MaxLength != nil {
				text = text[max(0, len(text)-*s.MaxLength):]
			}
			return text
		}
	}
	for i := range n + 1 {
		text := write(i, "")
		if missing := bound(s.MinLength, 0) - len(text); missing > 0 {
			text = write(i, strings.Repeat("x", missing))
		}
		values = append(values, quote(text))
	}
	for _, text := range matches(s.Pattern, bound(s.MinLength, 16), n) {
		values = append(values, quote(text))
	}
	return values
}

func bound(given *int, otherwise int) int {
	if given == nil {
		return otherwise
	}
	return *given
}
