package umbrella

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/internal/check"
)

// endpoint is what errors, log and retry rules know of an operation.
type endpoint struct {
	id     string // createSessionLink
	method string // POST
	path   string // the document's template: /sessions/{sessionId}
}

// safe reports whether the operation changes nothing (RFC 9110, section 9.2.1), so
// that it may be repeated whatever became of the last attempt.
func (e *endpoint) safe() bool { return e.method == http.MethodGet || e.method == http.MethodHead }

// operation is what is particular to one operation of the document; operations.gen.go
// has them all.
type operation[In, Out any] struct {
	endpoint
	status  int                              // the documented success
	check   func(v *check.Violations, in In) // the document's rules for parameters and body
	request func(ctx context.Context, server string, in In) (*http.Request, error)
	read    func(body []byte) (Out, error) // nil if the success has no body
}

// do is the way of every call.
func do[In, Out any](ctx context.Context, c *Client, op *operation[In, Out], in In, editors []api.RequestEditorFn) (Out, error) {
	var none Out
	call := &call{endpoint: &op.endpoint, editors: editors}
	if reason := c.unusable(ctx, editors); reason != "" {
		return none, call.newError(reason, nil)
	}
	if c.config.validate {
		var v check.Violations
		if op.check(&v, in); len(v.List()) > 0 {
			return none, invalid(&v)
		}
	}
	ctx, cancel := call.bound(ctx, c.config.timeout)
	defer cancel()
	req, err := op.request(ctx, c.server, in)
	if err != nil {
		return none, call.newError("the request cannot be made", err)
	}
	answer, err := c.send(call, req)
	if err != nil {
		return none, err
	}
	if answer.status < 200 || answer.status > 299 {
		return none, call.refused(answer, nil, "")
	}
	out, err := op.result(answer)
	switch {
	case err == ErrUnsuccessful:
		return none, call.refused(answer, ErrUnsuccessful, `the body says "status": false`)
	case err != nil:
		return none, call.refused(answer, ErrInvalidResponse, err.Error())
	}
	return out, nil
}

// unusable says why no call can be made, "" if one can.
func (c *Client) unusable(ctx context.Context, editors []api.RequestEditorFn) string {
	switch {
	case c == nil || c.send == nil:
		return "the client was not made with New"
	case ctx == nil:
		return "the context is nil"
	case slices.ContainsFunc(editors, func(e api.RequestEditorFn) bool { return e == nil }):
		return "a request editor is nil"
	}
	return ""
}

// result reads what the call returns out of a 2xx answer. The error says without
// values what is wrong with the answer.
func (op *operation[In, Out]) result(a *answer) (out Out, err error) {
	switch {
	case a.err != nil:
		return out, errors.New("the answer was cut short")
	case a.status != op.status:
		return out, errors.New("the document promises " + strconv.Itoa(op.status) + " for success")
	case op.read == nil:
		return out, nil
	case !isJSON(a.header.Get("Content-Type")):
		return out, errors.New("the media type is not application/json")
	}
	return op.read(a.body)
}

// isJSON leaves the parameters of the media type alone: JSON has none.
func isJSON(contentType string) bool {
	mediaType, _, _ := strings.Cut(contentType, ";")
	return strings.EqualFold(strings.TrimSpace(mediaType), "application/json")
}

// endpointOf finds the operation of a request that the generated client made, by
// its method and path below the base path. The name of any other request is its
// method alone, as a path may hold personal data.
func endpointOf(basePath string, req *http.Request) *endpoint {
	if req.URL != nil {
		path, below := strings.CutPrefix(req.URL.EscapedPath(), strings.TrimSuffix(basePath, "/"))
		for _, e := range endpoints {
			if below && e.method == req.Method && matches(e.path, path) {
				return e
			}
		}
	}
	return &endpoint{id: "unknown operation", method: req.Method}
}

// matches reports whether path has the segments of template, in which "{name}"
// stands for one or more characters.
func matches(template, path string) bool {
	want, have := strings.Split(template, "/"), strings.Split(path, "/")
	return slices.EqualFunc(want, have, func(want, have string) bool {
		before, rest, isParameter := strings.Cut(want, "{")
		_, after, _ := strings.Cut(rest, "}")
		if !isParameter {
			return want == have
		}
		return len(have) > len(before)+len(after) && strings.HasPrefix(have, before) && strings.HasSuffix(have, after)
	})
}
