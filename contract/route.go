package contract

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

// server is one base under which the operations of the document are found.
type server struct {
	origin string // scheme://host:port, empty for any
	path   string // base path without a slash at its end
	router routers.Router
}

// operation is what the document says about one request.
type operation struct {
	*routers.Route
	params map[string]string
}

func (o *operation) name() string {
	if id := o.Operation.OperationID; id != "" {
		return id
	}
	return o.Method + " " + o.Path
}

// newServers builds one router for each server, as two servers need not have
// the same base path.
func newServers(doc *openapi3.T, replacement string) ([]server, error) {
	urls := []string{replacement}
	if replacement == "" {
		urls = urls[:0]
		for _, s := range doc.Servers {
			urls = append(urls, s.URL)
		}
	}
	var servers []server
	for _, raw := range urls {
		s, err := parseServer(raw)
		if err != nil {
			return nil, fmt.Errorf("server of the document: %w", err)
		}
		// The router sees a path only: hosts are compared here, as a server's
		// own requests have none in their URL.
		doc.Servers = openapi3.Servers{{URL: s.path + "/"}}
		if s.router, err = gorillamux.NewRouter(doc); err != nil {
			return nil, fmt.Errorf("building the router: %w", err)
		}
		servers = append(servers, s)
	}
	return servers, nil
}

func parseServer(raw string) (server, error) {
	malformed := errors.New("need a base URL (http or https://host[:port][/path]) or a path that begins with /")
	u, err := url.Parse(raw)
	if err != nil || u.User != nil || strings.ContainsAny(raw, "?#{}") {
		return server{}, malformed // url.Error would show the URL
	}
	s := server{path: strings.TrimRight(u.EscapedPath(), "/")}
	switch {
	case u.Scheme == "http" || u.Scheme == "https":
		if u.Hostname() == "" {
			return server{}, malformed
		}
		s.origin = origin(u)
	case u.Scheme != "" || u.Host != "" || !strings.HasPrefix(raw, "/"):
		return server{}, malformed
	}
	return s, nil
}

func origin(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[strings.ToLower(u.Scheme)]
	}
	return strings.ToLower(u.Scheme + "://" + u.Hostname() + ":" + port)
}

// matches reports whether u is on this server. A URL without a host is a
// request that a server received, on whatever host it is.
func (s server) matches(u *url.URL) bool {
	return s.origin == "" || u.Host == "" || s.origin == origin(u)
}

// find looks up the operation of req. It returns a violation, and for a known
// path the methods that it has, when there is none.
func (v *Validator) find(req *http.Request) (op *operation, missing *Violation, allow []string) {
	for _, s := range v.servers {
		if req.URL == nil || !s.matches(req.URL) {
			continue
		}
		route, params, err := s.router.FindRoute(probe(req, req.Method))
		if err == nil {
			return &operation{Route: route, params: params}, nil, nil
		}
		if errors.Is(err, routers.ErrMethodNotAllowed) {
			allow = s.methods(req)
			return nil, &Violation{"$method", "method", "must be " + strings.Join(allow, " or ")}, allow
		}
	}
	return nil, &Violation{"$path", "path", "is not in the document"}, nil
}

// methods lists the methods under which the path of req is in the document.
func (s server) methods(req *http.Request) []string {
	var methods []string
	for _, method := range []string{
		http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut,
		http.MethodPatch, http.MethodDelete, http.MethodOptions, http.MethodTrace,
	} {
		if _, _, err := s.router.FindRoute(probe(req, method)); err == nil {
			methods = append(methods, method)
		}
	}
	return methods
}

// probe is as much of req as the router looks at.
func probe(req *http.Request, method string) *http.Request {
	if method == "" {
		method = http.MethodGet // net/http's reading of it
	}
	return &http.Request{
		Method: method,
		URL:    &url.URL{Path: req.URL.Path, RawPath: req.URL.RawPath},
		Header: http.Header{},
	}
}

// isAuth reports whether req asks for a token: an exchange that the vendor's
// documentation describes and the document does not.
func (v *Validator) isAuth(req *http.Request) bool {
	return req.Method == http.MethodPost && req.URL != nil && slices.ContainsFunc(v.servers, func(s server) bool {
		return s.matches(req.URL) && req.URL.EscapedPath() == s.path+"/auth"
	})
}
