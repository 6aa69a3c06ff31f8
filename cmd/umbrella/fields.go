package main

import (
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/spf13/pflag"

	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/contract"
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
	known, err := operations(contract.OpenAPI())
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
	for _, f := range fieldFlags {
		if !fs.Changed(f.name) {
			continue
		}
		_, twice := body[f.property]
		wrong.unless(!twice || !fromFile, "--"+f.name+" and "+f.property+" in --file both give the same field: keep one")
		if body[f.property], err = fromFlag(f.property, *in.flags[f.property]); err != nil {
			wrong.add("%s", err)
			delete(body, f.property)
		}
	}
	data, err := json.Marshal(body)
	if err != nil {
		return req, err
	}
	if wrong, err := in.check(create, fs, data, wrong); wrong || err != nil {
		return req, err
	}
	return req, json.Unmarshal(data, &req)
}

// fromFlag turns what a flag gave into the value of its property. Of a flag that
// is not repeatable the last one counts.
func fromFlag(property string, values []string) (any, error) {
	if property != "signForms" && property != "fillForm" {
		return values[len(values)-1], nil
	}
	var signs []api.SignForm
	var fills []api.FillFormField
	for _, pair := range values {
		field, value, ok := strings.Cut(pair, "=")
		switch {
		case property == "signForms" && (field == "" || value == ""):
			return nil, errors.New("--sign needs FIELD=ACTOR, for example --sign Signature1=userToIdentify")
		case property == "fillForm" && (field == "" || !ok):
			return nil, errors.New("--fill needs FIELD=VALUE, for example --fill 'name=${identification.firstName}'")
		}
		signs = append(signs, api.SignForm{FieldID: field, ActorID: value})
		fills = append(fills, api.FillFormField{FieldID: field, Value: value})
	}
	if property == "signForms" {
		return signs, nil
	}
	return fills, nil
}

func (in *fields) read(stdin io.Reader) (map[string]any, error) {
	data, err := readFile(in.file, stdin)
	if err != nil {
		return nil, err
	}
	var members map[string]json.RawMessage // as they are: a large number stays exact
	if json.Unmarshal(data, &members) != nil || members == nil {
		return nil, errors.New("--file must hold the request as one JSON object")
	}
	body := map[string]any{}
	for name, value := range members {
		body[name] = value
	}
	return body, nil
}

// check holds the request against the document, and names what is wrong by flag, or
// by JSON path where the file has it.
func (in *fields) check(create operation, fs *pflag.FlagSet, data []byte, wrong *misuse) (found bool, err error) {
	violations, err := create.violations(nil, data, fs.Changed("file"))
	for _, v := range violations {
		place := v.Path + " in --file"
		property, _, _ := strings.Cut(strings.TrimPrefix(v.Path, "$."), ".")
		property, _, _ = strings.Cut(property, "[")
		for _, f := range fieldFlags {
			if f.property == property && (!fs.Changed("file") || fs.Changed(f.name)) {
				place = "--" + f.name
			}
		}
		wrong.add("%s %s", place, explained(v))
	}
	return len(violations) > 0, err
}
