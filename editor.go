package umbrella

import (
	"net/http"
	"strings"
)

// withEditors lets the caller's editors change the request, and refuses one that
// cannot be sent any more.
func withEditors(next handler) handler {
	return func(c *call, req *http.Request) (*answer, error) {
		if len(c.editors) == 0 {
			return next(c, req)
		}
		for _, edit := range c.editors {
			if err := edit(req.Context(), req); err != nil {
				return nil, &ownError{"a request editor failed", err}
			}
		}
		if reason := unsendable(req); reason != "" {
			return nil, &ownError{reason: "a request editor has made an invalid request: " + reason}
		}
		return next(c, req)
	}
}

// unsendable says why net/http would not send req, without values. net/http itself finds
// most of it when it has a connection, and cannot tell that it sent nothing.
func unsendable(req *http.Request) string {
	u, h := req.URL, req.Header
	switch {
	case u == nil:
		return "its URL is nil"
	case h == nil:
		return "its Header is nil"
	case has(req.Method, notInToken):
		return "its Method is no token"
	case req.Host != u.Host && has(req.Host, notInHost):
		return "its Host is none; beyond ASCII it is written as xn--"
	case u.RequestURI()[0] != '/' || has(u.RequestURI(), ""):
		return "its URL.RequestURI is no path, or has a control character"
	case req.ContentLength > 0 && (req.Body == nil || req.Body == http.NoBody):
		return "it has a ContentLength and no Body"
	case req.Trailer != nil || h["Connection"] != nil || h["Transfer-Encoding"] != nil || h["Upgrade"] != nil:
		return "it has Trailer, Connection, Transfer-Encoding or Upgrade"
	}
	for name, values := range h {
		if name == "" || has(name, notInToken) {
			return "a header's name is invalid"
		}
		for _, v := range values {
			if has(strings.ReplaceAll(v, "\t", ""), "") {
				return "a control character in its header " + name
			}
		}
	}
	return ""
}

// What is in no token (RFC 9110, section 5.6.2) and in no host, besides control characters.
const (
	notInToken = " \"(),/:;<=>?@[\\]{}"
	notInHost  = " \"#/<>?@\\^`{|}"
)

// has reports whether s has a control character, or one of forbidden. If there are any of
// those, it may have none beyond ASCII either.
func has(s, forbidden string) bool {
	for i := range len(s) {
		c := s[i]
		if c < ' ' || c == 0x7f || forbidden != "" && (c > 0x7f || strings.IndexByte(forbidden, c) >= 0) {
			return true
		}
	}
	return false
}
