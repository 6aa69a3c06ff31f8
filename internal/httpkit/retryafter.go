package httpkit

import (
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// RetryAfter returns how long from now a server asks to wait. A date in the past
// is 0. It reports false for an absent header and for one that is neither
// whole seconds nor an HTTP date. Values beyond time.Duration are its maximum.
func RetryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	v := strings.TrimSpace(h.Get("Retry-After"))
	if v == "" {
		return 0, false
	}
	switch n, err := strconv.ParseUint(v, 10, 64); {
	case err == nil && n <= uint64(math.MaxInt64/time.Second):
		return time.Duration(n) * time.Second, true
	case err == nil || errors.Is(err, strconv.ErrRange):
		return math.MaxInt64, true
	}
	at, err := http.ParseTime(v)
	if err != nil {
		return 0, false
	}
	return max(0, at.Sub(now)), true
}
