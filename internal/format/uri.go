package format

import (
	"net/netip"
	"strings"
)

const (
	unreservedMarks = "-._~"
	subDelims       = "!$&'()*+,;="
	maxPort         = 65535

	errURI      = failure("not an absolute URI (scheme://host/path)")
	errURIChars = failure("not a URI: it has a character that must be percent-encoded, or a broken percent-encoding")
)

// URI reports whether s is an absolute RFC 3986 URI with a scheme and a
// non-empty host: scheme://[userinfo@]host[:port][/path][?query][#fragment].
//
// A character that the grammar does not have at its place must be
// percent-encoded: a space, controls, " < > \ ^ ` { | }, square brackets other
// than those around an IP literal, and everything outside ASCII. A port is at
// most 65535. An IPv6 literal has no zone, which RFC 3986 does not know.
func URI(s string) error {
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok || !isScheme(scheme) {
		return errURI
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	authority, rest := rest[:end], rest[end:]
	if !isAuthority(authority) {
		return errURI
	}
	rest, fragment, _ := strings.Cut(rest, "#")
	// In a path "?" begins the query, where it may occur again.
	if !hasOnly(rest, subDelims+":@/?") || !hasOnly(fragment, subDelims+":@/?") {
		return errURIChars
	}
	return nil
}

func isScheme(s string) bool {
	if s == "" || !isAlpha(s[0]) {
		return false
	}
	for i := range len(s) {
		if c := s[i]; !isAlpha(c) && !isDigit(c) && c != '+' && c != '-' && c != '.' {
			return false
		}
	}
	return true
}

func isAuthority(s string) bool {
	if userinfo, host, found := strings.Cut(s, "@"); found {
		if !hasOnly(userinfo, subDelims+":") {
			return false
		}
		s = host
	}
	if literal, found := strings.CutPrefix(s, "["); found {
		address, after, closed := strings.Cut(literal, "]")
		port, hasPort := strings.CutPrefix(after, ":")
		return closed && isIPLiteral(address) && (hasPort && isPort(port) || after == "")
	}
	host, port, _ := strings.Cut(s, ":")
	return host != "" && hasOnly(host, subDelims) && isPort(port)
}

// isPort accepts an empty port, as RFC 3986 does.
func isPort(s string) bool {
	n := 0
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
		if n = n*10 + int(s[i]-'0'); n > maxPort {
			return false
		}
	}
	return true
}

func isIPLiteral(s string) bool {
	if s != "" && s[0]|0x20 == 'v' {
		return isIPvFuture(s[1:])
	}
	if strings.IndexByte(s, '%') >= 0 { // a zone
		return false
	}
	address, err := netip.ParseAddr(s)
	return err == nil && address.Is6()
}

func isIPvFuture(s string) bool {
	version, address, _ := strings.Cut(s, ".")
	for i := range len(version) {
		if !isHex(version[i]) {
			return false
		}
	}
	return version != "" && address != "" &&
		strings.IndexByte(address, '%') < 0 && hasOnly(address, subDelims+":")
}

// hasOnly reports whether s is made of unreserved characters, percent-encodings
// and the characters in extra.
func hasOnly(s, extra string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case isAlpha(c), isDigit(c), strings.IndexByte(unreservedMarks, c) >= 0, strings.IndexByte(extra, c) >= 0:
		case c == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			i += 2
		default:
			return false
		}
	}
	return true
}
