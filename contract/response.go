package contract

import (
	"fmt"
	"net/http"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
)

// ValidateResponse checks resp as the answer to req. It returns an [*Error] with
// every violation, or another error when the body cannot be read. The body is
// read up to the limit, when status and media type are documented, and replaced
// by one that reads the same from the start; closing it is left to the caller.
func (v *Validator) ValidateResponse(req *http.Request, resp *http.Response) error {
	op, missing, _ := v.find(req)
	if missing != nil {
		return &Error{Direction: Response, Violations: []Violation{*missing}}
	}
	return v.checkResponse(op, req, resp)
}

func (v *Validator) checkResponse(op *operation, req *http.Request, resp *http.Response) error {
	documented := op.Operation.Responses.Status(resp.StatusCode)
	if documented == nil {
		documented = op.Operation.Responses.Default()
	}
	if documented == nil {
		return breach(Response, op, []Violation{{"$status", "status", "is not in the document"}})
	}
	found := v.checkHeaders(op, req, resp)
	content := documented.Value.Content
	if req.Method == http.MethodHead || len(content) == 0 {
		return breach(Response, op, found)
	}
	media, wrong := mediaType(content, resp.Header)
	if wrong != nil {
		return breach(Response, op, append(found, *wrong))
	}
	data, tooLarge, err := buffer(&resp.Body, v.maxBody)
	switch {
	case err != nil && len(found) == 0:
		return fmt.Errorf("contract: reading the response body: %w", err)
	case err != nil:
	case tooLarge:
		found = append(found, v.sizeViolation())
	default:
		found = append(found, v.checkBody(media, data, openapi3.VisitAsResponse())...)
	}
	return breach(Response, op, found)
}

func (v *Validator) checkHeaders(op *operation, req *http.Request, resp *http.Response) []Violation {
	in := v.input(req, op)
	err := openapi3filter.ValidateResponse(req.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in,
		Status:                 resp.StatusCode,
		Header:                 resp.Header,
		Options:                in.Options, // those of the request do not hold for it
	})
	if err != nil {
		return []Violation{{"$header", "header", "has a documented header missing or wrong"}}
	}
	return nil
}
