package webhook

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"unicode"
)

// comparer returns a function that reports whether a request has all of headers, each once and with
// one of its values. It is a closure, so that no printer finds what it compares with.
func comparer(headers map[string][]string) (func(http.Header) bool, error) {
	if len(headers) == 0 {
		return nil, errors.New("no header is configured, so anyone could send events: give those of configureWebhook")
	}
	const tokenCharacters = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	accepted := map[string][][sha256.Size]byte{}
	for name, values := range headers {
		if name == "" || strings.Trim(name, tokenCharacters) != "" {
			return nil, errors.New("the name of a header is empty or has a character that is not allowed there")
		}
		if len(values) == 0 {
			return nil, fmt.Errorf("header %s has no accepted value", name)
		}
		name = http.CanonicalHeaderKey(name)
		for i, value := range values {
			if value == "" || strings.TrimSpace(value) != value || strings.ContainsFunc(value, unicode.IsControl) {
				return nil, fmt.Errorf("header %s: value %d is empty, has space around it or a control character in it", name, i+1)
			}
			accepted[name] = append(accepted[name], sha256.Sum256([]byte(value)))
		}
	}
	return func(got http.Header) bool {
		all := 1
		for name, sums := range accepted {
			value, one := "", 0
			if values := got[name]; len(values) == 1 { // of two, a proxy may have judged the other
				value = values[0]
			}
			sum := sha256.Sum256([]byte(value)) // so that not even the length takes its time
			for _, want := range sums {
				one |= subtle.ConstantTimeCompare(sum[:], want[:])
			}
			all &= one
		}
		return all == 1
	}, nil
}
