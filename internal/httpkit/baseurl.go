package httpkit

import (
	"errors"
	"net"
	"net/url"
	"strconv"
	"strings"
)

// ParseBaseURL returns raw as a URL with one slash at the end, so that a reference such
// as "auth" is resolved to a path below it. It refuses everything that is not an
// absolute https URL, or has user info, a query or a fragment. Plain http is fine
// for loopback hosts, and for all when insecure is true. Errors do not repeat
// raw: it may be a secret passed in the wrong place.
func ParseBaseURL(raw string, insecure bool) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.Opaque != "" {
		return nil, errors.New("not an absolute URL such as https://host/base/path")
	}
	n, err := strconv.ParseUint(port(u), 10, 16)
	var reasons []string
	for _, rule := range [...]struct {
		broken bool
		text   string
	}{
		{u.Scheme != "https" && u.Scheme != "http", "the scheme is not https"},
		{u.Scheme == "http" && !insecure && !IsLoopback(u), "plain http to " + strconv.Quote(u.Hostname()) +
			", which is not a loopback host: use https, or WithInsecureHTTP in a test network"},
		{u.User != nil, "user info in the URL"},
		{u.RawQuery != "" || u.ForceQuery, "a query in the URL"},
		{strings.Contains(raw, "#"), "a fragment in the URL"},
		{err != nil || n == 0, "the port is not between 1 and 65535"},
		{u.Hostname() == "", "no host in the URL"},
	} {
		if rule.broken {
			reasons = append(reasons, rule.text)
		}
	}
	if len(reasons) > 0 {
		return nil, errors.New(strings.Join(reasons, "\n"))
	}
	u.Path = strings.TrimRight(u.Path, "/") + "/"
	if u.RawPath != "" {
		u.RawPath = strings.TrimRight(u.RawPath, "/") + "/"
	}
	return u.ResolveReference(&url.URL{Path: "./"}), nil // without dot segments
}

// IsLoopback reports whether u names this machine itself.
func IsLoopback(u *url.URL) bool {
	host := u.Hostname()
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// SameOrigin reports whether a and b have one scheme, host and port.
func SameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Hostname(), b.Hostname()) && port(a) == port(b)
}

func port(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	if u.Scheme == "http" {
		return "80"
	}
	return "443"
}
