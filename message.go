package umbrella

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/umbrella-api/umbrella-go/api"
)

const maxMessage = 512

// message finds the explanation in an error body. Only "message" is documented;
// the vendor's own client also looks under the other names.
func message(data []byte) string {
	type names struct{ Message, Error, Details json.RawMessage }
	var top struct {
		names
		Data json.RawMessage
	}
	var inner names
	if json.Unmarshal(data, &top) != nil {
		return ""
	}
	_ = json.Unmarshal(top.Data, &inner)
	for _, raw := range [...]json.RawMessage{top.Message, top.Error, inner.Message, inner.Error, top.Details} {
		var s string
		if json.Unmarshal(raw, &s) == nil {
			if s = clean(s); s != "" {
				return s
			}
		}
	}
	return ""
}

// clean makes a server's text safe for one line of a log.
func clean(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case r == utf8.RuneError || unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp):
			return -1
		}
		return r
	}, s))
}

// publish returns what may be shown of a server's message: nothing if it holds a
// URL, which could be a signing link, or a secret or any value of the request,
// however spelled. It looks at all of the message and then cuts it.
func publish(message string, secrets []string, header http.Header, req api.CreateSessionLinkRequest) string {
	if message == "" || strings.Contains(message, "://") || strings.Contains(message, `:\/`) {
		return ""
	}
	values := append([]string{req.Email, req.PhoneNumber}, secrets...)
	for _, u := range [...]string{req.RedirectURL, req.DocURL} {
		values = append(values, u[strings.Index(u, "://")+1:])
	}
	for _, f := range req.SignForms {
		values = append(values, f.FieldID, f.ActorID)
	}
	for _, f := range req.FillForm {
		values = append(values, f.FieldID, f.Value)
	}
	for name, sent := range header {
		if name != "Accept" && name != "Content-Type" && name != "User-Agent" {
			for _, v := range sent {
				values = append(values, strings.TrimPrefix(v, "Bearer "))
			}
		}
	}
	said := squeeze(message)
	if decoded, err := url.PathUnescape(message); err == nil && decoded != message {
		said += " " + squeeze(decoded)
	}
	for _, v := range values {
		if v = squeeze(v); v != "" && strings.Contains(said, v) {
			return ""
		}
	}
	if len(message) > maxMessage {
		end := maxMessage
		for !utf8.RuneStart(message[end]) {
			end--
		}
		message = message[:end]
	}
	return message
}

// squeeze keeps what is left of a value when someone else writes it down.
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}
