package umbrellatest

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/umbrella-api/umbrella-go/internal/strictjson"
)

const faultHeader = "Umbrella-Mock-Fault"

// parseFault reads the header: fields separated by semicolons.
func parseFault(text string) (Fault, error) {
	var f Fault
	seen := map[string]bool{}
	for field := range strings.SplitSeq(text, ";") {
		name, value, given := strings.Cut(strings.TrimSpace(field), "=")
		if name == "" {
			continue
		}
		if !given {
			value = "true"
		}
		name = strings.TrimSpace(name)
		switch {
		case seen[name]:
			return Fault{}, fmt.Errorf("the field %.30q appears twice", name)
		case name == "path" || name == "times" || name == "every":
			return Fault{}, fmt.Errorf("the field %q is for POST /__mock/faults: a header is for its own request", name)
		}
		seen[name] = true
		if err := f.set(name, strings.TrimSpace(value)); err != nil {
			return Fault{}, err
		}
	}
	return f, f.check()
}

// UnmarshalJSON implements json.Unmarshaler with the field names of the package
// comment. Durations are strings such as "1.5s".
func (f *Fault) UnmarshalJSON(data []byte) error {
	*f = Fault{}
	return strictjson.Object(data, func(name string, raw []byte) error {
		var value string
		switch {
		case json.Unmarshal(raw, &value) == nil && raw[0] == '"':
		case raw[0] == '{' || raw[0] == '[' || raw[0] == 'n':
			return fmt.Errorf("the field %.30q is no string, number or boolean", name)
		default:
			value = string(raw)
		}
		return f.set(name, value)
	})
}

func (f *Fault) set(name, value string) error {
	var err error
	switch name {
	case "path":
		f.Path = value
	case "times":
		f.Times, err = strconv.Atoi(value)
	case "every":
		f.Every, err = strconv.Atoi(value)
	case "after-processing":
		f.AfterProcessing, err = strconv.ParseBool(value)
	case "status":
		f.Status, err = strconv.Atoi(value)
	case "message":
		f.Message = value
	case "retry-after":
		f.RetryAfter = value
	case "delay":
		f.DelayHeader, err = time.ParseDuration(value)
	case "delay-body":
		f.DelayBody, err = time.ParseDuration(value)
	case "reset":
		f.Reset, err = strconv.ParseBool(value)
	case "truncate":
		f.Truncate, err = strconv.ParseBool(value)
	case "malformed":
		f.Malformed, err = strconv.ParseBool(value)
	case "media-type":
		f.MediaType = value
	case "oversize":
		f.Oversize, err = strconv.ParseInt(value, 10, 64)
	case "break":
		f.Break, err = strconv.ParseBool(value)
	default:
		return fmt.Errorf("unknown field %.30q", name)
	}
	if err != nil {
		return fmt.Errorf("the field %q cannot be %.30q", name, value)
	}
	return nil
}
