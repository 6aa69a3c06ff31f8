package umbrella

import (
	"net/http"
	"strings"
	"unicode"
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
	case strings.ContainsFunc(req.Method, notInToken):
		return "its Method is no token"
	case req.Host != u.Host && strings.ContainsFunc(req.Host, notInHost):
		return "its Host has a character of no host; beyond ASCII it is written as xn--"
	case u.RequestURI()[0] != '/' || strings.ContainsFunc(u.RequestURI(), unicode.IsControl):
		return "its URL.RequestURI does not begin with a slash, or has a control character"
	case req.ContentLength > 0 && (req.Body == nil || req.Body == http.NoBody):
		return "it has a ContentLength and no Body"
	case req.Trailer != nil || h["Connection"] != nil || h["Transfer-Encoding"] != nil || h["Upgrade"] != nil:
		return "it has Trailer, Connection, Transfer-Encoding or Upgrade"
	}
	for name, values := range h {
		if name == "" || strings.ContainsFunc(name, notInToken) {
			return "a header's name is invalid"
		}
		for _, v := range values {
			if strings.ContainsFunc(v, isControl) {
				return "a control character in its header " + name
			}
		}
	}
	return ""
}

// notInToken reports whether r is not in a token of RFC 9110, section 5.6.2.
func notInToken(r rune) bool {
	return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
}

// notInHost reports whether r is in no Host header. Beyond ASCII, not every name has one.
func notInHost(r rune) bool {
	return r <= ' ' || r >= 0x7f || strings.ContainsRune("\"#/<>?@\\^`{|}", r)
}

func isControl(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }
