package main

import (
	"encoding/json"
	"errors"
	"flag"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/internal/strictjson"
)

// maxFile is the size of the largest request: more than any has.
const maxFile = 1 << 20

// flagOf names the flag of each property of the request.
var flagOf = map[string]string{
	"email": "email", "phoneNumber": "phone", "redirectUrl": "redirect-url",
	"docUrl": "doc-url", "signForms": "sign", "fillForm": "fill",
}

// input is the part of the command line that describes the request.
type input struct {
	flags map[string][]string // what the flags give, by property
	file  string
}

func (in *input) define(fs *flag.FlagSet) {
	in.flags = map[string][]string{}
	for property, name := range flagOf {
		fs.Func(name, "", func(value string) error {
			in.flags[property] = append(in.flags[property], value)
			return nil
		})
	}
	fs.StringVar(&in.file, "file", "", "")
}

// request puts the request together from the file or, for the mock, the
// document's example, and from the flags.
func (in *input) request(fs *flag.FlagSet, useMock bool, stdin io.Reader) (req api.CreateSessionLinkRequest, err error) {
	body, fromFile := map[string]any{}, given(fs, "file")
	switch {
	case fromFile:
		body, err = in.read(stdin)
	case useMock:
		body, err = example()
	}
	if err != nil {
		return req, err
	}
	for _, property := range slices.Sorted(maps.Keys(in.flags)) {
		if _, twice := body[property]; twice && fromFile {
			return req, usagef("--%s and %s in --file both give the same field: keep one", flagOf[property], property)
		}
		if body[property], err = fromFlag(property, in.flags[property]); err != nil {
			return req, err
		}
	}
	data, err := json.Marshal(body)
	if err != nil {
		return req, err
	}
	if err := in.check(data, fromFile); err != nil {
		return req, err
	}
	return req, json.Unmarshal(data, &req)
}

// fromFlag turns what a flag gave into the value of its property. Of a flag that
// is not repeatable the last one counts.
func fromFlag(property string, values []string) (any, error) {
	switch property {
	case "signForms":
		var signs []api.SignForm
		for _, pair := range values {
			field, actor, _ := strings.Cut(pair, "=")
			if field == "" || actor == "" {
				return nil, usagef("--sign needs FIELD=ACTOR, for example --sign Signature1=userToIdentify")
			}
			signs = append(signs, api.SignForm{FieldID: field, ActorID: actor})
		}
		return signs, nil
	case "fillForm":
		var fills []api.FillFormField
		for _, pair := range values {
			field, value, ok := strings.Cut(pair, "=")
			if field == "" || !ok {
				return nil, usagef("--fill needs FIELD=VALUE, for example --fill 'name=${identification.firstName}'")
			}
			fills = append(fills, api.FillFormField{FieldID: field, Value: value})
		}
		return fills, nil
	}
	return values[len(values)-1], nil
}

func (in *input) read(stdin io.Reader) (map[string]any, error) {
	if in.file != "-" {
		file, err := os.Open(in.file)
		if err != nil {
			return nil, unreadable(err)
		}
		defer func() { _ = file.Close() }()
		stdin = file
	}
	data, err := io.ReadAll(io.LimitReader(stdin, maxFile+1))
	switch {
	case err != nil:
		return nil, unreadable(err)
	case len(data) > maxFile:
		return nil, usagef("--file is over 1 MiB, which is no request")
	}
	body := map[string]any{}
	err = strictjson.Object(data, func(name string, value []byte) error {
		body[name] = json.RawMessage(value)
		return nil
	})
	if err != nil {
		return nil, usagef("--file must hold the request as one JSON object: %w", err)
	}
	return body, nil
}

func unreadable(err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	return usagef("cannot read --file: %w", err)
}

// check holds the request against the document, and names what is wrong by flag, or
// by JSON path where the file has it.
func (in *input) check(data []byte, fromFile bool) error {
	found, err := violations(data, fromFile)
	if err != nil || len(found) == 0 {
		return err
	}
	var wrong []string
	for _, v := range found {
		property, _, _ := strings.Cut(strings.TrimPrefix(v.Path, "$."), ".")
		property, _, _ = strings.Cut(property, "[")
		place := "--" + flagOf[property]
		if fromFile && in.flags[property] == nil {
			place = v.Path + " in --file"
		}
		if strings.HasSuffix(v.Rule, "Properties") { // additionalProperties, unevaluatedProperties
			v.Reason = "is not in the document: correct or remove it"
		}
		wrong = append(wrong, place+" "+v.Reason)
	}
	return usagef("%s", strings.Join(wrong, "; "))
}
