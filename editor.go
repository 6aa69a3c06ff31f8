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
			return nil, &ownError{reason: reason}
		}
		return next(c, req)
	}
}

// unsendable says why net/http would not send req, without values.
func unsendable(req *http.Request) string {
	switch {
	case req.URL == nil:
		return "a request editor has set URL to nil"
	case req.Header == nil:
		return "a request editor has set Header to nil"
	}
	for name, values := range req.Header {
		if name == "" || strings.ContainsFunc(name, notInToken) {
			return "a request editor has set a header with a name that no header has"
		}
		for _, v := range values {
			if strings.ContainsFunc(v, isControl) {
				return "a request editor has put a control character into the header " + name
			}
		}
	}
	return ""
}

// notInToken reports whether r is not in a token of RFC 9110, section 5.6.2.
func notInToken(r rune) bool {
	return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
}

func isControl(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }
