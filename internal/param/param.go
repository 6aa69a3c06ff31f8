// Package param puts parameters of an operation into its URL.
package param

import (
	"fmt"
	"net/url"
	"strings"
)

// scalar is what the document may have in a path or query.
type scalar interface {
	~string | ~bool | ~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64
}

// Error says what is wrong with a parameter, by its name and without its value.
type Error string

func (e Error) Error() string { return string(e) }

// Path escapes a value for one segment of a path. It refuses the values that lead
// to another path, because no escaping can stop them: "", "." and "..". The error is an
// [Error].
func Path[T scalar](name string, value T) (string, error) {
	switch text := fmt.Sprint(value); text {
	case "":
		return "", Error("the path parameter " + name + " is empty: set it")
	case ".", "..":
		return "", Error("the path parameter " + name + " consists of dots, which would lead to another path: set another value")
	default:
		return url.PathEscape(text), nil
	}
}

// Query appends name=value to a URL, or to an empty string, once for each value
// and in the order of the calls. target must not have a fragment.
func Query[T scalar](target, name string, values ...T) string {
	for _, value := range values {
		separator := "?"
		if strings.Contains(target, "?") {
			separator = "&"
		}
		target += separator + url.QueryEscape(name) + "=" + url.QueryEscape(fmt.Sprint(value))
	}
	return target
}
