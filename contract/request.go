package contract

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
)

// ValidateRequest checks req, which a client is about to send or a server has
// received. It returns an [*Error] with every violation, or another error when
// the body cannot be read. The body is read up to the limit and replaced by one
// that reads the same from the start.
//
// The bearer token need only be there and well-formed: who it belongs to is not
// in the document.
func (v *Validator) ValidateRequest(req *http.Request) error {
	_, err := v.checkRequest(req)
	return err
}

func (v *Validator) checkRequest(req *http.Request) (*operation, error) {
	op, missing, allow := v.find(req)
	if missing != nil {
		return nil, &Error{Direction: Request, Violations: []Violation{*missing}, allow: allow}
	}
	found := v.checkParameters(req, op)
	data, tooLarge, err := buffer(&req.Body, v.maxBody)
	if err != nil {
		return op, fmt.Errorf("contract: reading the request body: %w", err)
	}
	switch body := op.Operation.RequestBody; {
	case tooLarge:
		found = append(found, v.sizeViolation())
	case body == nil && len(data) > 0:
		found = append(found, Violation{"$", "requestBody", "must be empty: the operation takes no body"})
	case body == nil, len(data) == 0 && !body.Value.Required:
	case len(data) == 0:
		found = append(found, Violation{"$", "json", "must not be empty"})
	default:
		media, wrong := mediaType(body.Value.Content, req.Header)
		if wrong != nil {
			found = append(found, *wrong)
			break
		}
		found = append(found, v.checkBody(media, data, openapi3.VisitAsRequest())...)
	}
	return op, breach(Request, op, found)
}

// checkParameters checks everything but the body, on a copy without one.
func (v *Validator) checkParameters(req *http.Request, op *operation) []Violation {
	err := openapi3filter.ValidateRequest(req.Context(), v.input(req, op))
	var found []Violation
	errs, isList := err.(openapi3.MultiError)
	if err != nil && !isList {
		errs = openapi3.MultiError{err}
	}
	for _, err := range errs {
		var parameter *openapi3filter.RequestError
		var security *openapi3filter.SecurityRequirementsError
		switch {
		case errors.As(err, &parameter) && parameter.Parameter != nil:
			p := parameter.Parameter
			at := node{path: "$" + p.In + "." + p.Name, schemas: flatten(p.Schema)}
			if errors.Is(err, openapi3filter.ErrInvalidRequired) {
				found = append(found, at.violation("required").Violation)
				break
			}
			found = append(found, translate(parameter.Err, at)...)
		case errors.As(err, &security):
			found = append(found, Violation{"$header.Authorization", "security", "must be Bearer and a token"})
		default:
			found = append(found, Violation{"$", "schema", "could not be checked"})
		}
	}
	return found
}

func (v *Validator) input(req *http.Request, op *operation) *openapi3filter.RequestValidationInput {
	bare := req.WithContext(req.Context())
	bare.Body = nil
	return &openapi3filter.RequestValidationInput{
		Request:    bare,
		PathParams: op.params,
		Route:      op.Route,
		Options: &openapi3filter.Options{
			ExcludeRequestBody:      true, // bodies and statuses are checked here, strictly
			ExcludeResponseBody:     true,
			SkipSettingDefaults:     true,
			MultiError:              true,
			AuthenticationFunc:      authenticate,
			SchemaValidationOptions: []openapi3.SchemaValidationOption{v.formats, terse},
		},
	}
}

var errNoBearer = errors.New("no bearer token")

// authenticate wants "Bearer" and a b64token (RFC 6750, section 2.1).
func authenticate(_ context.Context, in *openapi3filter.AuthenticationInput) error {
	if s := in.SecurityScheme; s.Type != "http" || !strings.EqualFold(s.Scheme, "bearer") {
		return errNoBearer // a scheme that nobody here can judge
	}
	values := in.RequestValidationInput.Request.Header.Values("Authorization")
	if len(values) != 1 {
		return errNoBearer
	}
	scheme, token, _ := strings.Cut(values[0], " ")
	token = strings.TrimRight(strings.TrimLeft(token, " "), "=")
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		return errNoBearer
	}
	for _, c := range []byte(token) {
		switch {
		case 'a' <= c|0x20 && c|0x20 <= 'z', '0' <= c && c <= '9', strings.IndexByte("-._~+/", c) >= 0:
		default:
			return errNoBearer
		}
	}
	return nil
}
