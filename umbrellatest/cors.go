package umbrellatest

import (
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// baseOf is the mock's base URL as the client of r wrote it.
func (m *Mock) baseOf(r *http.Request) string {
	scheme := "http://"
	if r.TLS != nil {
		scheme = "https://"
	}
	return scheme + r.Host + m.basePath
}

// stripBase takes the base path off r and reports whether it was there.
func (m *Mock) stripBase(r *http.Request) bool {
	rest, ok := strings.CutPrefix(r.URL.Path, m.basePath)
	if !ok || m.basePath != "" && !strings.HasPrefix(rest, "/") {
		return false
	}
	u := *r.URL // the caller's own
	u.Path, u.RawPath = rest, strings.TrimPrefix(u.RawPath, m.basePath)
	r.URL = &u
	return true
}

// allowOrigin lets pages of the origins of WithCORSOrigins read the answer.
func (m *Mock) allowOrigin(w http.ResponseWriter, r *http.Request) {
	if len(m.corsOrigins) == 0 {
		return
	}
	h := w.Header()
	h.Add("Vary", "Origin")
	if !slices.Contains(m.corsOrigins, r.Header.Get("Origin")) {
		return
	}
	h.Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
	h.Set("Access-Control-Expose-Headers", "Retry-After, "+requestIDHeader+", "+violationsHeader)
	if m.preflight(r) {
		h.Set("Access-Control-Allow-Methods", "GET, POST")
		h.Set("Access-Control-Allow-Headers", r.Header.Get("Access-Control-Request-Headers"))
		h.Set("Access-Control-Max-Age", "600")
	}
}

// preflight reports whether a browser asks what a page of an allowed origin may send.
func (m *Mock) preflight(r *http.Request) bool {
	return r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" &&
		slices.Contains(m.corsOrigins, r.Header.Get("Origin"))
}

// foreign says why a request to a control endpoint is not the mock's user's own, ""
// if it is. A page of another site could send it: to the mock's own address, or to a
// name that it has made lead here.
func (m *Mock) foreign(r *http.Request) string {
	if !m.allowedHost((&url.URL{Host: r.Host}).Hostname()) { // without the port
		return "the Host header is neither a loopback host nor one that the mock was told to allow"
	}
	origin := r.Header.Get("Origin")
	if u, err := url.Parse(origin); origin != "" && (err != nil || !strings.EqualFold(u.Host, r.Host)) {
		return "the Origin header is not the mock's own"
	}
	return ""
}

// allowedHost reports whether a host is this machine or one of WithAllowedHost.
func (m *Mock) allowedHost(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback() ||
		slices.ContainsFunc(m.hosts, func(allowed string) bool { return strings.EqualFold(allowed, host) })
}
