package differential

import (
	"bytes"
	"encoding/json"
	"io"
	"iter"
	"math/big"
	"net/http"
	"strconv"
	"strings"
)

// memory is a network of one server that gives one answer. It is for one goroutine.
type memory struct {
	status string // "200"
	answer []byte // nil is an answer without a body
	sent   int
	method string
	url    string // path and query below the base URL
	body   []byte
}

func (m *memory) RoundTrip(r *http.Request) (*http.Response, error) {
	m.sent++
	m.method, m.body = r.Method, nil
	m.url = strings.TrimPrefix(r.URL.EscapedPath(), "/api/services")
	if r.URL.RawQuery != "" {
		m.url += "?" + r.URL.RawQuery
	}
	if r.Body != nil {
		m.body, _ = io.ReadAll(r.Body)
		_ = r.Body.Close()
	}
	status, _ := strconv.Atoi(m.status)
	header := http.Header{}
	if m.answer != nil {
		header.Set("Content-Type", "application/json")
	}
	return &http.Response{
		StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: header, Request: r,
		Body: io.NopCloser(bytes.NewReader(m.answer)), ContentLength: int64(len(m.answer)),
	}, nil
}

// only reports whether there are broken rules and all are of these keywords.
func only(broken []string, keywords ...string) bool {
	for _, b := range broken {
		found := false
		for _, k := range keywords {
			found = found || strings.HasSuffix(b, " "+k)
		}
		if !found {
			return false
		}
	}
	return len(broken) > 0
}

// hasNumber reports whether a number that is somewhere in v is odd.
func hasNumber(v any, odd func(json.Number) bool) bool {
	switch v := v.(type) {
	case json.Number:
		return odd(v)
	case map[string]any:
		for _, member := range v {
			if hasNumber(member, odd) {
				return true
			}
		}
	case []any:
		for _, item := range v {
			if hasNumber(item, odd) {
				return true
			}
		}
	}
	return false
}

// beyondGo are numbers that int64, for an integer, or float64 cannot hold.
func beyondGo(n json.Number) bool {
	_, err := n.Float64()
	exact, ok := new(big.Rat).SetString(n.String())
	return err != nil || !ok || exact.IsInt() && !exact.Num().IsInt64()
}

// beyondFloat are numbers that differ from the float64 next to them.
func beyondFloat(n json.Number) bool {
	f, err := n.Float64()
	exact, ok := new(big.Rat).SetString(n.String())
	return err != nil || !ok || exact.Cmp(new(big.Rat).SetFloat64(f)) != 0
}

func keys[V any](m map[string]V) iter.Seq[string] {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}
