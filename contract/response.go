package contract

import (
	"cmp"
	"fmt"
	"net/http"

	"github.com/getkin/kin-openapi/openapi3filter"
)

// ValidateResponse checks resp as the answer to req. It returns an [*Error] with
// every violation, or another error when the body cannot be read. The body is
// read up to the limit, when status and media type are documented, and replaced
// by one that reads the same from the start; closing it is left to the caller.
func (v *Validator) ValidateResponse(req *http.Request, resp *http.Response) error {
	in, missing := v.find(req, Response)
	if missing != nil {
		return missing
	}
	return v.checkResponse(in, resp)
}

func (v *Validator) checkResponse(in *exchange, resp *http.Response) error {
	responses := in.Route.Operation.Responses
	documented := cmp.Or(responses.Status(resp.StatusCode), responses.Default())
	if documented == nil {
		return breach(Response, in.Route, []Violation{{"$status", "status", "is not in the document"}})
	}
	found := checkHeaders(in, resp)
	content := documented.Value.Content
	if in.Request.Method == http.MethodHead || len(content) == 0 {
		return breach(Response, in.Route, found)
	}
	media, wrong := mediaType(content, resp.Header)
	if wrong != nil {
		return breach(Response, in.Route, append(found, *wrong))
	}
	data, tooLarge, err := buffer(&resp.Body, v.maxBody)
	switch {
	case err != nil && len(found) == 0:
		return fmt.Errorf("contract: reading the response body: %w", err)
	case err != nil:
	case tooLarge:
		found = append(found, v.sizeViolation())
	default:
		found = append(found, checkBody(media, data)...)
	}
	return breach(Response, in.Route, found)
}

func checkHeaders(in *exchange, resp *http.Response) (found []Violation) {
	defer survive(&found)
	err := openapi3filter.ValidateResponse(in.Request.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in,
		Status:                 resp.StatusCode,
		Header:                 resp.Header,
		Options:                in.Options,
	})
	if err != nil {
		return []Violation{{"$header", "header", "has a documented header missing or wrong"}}
	}
	return nil
}
