// Package crossorigin decides what a page in a browser may do with the mock: call the
// service from the origins that were given (CORS), and control the mock from its own.
package crossorigin

import (
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/umbrella-api/umbrella-go/internal/httpkit"
)

// Policy is who may do what.
type Policy struct {
	Origins []string // whose pages may call the service
	Hosts   []string // under which the mock is reached, beside loopback ones
}

// IsNoOrigin reports whether text is anything but an origin as browsers write it, such
// as http://localhost:5173: what they write otherwise never equals it.
func IsNoOrigin(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || text != strings.ToLower(u.Scheme+"://"+u.Host) {
		return true
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r == '*' || r == '%' || r > unicode.MaxASCII }) {
		return true
	}
	port := u.Port()
	if port == "" {
		return strings.HasSuffix(text, ":")
	}
	n, err := strconv.ParseUint(port, 10, 16)
	return err != nil || port != strconv.FormatUint(n, 10) ||
		u.Scheme == "http" && n == 80 || u.Scheme == "https" && n == 443
}

// IsNoHost reports whether text is anything but a name or an address without a port.
func IsNoHost(text string) bool {
	return text == "" || strings.ContainsAny(text, "/*@ ") || net.ParseIP(text) == nil && strings.Contains(text, ":")
}

// Allow lets a page read the answer to r, and these headers of it.
func (p *Policy) Allow(w http.ResponseWriter, r *http.Request, headers string) {
	if len(p.Origins) == 0 {
		return
	}
	h, origin := w.Header(), r.Header.Get("Origin")
	h.Add("Vary", "Origin")
	if !slices.Contains(p.Origins, origin) {
		return
	}
	h.Set("Access-Control-Allow-Origin", origin)
	h.Set("Access-Control-Expose-Headers", headers)
	if p.IsPreflight(r) {
		h.Set("Access-Control-Allow-Methods", "GET, POST")
		h.Set("Access-Control-Allow-Headers", r.Header.Get("Access-Control-Request-Headers"))
		h.Set("Access-Control-Max-Age", "600")
	}
}

// IsPreflight reports whether a browser asks what a page may send: Allow is the answer.
func (p *Policy) IsPreflight(r *http.Request) bool {
	return r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" &&
		slices.Contains(p.Origins, r.Header.Get("Origin"))
}

// Foreign says why r does not come from the mock's user or its own pages, "" if it
// does. A page of another site could send it: to the mock's own address, or to a name
// that it has made lead here.
func (p *Policy) Foreign(r *http.Request) string {
	if !p.Knows(&url.URL{Host: r.Host}) {
		return "the Host header is neither a loopback host nor one that the mock was told to allow"
	}
	origin := r.Header.Get("Origin")
	if u, err := url.Parse(origin); origin != "" && (err != nil || !strings.EqualFold(u.Host, r.Host)) {
		return "the Origin header is not the mock's own"
	}
	return ""
}

// Knows reports whether u is on this machine or one of Hosts.
func (p *Policy) Knows(u *url.URL) bool {
	return httpkit.IsLoopback(u) ||
		slices.ContainsFunc(p.Hosts, func(known string) bool { return strings.EqualFold(known, u.Hostname()) })
}
