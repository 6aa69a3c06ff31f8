package umbrellatest

import (
	"encoding/json"
	"flag"
	"fmt"
	"strings"

	"github.com/umbrella-api/umbrella-go/internal/strictjson"
)

const faultHeader = "Umbrella-Mock-Fault"

// parseFault reads the header: fields separated by semicolons.
func parseFault(text string) (Fault, error) {
	var f Fault
	fields := f.fields()
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
		if err := set(fields, name, strings.TrimSpace(value)); err != nil {
			return Fault{}, err
		}
	}
	return f, f.check()
}

// UnmarshalJSON implements json.Unmarshaler with the field names of the package
// comment. Durations are strings such as "1.5s".
func (f *Fault) UnmarshalJSON(data []byte) error {
	*f = Fault{}
	return decode(f.fields(), data)
}

// decode sets fields from a JSON object.
func decode(fields *flag.FlagSet, data []byte) error {
	return strictjson.Object(data, func(name string, raw []byte) error {
		value := string(raw)
		switch raw[0] {
		case '{', '[', 'n':
			return fmt.Errorf("the field %.30q is no string, number or boolean", name)
		case '"':
			_ = json.Unmarshal(raw, &value) // valid, as strictjson has read it
		}
		return set(fields, name, value)
	})
}

// fields gives each field its name. Package flag reads and writes the values.
func (f *Fault) fields() *flag.FlagSet {
	fields := flag.NewFlagSet("fault", flag.ContinueOnError)
	fields.StringVar(&f.Path, "path", f.Path, "")
	fields.IntVar(&f.Times, "times", f.Times, "")
	fields.IntVar(&f.Every, "every", f.Every, "")
	fields.BoolVar(&f.AfterProcessing, "after-processing", f.AfterProcessing, "")
	fields.IntVar(&f.Status, "status", f.Status, "")
	fields.StringVar(&f.Message, "message", f.Message, "")
	fields.StringVar(&f.RetryAfter, "retry-after", f.RetryAfter, "")
	fields.DurationVar(&f.DelayHeader, "delay", f.DelayHeader, "")
	fields.DurationVar(&f.DelayBody, "delay-body", f.DelayBody, "")
	fields.BoolVar(&f.Reset, "reset", f.Reset, "")
	fields.BoolVar(&f.Truncate, "truncate", f.Truncate, "")
	fields.BoolVar(&f.Malformed, "malformed", f.Malformed, "")
	fields.StringVar(&f.MediaType, "media-type", f.MediaType, "")
	fields.Int64Var(&f.Oversize, "oversize", f.Oversize, "")
	fields.BoolVar(&f.Break, "break", f.Break, "")
	fields.BoolVar(&f.Unsuccessful, "unsuccessful", f.Unsuccessful, "")
	fields.BoolVar(&f.Expired, "expired", f.Expired, "")
	fields.BoolVar(&f.PDFMissing, "pdf-missing", f.PDFMissing, "")
	fields.BoolVar(&f.Pending, "pending", f.Pending, "")
	return fields
}

func set(fields *flag.FlagSet, name, value string) error {
	if fields.Lookup(name) == nil {
		return fmt.Errorf("unknown field %.30q", name)
	}
	if fields.Set(name, value) != nil {
		return fmt.Errorf("the field %q cannot be %.30q", name, value)
	}
	return nil
}
