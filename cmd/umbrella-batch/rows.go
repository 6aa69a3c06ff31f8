package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"reflect"
	"slices"
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
		return nil, fmt.Errorf("--in: %w", err)
	}
	defer file.Close()
	in := bufio.NewReader(file)
	if mark, _ := in.Peek(3); string(mark) == "\ufeff" { // as Excel writes it
		_, _ = in.Discard(3)
	}
	if start, _ := in.Peek(in.Size()); separatedOtherwise(start) {
		return nil, errors.New("line 1: the columns are separated by semicolons or tabs: save the file with commas between them")
	}
	lines := csv.NewReader(in)
	header, err := lines.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("the file is empty: its first line names the columns")
	} else if err != nil {
		return nil, fmt.Errorf("--in: %w", err)
	}
	if err := checkHeader(header, keyColumn); err != nil {
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
			errs = append(errs, fmt.Errorf("line %d: %d columns, but the header has %d", line, len(record), len(header)))
			continue
		}
		r, wrong := readRow(header, record, keyColumn)
		r.line = line
		if before := first[r.key]; before > 0 && r.key != "" {
			wrong = append(wrong, fmt.Errorf("the key is that of line %d: a key has one session", before))
		} else {
			first[r.key] = line
		}
		for _, err := range wrong {
			errs = append(errs, fmt.Errorf("line %d: %w", line, err))
		}
		rows = append(rows, r)
	}
	if len(errs)+len(rows) == 0 {
		return nil, errors.New("the file has no row below its header")
	}
	return rows, errors.Join(errs...)
}

// separatedOtherwise reports whether the first line has no comma, but what other
// spreadsheets put between columns.
func separatedOtherwise(start []byte) bool {
	header, _, _ := bytes.Cut(start, []byte("\n"))
	return !bytes.ContainsRune(header, ',') && bytes.ContainsAny(header, ";\t")
}

// properties are those of the request, with whether they are required.
var properties = func() map[string]bool {
	all := map[string]bool{}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[api.CreateSessionLinkRequest]()) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		all[name] = !strings.Contains(options, "omitempty")
	}
	return all
}()

// checkHeader does not repeat a name, which is a value in a file without header.
func checkHeader(names []string, keyColumn string) error {
	var errs []error
	seen := map[string]bool{}
	for i, name := range names {
		_, known := properties[name]
		switch form, field, _ := strings.Cut(name, "."); {
		case seen[name]:
			errs = append(errs, fmt.Errorf("line 1: column %d is there twice", i+1))
		case known, name == keyColumn, field != "" && (form == "sign" || form == "fill"):
		default:
			errs = append(errs, fmt.Errorf("line 1: column %d is neither that of the key (--key), nor a property of the request, nor sign.FIELD or fill.FIELD", i+1))
		}
		seen[name] = true
	}
	if !seen[keyColumn] {
		errs = append(errs, fmt.Errorf("line 1: there is no column %s: --key names the one that has the key", keyColumn))
	}
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		if properties[name] && !seen[name] {
			errs = append(errs, fmt.Errorf("line 1: there is no column %s", name))
		}
	}
	return errors.Join(errs...)
}

// readRow makes the request of a record. An empty cell is no value.
func readRow(header, record []string, keyColumn string) (r row, errs []error) {
	object := map[string]any{}
	var signForms []api.SignForm
	var fillForm []api.FillFormField
	for i, name := range header {
		cell := record[i]
		if !utf8.ValidString(cell) {
			return r, []error{fmt.Errorf("column %d is not UTF-8: save the file as CSV in UTF-8", i+1)}
		}
		if name == keyColumn {
			r.key = cell
		}
		form, field, _ := strings.Cut(name, ".")
		switch _, known := properties[name]; {
		case cell == "":
		case known:
			object[name] = cell
		case form == "sign" && field != "":
			signForms = append(signForms, api.SignForm{FieldID: field, ActorID: cell})
		case form == "fill" && field != "":
			fillForm = append(fillForm, api.FillFormField{FieldID: field, Value: cell})
		}
	}
	if err := once.CheckKey(r.key); err != nil {
		errs = append(errs, errors.New(strings.TrimPrefix(err.Error(), "once: ")))
	}
	text, err := json.Marshal(object)
	if err == nil {
		err = json.Unmarshal(text, &r.request)
	}
	if err != nil {
		return r, append(errs, errors.New("a column is that of a property which is no text"))
	}
	r.request.SignForms, r.request.FillForm = signForms, fillForm
	var invalid *umbrella.ValidationError
	if errors.As(umbrella.Validate(r.request), &invalid) {
		for _, f := range invalid.Fields {
			errs = append(errs, fmt.Errorf("%s %s", strings.TrimPrefix(f.Path, "$."), f.Reason))
		}
	}
	return r, errs
}
