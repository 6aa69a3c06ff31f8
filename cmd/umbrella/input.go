package main

import (
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"strings"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/internal/strictjson"
)

// maxFile is the size of the largest request: more than any has.
const maxFile = 1 << 20

// input is the part of the command line that describes the request.
type input struct {
	email, phone, redirectURL, docURL string
	sign, fill                        list
	file                              string
}

// list collects a repeatable flag.
type list []string

func (l *list) String() string     { return "" }
func (l *list) Set(s string) error { *l = append(*l, s); return nil }

func (in *input) define(fs *flag.FlagSet) {
	fs.StringVar(&in.email, "email", "", "")
	fs.StringVar(&in.phone, "phone", "", "")
	fs.StringVar(&in.redirectURL, "redirect-url", "", "")
	fs.StringVar(&in.docURL, "doc-url", "", "")
	fs.Var(&in.sign, "sign", "")
	fs.Var(&in.fill, "fill", "")
	fs.StringVar(&in.file, "file", "", "")
}

// members is the request as JSON, by property.
type members map[string]json.RawMessage

// flagOf names the flag of each property.
var flagOf = map[string]string{
	"email": "email", "phoneNumber": "phone", "redirectUrl": "redirect-url",
	"docUrl": "doc-url", "signForms": "sign", "fillForm": "fill",
}

// request puts the request together from the file or, for the mock, the
// document's example, and from the flags.
func (in *input) request(fs *flag.FlagSet, useMock bool, stdin io.Reader) (req api.CreateSessionLinkRequest, err error) {
	body := members{}
	switch {
	case given(fs, "file"):
		body, err = in.read(stdin)
	case useMock:
		body, err = example()
	}
	if err != nil {
		return req, err
	}
	flags, err := in.fromFlags()
	if err != nil {
		return req, err
	}
	for property, value := range flags {
		name := flagOf[property]
		if !given(fs, name) {
			continue
		}
		if _, twice := body[property]; twice && given(fs, "file") {
			return req, usagef("--%s and %s in --file both give the same field: keep one", name, property)
		}
		body[property], err = json.Marshal(value)
		if err != nil {
			return req, err
		}
	}
	data, err := json.Marshal(body)
	if err != nil {
		return req, err
	}
	if err := in.check(fs, data); err != nil {
		return req, err
	}
	return req, json.Unmarshal(data, &req)
}

func (in *input) fromFlags() (map[string]any, error) {
	values := map[string]any{"email": in.email, "phoneNumber": in.phone, "redirectUrl": in.redirectURL, "docUrl": in.docURL}
	var signs []api.SignForm
	for _, pair := range in.sign {
		field, actor, _ := strings.Cut(pair, "=")
		if field == "" || actor == "" {
			return nil, usagef("--sign needs FIELD=ACTOR, for example --sign Signature1=userToIdentify")
		}
		signs = append(signs, api.SignForm{FieldID: field, ActorID: actor})
	}
	var fills []api.FillFormField
	for _, pair := range in.fill {
		field, value, ok := strings.Cut(pair, "=")
		if field == "" || !ok {
			return nil, usagef("--fill needs FIELD=VALUE, for example --fill 'name=${identification.firstName}'")
		}
		fills = append(fills, api.FillFormField{FieldID: field, Value: value})
	}
	values["signForms"], values["fillForm"] = signs, fills
	return values, nil
}

func (in *input) read(stdin io.Reader) (members, error) {
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
	body := members{}
	err = strictjson.Object(data, func(name string, value []byte) error {
		body[name] = value
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

// check names what is wrong by flag, or by JSON path where the file has it.
func (in *input) check(fs *flag.FlagSet, data []byte) error {
	var invalid *umbrella.ValidationError
	switch err := umbrella.ValidateJSON(data); {
	case err == nil && given(fs, "file"):
		return checkNames(data)
	case !errors.As(err, &invalid):
		return err
	}
	var wrong []string
	for _, f := range invalid.Fields {
		property, _, _ := strings.Cut(strings.TrimPrefix(f.Path, "$."), ".")
		property, _, _ = strings.Cut(property, "[")
		place := "--" + flagOf[property]
		if given(fs, "file") && !given(fs, flagOf[property]) {
			place = f.Path + " in --file"
		}
		wrong = append(wrong, place+" "+f.Reason)
	}
	return usagef("%s", strings.Join(wrong, "; "))
}
