package umbrellatest

import (
	"encoding/json"
	"flag"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/umbrella-api/umbrella-go/internal/strictjson"
)

// fields has the fields of a fault, a pointer to a struct, by the names in their
// tags. Package flag reads and writes the values.
func fields(fault any) *flag.FlagSet {
	set := flag.NewFlagSet("fault", flag.ContinueOnError)
	value := reflect.ValueOf(fault).Elem()
	for i := range value.NumField() {
		name := value.Type().Field(i).Tag.Get("fault")
		switch p := value.Field(i).Addr().Interface().(type) {
		case *bool:
			set.BoolVar(p, name, *p, "")
		case *int:
			set.IntVar(p, name, *p, "")
		case *int64:
			set.Int64Var(p, name, *p, "")
		case *string:
			set.StringVar(p, name, *p, "")
		case *time.Duration:
			set.DurationVar(p, name, *p, "")
		}
	}
	return set
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

// parseFault reads the header: fields separated by semicolons.
func parseFault(text string) (f Fault, err error) {
	named, seen := fields(&f), map[string]bool{}
	for field := range strings.SplitSeq(text, ";") {
		name, value, given := strings.Cut(strings.TrimSpace(field), "=")
		if !given {
			value = "true"
		}
		switch name = strings.TrimSpace(name); {
		case name == "":
			continue
		case seen[name]:
			return f, fmt.Errorf("the field %.30q appears twice", name)
		}
		seen[name] = true
		if err := set(named, name, strings.TrimSpace(value)); err != nil {
			return f, err
		}
	}
	if seen["path"] || seen["times"] || seen["every"] {
		return f, fmt.Errorf("path, times and every are for POST %s: a header is for its own request", faultsPath)
	}
	return f, f.check()
}

// UnmarshalJSON implements json.Unmarshaler with the field names of the package
// comment. Durations are strings such as "1.5s".
func (f *Fault) UnmarshalJSON(data []byte) error {
	*f = Fault{}
	return decode(fields(f), data)
}

// UnmarshalJSON implements json.Unmarshaler as that of Fault does.
func (f *EventFault) UnmarshalJSON(data []byte) error {
	*f = EventFault{}
	return decode(fields(f), data)
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

// text is a fault in the syntax of the header.
func text(fields *flag.FlagSet) string {
	var set []string
	fields.VisitAll(func(f *flag.Flag) {
		if value := f.Value.String(); !slices.Contains([]string{"", "0", "0s", "false"}, value) {
			set = append(set, f.Name+"="+value)
		}
	})
	return strings.Join(set, "; ")
}
