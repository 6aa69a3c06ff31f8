package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"regexp"
	"strings"
	"unicode/utf8"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/once"
)

// row is a line of the file that was judged.
type row struct {
	line    int
	key     string
	request api.CreateSessionLinkRequest
}

// readRows reads and judges the whole file. The error names everything that is wrong
// with it, one line each, and none of its values.
func readRows(name, keyColumn string) ([]row, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	in := bufio.NewReader(file)
	if mark, _ := in.Peek(3); bytes.Equal(mark, []byte("\ufeff")) { // as Excel writes it
		_, _ = in.Discard(3)
	}
	lines := csv.NewReader(in)
	header, err := lines.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("the file is empty: its first line names the columns")
	} else if err != nil {
		return nil, err
	}
	columns, err := readHeader(header, keyColumn)
	if err != nil {
		return nil, err
	}
	var rows []row
	var errs []error
	first := map[string]int{} // line of each key
	for {
		record, err := lines.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil && !errors.Is(err, csv.ErrFieldCount) {
			errs = append(errs, err) // where the next row begins is a guess
			break
		}
		line, _ := lines.FieldPos(0)
		if err != nil {
			errs = append(errs, fmt.Errorf("line %d: %d columns, but the header has %d", line, len(record), len(columns)))
			continue
		}
		r, wrong := readRow(columns, record)
		if before, again := first[r.key]; again && r.key != "" {
			wrong = append(wrong, fmt.Errorf("the key is that of line %d: a key has one session", before))
		} else {
			first[r.key] = line
		}
		for _, err := range wrong {
			errs = append(errs, fmt.Errorf("line %d: %w", line, err))
		}
		r.line = line
		rows = append(rows, r)
	}
	if len(errs) == 0 && len(rows) == 0 {
		return nil, errors.New("the file has no row below its header")
	}
	return rows, errors.Join(errs...)
}

// column says what the cells below a name are. One may be the key and a property.
type column struct {
	name string
	key  bool
	kind kind
}

type kind int

const (
	ignored  kind = iota // only the key's
	text                 // a property that is text
	jsonText             // another property, as JSON
	sign                 // the actor of a signature field
	fill                 // the value of a text field
)

// property is one of the request, as its Go type has it.
type property struct{ text, required bool }

var properties = func() map[string]property {
	all := map[string]property{}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[api.CreateSessionLinkRequest]()) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		all[name] = property{text: f.Type.Kind() == reflect.String, required: !strings.Contains(options, "omitempty")}
	}
	return all
}()

// harmless is a name and no value: the first line of a file without header is
// somebody's data.
var harmless = regexp.MustCompile(`^[A-Za-z]+[A-Za-z0-9_.]{0,40}$`)

func readHeader(names []string, keyColumn string) ([]column, error) {
	var columns []column
	var errs []error
	seen := map[string]bool{}
	for i, name := range names {
		c := column{name: strings.TrimSpace(name)}
		shown := fmt.Sprintf("line 1: column %d", i+1)
		if harmless.MatchString(c.name) {
			shown += fmt.Sprintf(" (%s)", c.name)
		}
		p, known := properties[c.name]
		c.key = c.name == keyColumn
		switch {
		case !utf8.ValidString(name):
			errs = append(errs, fmt.Errorf("%s is not UTF-8: save the file as CSV in UTF-8", shown))
		case seen[c.name]:
			errs = append(errs, fmt.Errorf("%s is there twice", shown))
		case known && p.text:
			c.kind = text
		case known:
			c.kind = jsonText
		case len(c.name) > len("sign.") && strings.HasPrefix(c.name, "sign."):
			c.kind = sign
		case len(c.name) > len("fill.") && strings.HasPrefix(c.name, "fill."):
			c.kind = fill
		case !c.key:
			errs = append(errs, fmt.Errorf("%s is neither the key's (--key), nor a property of the request, nor sign.FIELD or fill.FIELD", shown))
		}
		seen[c.name] = true
		columns = append(columns, c)
	}
	if !seen[keyColumn] {
		errs = append(errs, fmt.Errorf("line 1: there is no column %s: --key names the one that has the key", keyColumn))
	}
	for name, p := range properties {
		if p.required && !seen[name] {
			errs = append(errs, fmt.Errorf("line 1: there is no column %s", name))
		}
	}
	return columns, errors.Join(errs...)
}

// readRow makes the request of a record. An empty cell is no value.
func readRow(columns []column, record []string) (r row, errs []error) {
	object := map[string]any{}
	var forms api.CreateSessionLinkRequest
	for i, c := range columns {
		cell := record[i]
		if !utf8.ValidString(cell) {
			return r, []error{fmt.Errorf("%s is not UTF-8: save the file as CSV in UTF-8", c.name)}
		}
		if c.key {
			r.key = cell
			if err := once.CheckKey(cell); err != nil {
				errs = append(errs, errors.New(strings.TrimPrefix(err.Error(), "once: ")))
			}
		}
		if cell == "" {
			continue
		}
		switch c.kind {
		case text:
			object[c.name] = cell
		case jsonText:
			object[c.name] = json.RawMessage(cell)
		case sign:
			forms.SignForms = append(forms.SignForms, api.SignForm{FieldID: strings.TrimPrefix(c.name, "sign."), ActorID: cell})
		case fill:
			forms.FillForm = append(forms.FillForm, api.FillFormField{FieldID: strings.TrimPrefix(c.name, "fill."), Value: cell})
		}
	}
	data, err := json.Marshal(object)
	if err == nil {
		err = json.Unmarshal(data, &r.request)
	}
	if err != nil { // whose text has the value
		return r, append(errs, errors.New("a column that is not text does not hold the JSON that the document asks for"))
	}
	r.request.SignForms = append(r.request.SignForms, forms.SignForms...)
	r.request.FillForm = append(r.request.FillForm, forms.FillForm...)
	var invalid *umbrella.ValidationError
	if errors.As(umbrella.Validate(r.request), &invalid) {
		for _, f := range invalid.Fields {
			errs = append(errs, fmt.Errorf("%s %s", strings.TrimPrefix(f.Path, "$."), f.Reason))
		}
	}
	return r, errs
}
