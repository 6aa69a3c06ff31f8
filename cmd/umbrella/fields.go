package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"

	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/internal/strictjson"
)

// fieldFlags are the flags of the properties of a request for a session.
var fieldFlags = []struct{ property, name, usage string }{
	{"email", "email", "the signer's e-mail `ADDRESS`"},
	{"phoneNumber", "phone", "the signer's phone `NUMBER`, E.164: +436508021530"},
	{"redirectUrl", "redirect-url", "the `URL` to which the signer goes after signing"},
	{"docUrl", "doc-url", "the `URL` of the PDF to sign, public, https"},
	{"signForms", "sign", "a signature field of the PDF and who signs it, as `FIELD=ACTOR`; repeatable"},
	{"fillForm", "fill", "a text field of the PDF and its text, as `FIELD=VALUE`; repeatable"},
}

// fields is the part of the command line that describes a session.
type fields struct {
	flags map[string]*[]string // by property
	file  string
}

func (in *fields) define(fs *pflag.FlagSet) {
	in.flags = map[string]*[]string{}
	for _, f := range fieldFlags {
		in.flags[f.property] = fs.StringArray(f.name, nil, f.usage)
	}
	fs.StringVar(&in.file, "file", "", "the request as JSON in `FILE`, - for standard input; flags add fields that it lacks")
}

// request puts the request together from --file or, for the mock, the document's
// example, and from the flags. What it returns is only of use if nothing is wrong.
func (in *fields) request(fs *pflag.FlagSet, useMock bool, stdin io.Reader, wrong *misuse) (req api.CreateSessionLinkRequest, err error) {
	known, err := operations()
	if err != nil {
		return req, err
	}
	create := known["createSessionLink"]
	body, fromFile := map[string]any{}, fs.Changed("file")
	switch {
	case fromFile:
		if body, err = in.read(stdin); err != nil {
			wrong.add("%s", err)
			return req, nil
		}
	case useMock:
		if body, err = create.example(); err != nil {
			return req, err
		}
	}
	before := len(wrong.lines)
	for _, f := range fieldFlags {
		if !fs.Changed(f.name) {
			continue
		}
		if _, twice := body[f.property]; twice && fromFile {
			wrong.add("--%s and %s in --file both give the same field: keep one", f.name, f.property)
		}
		value, err := fromFlag(f.property, *in.flags[f.property])
		if err != nil {
			wrong.add("%s", err)
			continue
		}
		body[f.property] = value
	}
	data, err := json.Marshal(body)
	if err != nil {
		return req, err
	}
	if err := in.check(create, fs, data, wrong); err != nil || len(wrong.lines) > before {
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
				return nil, errors.New("--sign needs FIELD=ACTOR, for example --sign Signature1=userToIdentify")
			}
			signs = append(signs, api.SignForm{FieldID: field, ActorID: actor})
		}
		return signs, nil
	case "fillForm":
		var fills []api.FillFormField
		for _, pair := range values {
			field, value, ok := strings.Cut(pair, "=")
			if field == "" || !ok {
				return nil, errors.New("--fill needs FIELD=VALUE, for example --fill 'name=${identification.firstName}'")
			}
			fills = append(fills, api.FillFormField{FieldID: field, Value: value})
		}
		return fills, nil
	}
	return values[len(values)-1], nil
}

func (in *fields) read(stdin io.Reader) (map[string]any, error) {
	data, err := readFile(in.file, stdin)
	if err != nil {
		return nil, err
	}
	body := map[string]any{}
	err = strictjson.Object(data, func(name string, value []byte) error {
		body[name] = json.RawMessage(value)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("--file must hold the request as one JSON object: %w", err)
	}
	return body, nil
}

// check holds the request against the document, and names what is wrong by flag, or
// by JSON path where the file has it.
func (in *fields) check(create operation, fs *pflag.FlagSet, data []byte, wrong *misuse) error {
	fromFile := fs.Changed("file")
	found, err := create.violations(nil, data, fromFile)
	for _, v := range found {
		place := v.Path + " in --file"
		for _, f := range fieldFlags {
			below, ok := strings.CutPrefix(v.Path, "$."+f.property)
			if ok && strings.Trim(below[:min(1, len(below))], ".[") == "" && (!fromFile || fs.Changed(f.name)) {
				place = "--" + f.name
			}
		}
		wrong.add("%s %s", place, explained(v))
	}
	return err
}
