// Package contract checks live traffic against the vendor's OpenAPI document, by
// itself or as an [http.RoundTripper] in a client. It enforces the document, or it
// only reports, so that drift of the live API can be watched in production without
// failing a call.
//
// A [Violation] names a place, a rule and a reason, and never the value that
// was there. Places in a body are JSONPaths ("$.signForms[0].fieldId", "$" for
// the body itself) and their rules schema keywords ("required", "type",
// "pattern", "format"), besides "json" (not one strict JSON value), "size" and
// "schema" (anything else). Other places are "$path", "$method", "$status",
// "$header.Name", "$path.name" and "$query.name", with the rules "path", "method",
// "status", "mediaType", "security", "repeated", and again schema keywords.
//
// Names in them are the document's: a value of a map is at "$.labels.*", and a name
// with a dot, a bracket, a quote or a space is written "$['first name']".
//
// Of an answer, status, Content-Type and body are judged, other headers are not.
//
// Two kinds of requests pass unchecked through [Validator.Transport]: POST
// {base}/auth, which hands out tokens and is not in the document, and what goes to
// another place than below the document's servers.
package contract

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"math"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

const defaultMaxBody = 1 << 20

// Validator checks requests and responses against the document. It is safe for
// concurrent use. A validation takes less than twice as long as it takes to decode
// the bodies and to hold them against their schemas, which [New] compiles.
type Validator struct {
	settings
	servers []server
	schemas map[*openapi3.MediaType]*jsonschema.Schema // of the bodies
}

// Option changes what [New] builds.
type Option func(*settings) error

type settings struct {
	server  string
	sealed  bool
	report  func(Report)
	maxBody int64
}

// Sealed also refuses properties that the document does not name, wherever it
// describes an object and leaves it open. Parts of allOf, anyOf and oneOf may each
// name some of the properties.
func Sealed() Option {
	return func(s *settings) error {
		s.sealed = true
		return nil
	}
}

// WithServer replaces the document's servers by a base URL
// ("http://127.0.0.1:8080/base"), or by a base path alone ("/", "/api/services")
// that holds on every host.
func WithServer(baseURL string) Option {
	return func(s *settings) error {
		if _, err := parseServer(baseURL); err != nil {
			return fmt.Errorf("WithServer: %w", err)
		}
		s.server = baseURL
		return nil
	}
}

// WithReport makes [Validator.Transport] call report for each violating request
// or response and let it pass unchanged, instead of enforcing. Concurrent calls
// report concurrently. A panic in report is swallowed: watching must not break a
// call.
func WithReport(report func(Report)) Option {
	return func(s *settings) error {
		if report == nil {
			return errors.New("WithReport: the function is nil")
		}
		s.report = func(r Report) {
			defer func() { _ = recover() }()
			report(r)
		}
		return nil
	}
}

// WithMaxBodyBytes sets how many bytes of a body are read for checking; a larger
// body is a violation of the rule "size". The default is 1 MiB. Lower it for a
// server that anybody may call: 1 MiB with something wrong in every few bytes
// takes half a second and some 100 MB to judge.
func WithMaxBodyBytes(n int64) Option {
	return func(s *settings) error {
		if n <= 0 || n == math.MaxInt64 {
			return errors.New("WithMaxBodyBytes: the number of bytes must be positive")
		}
		s.maxBody = n
		return nil
	}
}

// New returns a Validator of the embedded document. The error joins everything
// that is wrong with the options.
func New(opts ...Option) (*Validator, error) {
	return newValidator(embedded, opts...)
}

// embedded is openapi.yaml with overlay.yaml applied, in the order of the
// document.
//
//go:embed openapi.gen.json
var embedded []byte

// OpenAPI returns a copy of the document that is enforced, as JSON: openapi.yaml with
// overlay.yaml applied, and so with an operationId for every operation.
func OpenAPI() []byte { return bytes.Clone(embedded) }

func newValidator(document []byte, opts ...Option) (*Validator, error) {
	s := settings{maxBody: defaultMaxBody}
	var errs []error
	for _, opt := range opts {
		if opt == nil {
			errs = append(errs, errors.New("a nil Option"))
		} else {
			errs = append(errs, opt(&s))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, fmt.Errorf("contract: %w", err)
	}
	v := &Validator{settings: s}
	if err := v.load(document); err != nil {
		return nil, fmt.Errorf("contract: %w", err)
	}
	return v, nil
}
