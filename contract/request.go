package contract

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
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

func (v *Validator) checkRequest(req *http.Request) (*exchange, error) {
	in, missing := v.find(req, Request)
	if missing != nil {
		return nil, missing
	}
	found := checkParameters(in)
	data, tooLarge, err := buffer(&req.Body, v.maxBody)
	if err != nil {
		return in, fmt.Errorf("contract: reading the request body: %w", err)
	}
	switch body := in.Route.Operation.RequestBody; {
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
		found = append(found, checkBody(media, data)...)
	}
	return in, breach(Request, in.Route, found)
}

// checkParameters checks everything but the body.
func checkParameters(in *exchange) (found []Violation) {
	defer survive(&found)
	err := openapi3filter.ValidateRequest(in.Request.Context(), in)
	errs, isList := err.(openapi3.MultiError)
	if err != nil && !isList {
		errs = openapi3.MultiError{err}
	}
	for _, err := range errs {
		switch err := err.(type) {
		case *openapi3filter.RequestError: // of a parameter
			at := node{path: "$" + err.Parameter.In + "." + err.Parameter.Name, schemas: flatten(err.Parameter.Schema)}
			if err.Err == openapi3filter.ErrInvalidRequired {
				found = append(found, at.violation("required").Violation)
			} else {
				found = append(found, translate(err.Err, at)...)
			}
		case *openapi3filter.SecurityRequirementsError:
			found = append(found, Violation{"$header.Authorization", "security", "must be Bearer and a token"})
		default:
			found = append(found, Violation{"$", "schema", "could not be checked"})
		}
	}
	return found
}

// filterOptions leave bodies and statuses out: they are checked here, strictly.
var filterOptions = &openapi3filter.Options{
	ExcludeRequestBody:      true,
	ExcludeResponseBody:     true,
	SkipSettingDefaults:     true,
	MultiError:              true,
	AuthenticationFunc:      authenticate,
	SchemaValidationOptions: schemaOptions,
}

// bearer is "Bearer" and a b64token (RFC 6750, section 2.1).
var bearer = regexp.MustCompile(`^(?i:bearer) +[A-Za-z0-9._~+/-]+=*$`)

// authenticate refuses any other scheme: nobody here can judge it.
func authenticate(_ context.Context, in *openapi3filter.AuthenticationInput) error {
	isBearer := in.SecurityScheme.Type == "http" && strings.EqualFold(in.SecurityScheme.Scheme, "bearer")
	values := in.RequestValidationInput.Request.Header.Values("Authorization")
	if !isBearer || len(values) != 1 || !bearer.MatchString(values[0]) {
		return errors.New("no bearer token")
	}
	return nil
}
