package umbrella

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/internal/format"
	"github.com/umbrella-api/umbrella-go/internal/retryafter"
	"github.com/umbrella-api/umbrella-go/internal/strictjson"
)

const maxMessage = 512

// decodeSessionLink turns an answer that passed the chain into a link or into
// the one Error that says why not. The generated decoder would lose the status
// of an answer that is not JSON, and accept one that lacks what it must have.
func decodeSessionLink(c *call, resp *http.Response) (*api.SessionLink, *Error) {
	b := resp.Body.(*body)
	e := &Error{
		operation: c.operation, Method: c.method, Path: c.path, Attempts: c.attempt,
		StatusCode: resp.StatusCode, Header: resp.Header, Body: b.data,
	}
	var told bool
	e.RetryAfter, told = retryafter.Parse(resp.Header, time.Now())
	e.MaybeProcessed = processed(resp.StatusCode, told)
	if b.err != io.EOF {
		e.cause = b.err
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		e.Message = message(b.data)
		return nil, e
	}
	e.kind = ErrInvalidResponse
	switch {
	case e.cause != nil:
		e.reason = "the answer was cut short"
		return nil, e
	case resp.StatusCode != http.StatusOK:
		e.reason = "the document promises 200 for success"
		return nil, e
	case !isJSON(resp.Header.Get("Content-Type")):
		e.reason = "the media type is not application/json"
		return nil, e
	}
	link, err := parseSessionLink(b.data)
	if errors.Is(err, ErrUnsuccessful) {
		e.kind, e.Message = ErrUnsuccessful, message(b.data)
	}
	if err != nil {
		e.reason = err.Error()
		return nil, e
	}
	return link, nil
}

func isJSON(contentType string) bool {
	if contentType == "application/json" {
		return true
	}
	mediaType, _, err := mime.ParseMediaType(contentType)
	return err == nil && mediaType == "application/json"
}

// unsuccessful is what parseSessionLink says of "status": false.
type unsuccessful struct{}

func (unsuccessful) Error() string        { return `the body says "status": false` }
func (unsuccessful) Is(target error) bool { return target == ErrUnsuccessful }

// parseSessionLink reads a CreateSessionLinkResponse and insists on what
// openapi.yaml requires of it. Its errors hold no values.
func parseSessionLink(data []byte) (*api.SessionLink, error) {
	var (
		status *bool
		inner  []byte
		link   api.SessionLink
		expiry string
	)
	err := strictjson.Object(data, func(name string, value []byte) error {
		switch name {
		case "status":
			if json.Unmarshal(value, &status) != nil {
				return errors.New("status is not a boolean")
			}
		case "data":
			inner = value
		}
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case status != nil && !*status:
		return nil, unsuccessful{}
	case status == nil:
		return nil, errors.New("status is missing or null")
	case inner == nil:
		return nil, errors.New("data is missing")
	}
	err = strictjson.Object(inner, func(name string, value []byte) error {
		field := map[string]*string{"requestId": &link.RequestID, "url": &link.URL, "expiresAfter": &expiry}[name]
		if field != nil && json.Unmarshal(value, field) != nil {
			return errors.New("data." + name + " is not a string")
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, f := range []struct {
		name, value string
		check       func(string) error
	}{{"requestId", link.RequestID, nil}, {"url", link.URL, format.URI}, {"expiresAfter", expiry, format.DateTime}} {
		if f.value == "" {
			return nil, errors.New("data." + f.name + " is missing, null or empty")
		}
		if f.check != nil && f.check(f.value) != nil {
			return nil, errors.New("data." + f.name + " does not have the documented format")
		}
	}
	link.ExpiresAfter, err = time.Parse(time.RFC3339, strings.ToUpper(expiry))
	if err != nil {
		return nil, errors.New("data.expiresAfter is not a time that Go can hold")
	}
	return &link, nil
}

// message finds the explanation in an error body. Only "message" is documented;
// the vendor's own client also looks under the other names.
func message(data []byte) string {
	var top map[string]any
	if json.Unmarshal(data, &top) != nil {
		return ""
	}
	inner, _ := top["data"].(map[string]any)
	for _, v := range []any{top["message"], top["error"], inner["message"], inner["error"], top["details"]} {
		if s, ok := v.(string); ok {
			if s = clean(s); s != "" {
				return s
			}
		}
	}
	return ""
}

// clean makes a server's text safe for one line of a log.
func clean(s string) string {
	s = strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case r == utf8.RuneError || unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp):
			return -1
		}
		return r
	}, s))
	for len(s) > maxMessage {
		_, size := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-size]
	}
	return s
}
