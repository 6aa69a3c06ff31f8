// Package fault reads and writes faults as text, and has them wait for what they are
// for. A fault is a struct; the tag `fault` of a field is its name in the text.
package fault

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/umbrella-api/umbrella-go/internal/strictjson"
)

// fields has the fields of a fault, a pointer to a struct. Package flag reads and
// writes their values.
type fields struct{ *flag.FlagSet }

func fieldsOf(fault any) fields {
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
	return fields{set}
}

func (f fields) set(name, value string) error {
	if f.Lookup(name) == nil {
		return fmt.Errorf("unknown field %.30q", name)
	}
	if f.Set(name, value) != nil {
		return fmt.Errorf("the field %q cannot be %.30q", name, value)
	}
	return nil
}

// FromHeader sets the fields that are in text, separated by semicolons. One without a
// value is a switch. Those that choose requests have no place there.
func FromHeader(text string, fault any) error {
	var names []string
	fields := fieldsOf(fault)
	for field := range strings.SplitSeq(text, ";") {
		name, value, given := strings.Cut(strings.TrimSpace(field), "=")
		if !given {
			value = "true"
		}
		switch name = strings.TrimSpace(name); {
		case name == "":
			continue
		case slices.Contains([]string{"path", "times", "every"}, name):
			return errors.New("path, times and every are for POST /__mock/faults: a header is for its own request")
		case slices.Contains(names, name):
			return fmt.Errorf("the field %.30q appears twice", name)
		}
		if err := fields.set(name, strings.TrimSpace(value)); err != nil {
			return err
		}
		names = append(names, name)
	}
	return nil
}

// FromJSON sets the fields that are in a JSON object. Durations are strings such as
// "1.5s".
func FromJSON(data []byte, fault any) error {
	fields := fieldsOf(fault)
	return strictjson.Object(data, func(name string, raw []byte) error {
		value := string(raw)
		switch raw[0] {
		case '{', '[', 'n':
			return fmt.Errorf("the field %.30q is no string, number or boolean", name)
		case '"':
			_ = json.Unmarshal(raw, &value) // valid, as strictjson has read it
		}
		return fields.set(name, value)
	})
}

// FromForm sets the fields of a form that were filled in.
func FromForm(form url.Values, fault any) error {
	fields := fieldsOf(fault)
	for name := range form {
		if value := form.Get(name); value != "" {
			if err := fields.set(name, value); err != nil {
				return err
			}
		}
	}
	return nil
}

// Text is a fault in the syntax of the header.
func Text(fault any) string {
	var set []string
	fieldsOf(fault).VisitAll(func(f *flag.Flag) {
		if value := f.Value.String(); !slices.Contains([]string{"", "0", "0s", "false"}, value) {
			set = append(set, f.Name+"="+value)
		}
	})
	return strings.Join(set, "; ")
}
