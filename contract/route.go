package contract

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"github.com/umbrella-api/umbrella-go/internal/httpkit"
)

// server is one base under which the operations of the document are found.
type server struct {
	origin *url.URL // nil for any
	path   string   // base path with a slash at its end
	router routers.Router
}

// call is a request without its body, and the operation that it asks for.
type call = openapi3filter.RequestValidationInput

// newServers builds one router for each server of doc, as two servers need not
// have the same base path.
func newServers(doc *openapi3.T) ([]server, error) {
	var servers []server
	for _, documented := range doc.Servers {
		s, err := parseServer(documented.URL)
		if err != nil {
			return nil, fmt.Errorf("server of the document: %w", err)
		}
		// The router sees a path only: hosts are compared here, as a server's
		// own requests have none in their URL.
		doc.Servers = openapi3.Servers{{URL: s.path}}
		if s.router, err = gorillamux.NewRouter(doc); err != nil {
			return nil, fmt.Errorf("building the router: %w", err)
		}
		servers = append(servers, s)
	}
	return servers, nil
}

// parseServer reads a base URL, or a base path as that of a URL on any host. Its
// errors do not repeat raw, which may hold a password.
func parseServer(raw string) (server, error) {
	isPath := strings.HasPrefix(raw, "/") && !strings.HasPrefix(raw, "//")
	if isPath {
		raw = "http://any" + raw
	}
	u, err := httpkit.ParseBaseURL(raw, true)
	if err != nil || strings.ContainsAny(raw, "{}") {
		return server{}, errors.New("need a base URL (http or https://host[:port][/path]) or a path that begins with /")
	}
	s := server{path: u.EscapedPath()}
	if !isPath {
		s.origin = u
	}
	return s, nil
}

// matches reports whether u is on this server. A URL without a host is a
// request that a server received, on whatever host it is.
func (s server) matches(u *url.URL) bool {
	return u != nil && (s.origin == nil || u.Host == "" || httpkit.SameOrigin(s.origin, u))
}

// isElsewhere reports whether req goes to none of the servers: to another host, or
// beside the base path.
func (v *Validator) isElsewhere(req *http.Request) bool {
	return req.URL != nil && !slices.ContainsFunc(v.servers, func(s server) bool {
		return s.matches(req.URL) && strings.HasPrefix(req.URL.EscapedPath()+"/", s.path)
	})
}

// find looks up the operation of req, or says as an error of that direction why
// there is none.
func (v *Validator) find(req *http.Request, direction Direction) (*call, *Error) {
	bare := req.WithContext(req.Context())
	bare.Body = nil                                  // kin-openapi would read it
	bare.Method = cmp.Or(req.Method, http.MethodGet) // net/http's reading of ""
	for _, s := range v.servers {
		if !s.matches(req.URL) {
			continue
		}
		route, params, err := s.router.FindRoute(bare)
		if err == nil {
			return &call{Request: bare, Route: route, PathParams: unescaped(params), Options: filterOptions}, nil
		}
		if errors.Is(err, routers.ErrMethodNotAllowed) {
			allow := s.methods(bare)
			wrong := Violation{"$method", "method", "must be " + strings.Join(allow, " or ")}
			return nil, &Error{Direction: direction, Violations: []Violation{wrong}, allow: allow}
		}
	}
	return nil, &Error{Direction: direction, Violations: []Violation{{"$path", "path", "is not in the document"}}}
}

// Route finds the operation that req asks for: the path template under which the
// document has it, and the values of the parameters in it, unescaped. It is false
// for a request that is not in the document.
func (v *Validator) Route(req *http.Request) (template string, values map[string]string, ok bool) {
	in, missing := v.find(req, Request)
	if missing != nil {
		return "", nil, false
	}
	return in.Route.Path, in.PathParams, true
}

// methods lists the methods under which the path of req is in the document.
func (s server) methods(req *http.Request) []string {
	return slices.DeleteFunc([]string{
		http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut,
		http.MethodPatch, http.MethodDelete, http.MethodOptions, http.MethodTrace,
	}, func(method string) bool {
		probe := req.WithContext(req.Context())
		probe.Method = method
		_, _, err := s.router.FindRoute(probe)
		return err != nil
	})
}

// isAuth reports whether req asks for a token: an exchange that the vendor's
// documentation describes and the document does not.
func (v *Validator) isAuth(req *http.Request) bool {
	return req.Method == http.MethodPost && slices.ContainsFunc(v.servers, func(s server) bool {
		return s.matches(req.URL) && req.URL.EscapedPath() == s.path+"auth"
	})
}
