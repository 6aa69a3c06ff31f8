package umbrella

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/internal/format"
	"github.com/umbrella-api/umbrella-go/internal/retryafter"
	"github.com/umbrella-api/umbrella-go/internal/strictjson"
)

// decodeSessionLink turns an answer that passed the chain into a link or into
// the one Error that says why not. The generated decoder would lose the status
// of an answer that is not JSON, and accept one that lacks what it must have.
func decodeSessionLink(resp *http.Response) (*api.SessionLink, *Error) {
	b := resp.Body.(*body)
	var kind error
	var reason string
	switch {
	case resp.StatusCode < 200 || resp.StatusCode > 299:
	case b.err != io.EOF:
		kind, reason = ErrInvalidResponse, "the answer was cut short"
	case resp.StatusCode != http.StatusOK:
		kind, reason = ErrInvalidResponse, "the document promises 200 for success"
	case !isJSON(resp.Header.Get("Content-Type")):
		kind, reason = ErrInvalidResponse, "the media type is not application/json"
	default:
		link, err := parseSessionLink(b.data)
		if err == nil {
			return link, nil
		}
		kind, reason = ErrInvalidResponse, err.Error()
		if err == errStatusFalse {
			kind = ErrUnsuccessful
		}
	}
	e := &Error{
		StatusCode: resp.StatusCode, Header: resp.Header, Body: b.data,
		Attempts: b.call.attempt, Method: b.call.method, Path: b.call.path,
		MaybeProcessed: processed(resp),
		operation:      b.call.operation, kind: kind, reason: reason, cause: b.call.ended,
	}
	e.RetryAfter, _ = retryafter.Parse(resp.Header, time.Now())
	if b.err != io.EOF {
		e.cause = b.err
	}
	if kind != ErrInvalidResponse {
		e.Message = message(b.data)
	}
	return nil, e
}

// isJSON leaves the parameters of the media type alone: JSON has none.
func isJSON(contentType string) bool {
	mediaType, _, _ := strings.Cut(contentType, ";")
	return strings.EqualFold(strings.TrimSpace(mediaType), "application/json")
}

var errStatusFalse = errors.New(`the body says "status": false`)

// parseSessionLink reads a CreateSessionLinkResponse and insists on what
// openapi.yaml requires of it. Its errors hold no values.
func parseSessionLink(data []byte) (*api.SessionLink, error) {
	var status, inner, id, link, expiry []byte
	err := strictjson.Object(data, func(name string, value []byte) error {
		switch name {
		case "status":
			status = value
		case "data":
			inner = value
		}
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case string(status) == "false":
		return nil, errStatusFalse
	case string(status) != "true":
		return nil, errors.New("status is missing or not a boolean")
	case inner == nil:
		return nil, errors.New("data is missing")
	}
	err = strictjson.Members(inner, func(name string, value []byte) error {
		switch name {
		case "requestId":
			id = value
		case "url":
			link = value
		case "expiresAfter":
			expiry = value
		}
		return nil
	})
	if err != nil {
		return nil, errors.New("data is " + err.Error())
	}
	result := &api.SessionLink{}
	if result.RequestID, err = text("requestId", id, nil); err != nil {
		return nil, err
	}
	if result.URL, err = text("url", link, format.URI); err != nil {
		return nil, err
	}
	at, err := text("expiresAfter", expiry, format.DateTime)
	if err != nil {
		return nil, err
	}
	// The format allows t and z, and a leap second.
	if result.ExpiresAfter, err = time.Parse(time.RFC3339, strings.ToUpper(at)); err != nil {
		return nil, errors.New("data.expiresAfter is not a time that Go can hold")
	}
	return result, nil
}

// text decodes a required string of data.
func text(name string, raw []byte, check func(string) error) (string, error) {
	var s string
	if len(raw) > 2 && raw[0] == '"' && bytes.IndexByte(raw, '\\') < 0 {
		s = string(raw[1 : len(raw)-1]) // as most are, and for less than json.Unmarshal asks
	} else if raw != nil {
		var decoded string
		if json.Unmarshal(raw, &decoded) != nil {
			return "", errors.New("data." + name + " is not a string")
		}
		s = decoded
	}
	switch {
	case s == "":
		return "", errors.New("data." + name + " is missing, null or empty")
	case check != nil && check(s) != nil:
		return "", errors.New("data." + name + " does not have the documented format")
	}
	return s, nil
}
