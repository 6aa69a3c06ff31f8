package contract

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/santhosh-tekuri/jsonschema/v6"
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

func (v *Validator) checkRequest(req *http.Request) (*call, error) {
	in, missing := v.find(req, Request)
	if missing != nil {
		return nil, missing
	}
	head := checkHead(in)
	data, tooLarge, err := buffer(&req.Body, v.maxBody)
	if err != nil {
		return in, fmt.Errorf("contract: reading the request body: %w", err)
	}
	var found []Violation
	var omitted int
	switch documented := in.Route.Operation.RequestBody; {
	case documented == nil && len(data) > 0:
		found = []Violation{{"$", "requestBody", "must be empty: the operation takes no body"}}
	case documented == nil, len(data) == 0 && !documented.Value.Required:
	case len(data) == 0:
		found = []Violation{{"$", "json", "must not be empty"}}
	default:
		found, omitted = v.checkBody(documented.Value.Content, req.Header, data, tooLarge)
	}
	return in, breach(Request, in, append(head, found...), omitted)
}

func (v *Validator) checkResponse(in *call, resp *http.Response) error {
	responses := in.Route.Operation.Responses
	documented := cmp.Or(responses.Status(resp.StatusCode), responses.Default())
	if documented == nil {
		return breach(Response, in, []Violation{{"$status", "status", "is not in the document"}}, 0)
	}
	content := documented.Value.Content
	if in.Request.Method == http.MethodHead || len(content) == 0 {
		return nil
	}
	var data []byte
	var tooLarge bool
	if content.Get(resp.Header.Get("Content-Type")) != nil {
		var err error
		if data, tooLarge, err = buffer(&resp.Body, v.maxBody); err != nil {
			return fmt.Errorf("contract: reading the response body: %w", err)
		}
	}
	found, omitted := v.checkBody(content, resp.Header, data, tooLarge)
	return breach(Response, in, found, omitted)
}

// checkHead checks security and parameters with kin-openapi, which may panic at
// numbers such as 1e9999999.
func checkHead(in *call) (found []Violation) {
	defer func() {
		if recover() != nil {
			found = append(found, Violation{"$", "schema", "could not be checked"})
		}
	}()
	ctx, operation := in.Request.Context(), in.Route.Operation
	if openapi3filter.ValidateSecurityRequirements(ctx, in, *operation.Security) != nil {
		found = append(found, Violation{"$header.Authorization", "security", "must be Bearer and a token"})
	}
	for _, p := range operation.Parameters {
		found = append(found, checkParameter(ctx, in, p.Value)...)
	}
	return found
}

func checkParameter(ctx context.Context, in *call, p *openapi3.Parameter) []Violation {
	at := "$" + p.In + "." + p.Name
	schema, values := p.Schema.Value, in.GetQueryParams()[p.Name]
	if p.In == openapi3.ParameterInPath {
		values = []string{in.PathParams[p.Name]}
	}
	if schema.Items != nil {
		schema = schema.Items.Value
		values = strings.FieldsFunc(strings.Join(values, ","), func(r rune) bool { return r == ',' })
	} else if len(values) > 1 {
		return []Violation{{at, "repeated", "must be given once"}} // kin-openapi sees the first only
	}
	// kin-openapi takes 1 and T for true.
	isOddBoolean := schema.Type.Is(openapi3.TypeBoolean) &&
		slices.ContainsFunc(values, func(s string) bool { return s != "true" && s != "false" })
	err := openapi3filter.ValidateParameter(ctx, in, p)
	rule := "schema"
	var k jsonschema.ErrorKind
	var unread *openapi3filter.ParseError
	var cause *jsonschema.ValidationError
	var failed *openapi3.SchemaError
	switch {
	case isOddBoolean, errors.As(err, &unread):
		rule = "type"
	case err == nil:
		return nil
	case errors.Is(err, openapi3filter.ErrInvalidRequired):
		rule = "required"
	case errors.As(err, &cause): // the first of them
		k = cause.ErrorKind
		rule = keyword(k)
	case errors.As(err, &failed): // kin-openapi's own judge, where the schema has a $ref
		rule = cmp.Or(failed.SchemaField, rule)
	}
	return []Violation{{at, rule, reason(rule, k)}}
}

// filterOptions leave bodies out: they are checked here.
var filterOptions = &openapi3filter.Options{
	SkipSettingDefaults: true,
	MultiError:          true,
	AuthenticationFunc:  authenticate,
	// Not in kin-openapi's registry, which is global.
	SchemaValidationOptions: []openapi3.SchemaValidationOption{openapi3.WithStringFormatValidators(formats)},
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

// unescaped are the path parameters as the schemas mean them: the router, which
// must not take an escaped slash for one, leaves them as they came.
func unescaped(params map[string]string) map[string]string {
	for name, value := range params {
		if plain, err := url.PathUnescape(value); err == nil {
			params[name] = plain
		}
	}
	return params
}
