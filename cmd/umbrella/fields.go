package main

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/umbrella-api/umbrella-go/api"
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

func (l *link) defineFields() {
	l.fields = map[string]*[]string{}
	for _, f := range fieldFlags {
		l.fields[f.property] = l.flags.StringArray(f.name, nil, f.usage)
	}
	l.flags.StringVar(&l.file, "file", "", "the request as JSON in `FILE`, - for standard input; flags add fields that it lacks")
}

// readRequest puts the request together from --file or, for the mock, the document's
// example, and from the flags.
func (l *link) readRequest() {
	create := l.operations()["createSessionLink"]
	body, fromFile, err := map[string]any{}, l.flags.Changed("file"), error(nil)
	switch {
	case fromFile:
		body, err = l.readMembers()
	case l.mock:
		body, err = create.example()
	}
	if err != nil {
		l.wrong.add("%s", err)
		return
	}
	for _, f := range fieldFlags {
		if !l.flags.Changed(f.name) {
			continue
		}
		_, twice := body[f.property]
		l.wrong.unless(!twice || !fromFile, "--"+f.name+" and "+f.property+" in --file both give the same field: keep one")
		if body[f.property], err = fromFlag(f.property, *l.fields[f.property]); err != nil {
			l.wrong.add("%s", err)
			delete(body, f.property)
		}
	}
	data, err := json.Marshal(body)
	if err == nil && l.holds(create, data) {
		err = json.Unmarshal(data, &l.request)
	}
	if err != nil {
		l.wrong.add("%s", err)
	}
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

// readMembers reads the members of the object in --file.
func (l *link) readMembers() (map[string]any, error) {
	data, err := readFile(l.file, l.stdin)
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

// holds holds the request against the document, and names what is wrong by flag, or
// by JSON path where the file has it.
func (l *link) holds(create operation, data []byte) bool {
	violations, err := create.violations(nil, data, l.flags.Changed("file"))
	if err != nil {
		l.wrong.add("%s", err)
	}
	for _, v := range violations {
		place := v.Path + " in --file"
		property, _, _ := strings.Cut(strings.TrimPrefix(v.Path, "$."), ".")
		property, _, _ = strings.Cut(property, "[")
		for _, f := range fieldFlags {
			if f.property == property && (!l.flags.Changed("file") || l.flags.Changed(f.name)) {
				place = "--" + f.name
			}
		}
		l.wrong.add("%s %s", place, explained(v))
	}
	return err == nil && len(violations) == 0
}
