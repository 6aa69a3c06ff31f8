package main

import (
	"encoding/json"
	"errors"
	"strings"
)

// fieldFlag is the flag of a property of a request for a session.
type fieldFlag struct {
	property, name, usage string
	item                  string // for a list: what an item has beside fieldId
}

var fieldFlags = []fieldFlag{
	{"email", "email", "the signer's e-mail `ADDRESS`", ""},
	{"phoneNumber", "phone", "the signer's phone `NUMBER`, E.164: +436508021530", ""},
	{"redirectUrl", "redirect-url", "the `URL` to which the signer goes after signing", ""},
	{"docUrl", "doc-url", "the `URL` of the PDF to sign, public, https", ""},
	{"signForms", "sign", "a signature field of the PDF and who signs it, as `FIELD=ACTOR`; repeatable", "actorId"},
	{"fillForm", "fill", "a text field of the PDF and its text, as `FIELD=VALUE`; repeatable", "value"},
}

func (l *link) defineFields() {
	for _, f := range fieldFlags {
		l.flags.StringArray(f.name, nil, f.usage)
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
		body, err = l.readObject()
	case l.mock:
		body, err = create.example()
	}
	if err != nil {
		l.wrong.add("%s", err)
		l.unread, body = fromFile, map[string]any{}
	}
	for _, f := range fieldFlags {
		if !l.flags.Changed(f.name) {
			continue
		}
		_, twice := body[f.property]
		l.wrong.unless(!twice || !fromFile, "--"+f.name+" and "+f.property+" in --file both give the same field: keep one")
		given, _ := l.flags.GetStringArray(f.name)
		if body[f.property], err = f.value(given); err != nil {
			l.wrong.add("%s", err)
			delete(body, f.property)
		}
	}
	data, err := json.Marshal(body)
	if err == nil && l.judge(create, nil, data, l.placed) {
		err = json.Unmarshal(data, &l.request)
	}
	if err != nil {
		l.wrong.add("%s", err)
	}
}

// value turns what the flag gave into the value of its property. Of a flag that is not
// repeatable the last one counts.
func (f fieldFlag) value(given []string) (any, error) {
	if f.item == "" {
		return given[len(given)-1], nil
	}
	var items []map[string]string
	for _, pair := range given {
		field, value, ok := strings.Cut(pair, "=")
		switch {
		case f.name == "sign" && (field == "" || value == ""):
			return nil, errors.New("--sign needs FIELD=ACTOR, for example --sign Signature1=userToIdentify")
		case field == "" || !ok:
			return nil, errors.New("--fill needs FIELD=VALUE, for example --fill 'name=${identification.firstName}'")
		}
		items = append(items, map[string]string{"fieldId": field, f.item: value})
	}
	return items, nil
}

// readObject reads the object in --file.
func (l *link) readObject() (body map[string]any, err error) {
	data, err := readFile(l.file, l.stdin)
	if err == nil && (json.Unmarshal(data, &body) != nil || body == nil) {
		err = errors.New("--file must hold the request as one JSON object")
	}
	return body, err
}

// placed names a place in the request by the flag that gave it, or by its JSON path in
// the file. What a file that cannot be read lacks has no place.
func (l *link) placed(path string) string {
	property, _, _ := strings.Cut(strings.TrimPrefix(path, "$."), ".")
	property, _, _ = strings.Cut(property, "[")
	for _, f := range fieldFlags {
		if f.property == property && (!l.flags.Changed("file") || l.flags.Changed(f.name)) {
			return "--" + f.name
		}
	}
	if l.unread {
		return ""
	}
	return path + " in --file"
}
