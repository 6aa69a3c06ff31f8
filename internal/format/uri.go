package format

import (
	"net/netip"
	"strings"
)

const (
	maxPort = 65535

	errURI      = failure("not an absolute URI (scheme:path or scheme://host/path)")
	errURIHost  = failure("not a URI: what follows scheme:// is no host")
	errURIWeb   = failure("not an absolute URI: an http or https URI needs // and a host")
	errURIChars = failure("not a URI: it has a character that must be percent-encoded, or a broken percent-encoding")
)

// What RFC 3986 has in the parts of a URI, besides percent-encodings. In a path "?"
// begins the query, where it may occur again.
const (
	inHost     = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789" + "-._~" + "!$&'()*+,;="
	inUserinfo = inHost + ":"
	inPath     = inUserinfo + "@/?"
)

var (
	hostChars      = setOf(inHost)
	userinfoChars  = setOf(inUserinfo)
	pathChars      = setOf(inPath)
	afterAuthority = setOf("/?#")
)

// URI reports whether s is a URI of RFC 3986, one with a scheme, which is what
// JSON Schema means by uri: scheme://[userinfo@]host[:port][/path], as of a page,
// or scheme:path, as a link into an app or a mailto; then [?query][#fragment].
// As RFC 9110, 4.2 asks, http and https need a host.
//
// A character that the grammar does not have at its place must be
// percent-encoded: a space, controls, " < > \ ^ ` { | }, square brackets other
// than those around an IP literal, and everything outside ASCII. A port is at
// most 65535. An IPv6 literal has no zone, which RFC 3986 does not know.
func URI(s string) error {
	scheme, rest, ok := strings.Cut(s, ":")
	if !ok || !isScheme(scheme) {
		return errURI
	}
	web := strings.EqualFold(scheme, "https") || strings.EqualFold(scheme, "http")
	rest, hasAuthority := strings.CutPrefix(rest, "//")
	if hasAuthority {
		end := 0
		for end < len(rest) && !afterAuthority.has(rest[end]) {
			end++
		}
		host, ok := hostOf(rest[:end])
		if !ok {
			return errURIHost
		}
		if web && host == "" {
			return errURIWeb
		}
		rest = rest[end:]
	} else if web {
		return errURIWeb
	}
	rest, fragment, _ := strings.Cut(rest, "#")
	if !hasOnly(rest, &pathChars) || !hasOnly(fragment, &pathChars) {
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

// hostOf returns the host of an authority, which may be empty (file:///etc/hosts).
func hostOf(s string) (host string, ok bool) {
	if userinfo, rest, found := strings.Cut(s, "@"); found {
		if !hasOnly(userinfo, &userinfoChars) {
			return "", false
		}
		s = rest
	}
	if literal, found := strings.CutPrefix(s, "["); found {
		address, after, closed := strings.Cut(literal, "]")
		port, hasPort := strings.CutPrefix(after, ":")
		return address, closed && isIPLiteral(address) && (hasPort && isPort(port) || after == "")
	}
	host, port, _ := strings.Cut(s, ":")
	return host, hasOnly(host, &hostChars) && isPort(port)
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
	return isIPv6(s)
}

func isIPv6(s string) bool {
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
		strings.IndexByte(address, '%') < 0 && hasOnly(address, &userinfoChars)
}

// hasOnly reports whether s is made of percent-encodings and the characters in chars.
func hasOnly(s string, chars *set) bool {
	for i := 0; i < len(s); i++ {
		switch {
		case chars.has(s[i]):
		case s[i] == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			i += 2
		default:
			return false
		}
	}
	return true
}
