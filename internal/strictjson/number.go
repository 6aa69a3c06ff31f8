package strictjson

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/umbrella-api/umbrella-go/internal/format"
)

// Int reads an integer. As in JSON Schema 1.0 and 1e2 are integers.
func (r *Reader) Int() int { return int(r.integer(strconv.IntSize)) }

// Int32 reads an integer of 32 bits.
func (r *Reader) Int32() int32 { return int32(r.integer(32)) }

// Int64 reads an integer of 64 bits.
func (r *Reader) Int64() int64 { return r.integer(64) }

// Float64 reads a number. One that is beyond float64 (1e400) is an error.
func (r *Reader) Float64() float64 { return r.float(64) }

// Float32 is Float64 for 32 bits.
func (r *Reader) Float32() float32 { return float32(r.float(32)) }

// Time reads a date-time. Go has no leap second: 23:59:60 is read as the second
// after 23:59:59.
func (r *Reader) Time() time.Time {
	if !r.next('"', errNotString) {
		return time.Time{}
	}
	text := r.text()
	if format.DateTime(text) != nil {
		r.fail(errNotTime)
		return time.Time{}
	}
	text = strings.ReplaceAll(strings.ReplaceAll(text, "t", "T"), "z", "Z") // RFC 3339 allows both
	var leap time.Duration
	const second = len("2006-01-02T15:04:")
	if text[second] == '6' {
		text, leap = text[:second]+"59"+text[second+2:], time.Second
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		r.fail(errTooLarge)
	}
	return at.Add(leap)
}

func (r *Reader) number(wrong error) string {
	if r.err != nil {
		return ""
	}
	if c := r.peek(); c != '-' && (c < '0' || c > '9') {
		r.fail(wrong)
		return ""
	}
	return r.literal()
}

func (r *Reader) float(bits int) float64 {
	text := r.number(errNotNumber)
	if r.err != nil {
		return 0
	}
	f, err := strconv.ParseFloat(text, bits)
	if err != nil {
		r.fail(errTooLarge)
		return 0
	}
	return f
}

func (r *Reader) integer(bits int) int64 {
	text := r.number(errNotInteger)
	if r.err != nil {
		return 0
	}
	if strings.ContainsAny(text, ".eE") {
		var ok bool
		if text, ok = plain(text); !ok {
			r.fail(errNotInteger)
			return 0
		}
	}
	n, err := strconv.ParseInt(text, 10, bits)
	if err != nil {
		r.fail(errTooLarge)
		return 0
	}
	return n
}

// plain writes a JSON number that is an integer without point and exponent:
// 1.50e1 is 15. What no int64 can hold may come out as another number that no
// int64 can hold, so that 1e999999999 does not fill the memory.
func plain(text string) (string, bool) {
	sign, digits, point := decimal(text)
	if digits == "" {
		return "0", true
	}
	if point < len(digits) {
		return "", false
	}
	return sign + digits + strings.Repeat("0", min(point-len(digits), 20)), true
}

// decimal takes a JSON number apart: it is 0.digits times ten to the power of
// point. The digits neither begin nor end with a zero; those of zero are "".
func decimal(text string) (sign, digits string, point int) {
	if text[0] == '-' {
		sign, text = "-", text[1:]
	}
	mantissa, exponent := text, 0
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		mantissa = text[:i]
		var err error
		if exponent, err = strconv.Atoi(text[i+1:]); err != nil || exponent != int(int32(exponent)) { // beyond any use
			exponent = math.MaxInt32
			if text[i+1] == '-' {
				exponent = math.MinInt32
			}
		}
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits = strings.TrimLeft(whole+fraction, "0")
	leading := len(whole) + len(fraction) - len(digits)
	return sign, strings.TrimRight(digits, "0"), len(whole) - leading + exponent
}
