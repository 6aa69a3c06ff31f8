package specchange

import "strings"

// field adds a property to the body of createSessionLink.
func field(text string) []edit {
	return []edit{{email, indented(8, text) + email}}
}

// result adds a property to data in the answer of createSessionLink.
func result(text string) []edit {
	return []edit{{requestID, indented(12, text) + requestID}}
}

// component adds a named schema.
func component(text string) edit {
	return edit{"    Error400:\n", indented(4, text) + "    Error400:\n"}
}

func indented(n int, text string) string {
	lines := strings.SplitAfter(strings.TrimSuffix(text, "\n")+"\n", "\n")
	return strings.Repeat(" ", n) + strings.Join(lines[:len(lines)-1], strings.Repeat(" ", n))
}

// newFields add optional members to a request.
var newFields = []change{
	{
		name: "new field: integer with a range", edits: field("pages: { type: integer, minimum: 1, maximum: 500 }"), verdict: "minor",
		checks: append(takes("pages", 500, 0, "pages minimum"), takes("pages", 1, 501, "pages maximum")...),
	},
	{
		name: "new field: number with a step", edits: field("weight: { type: number, exclusiveMinimum: 0, multipleOf: 0.5 }"), verdict: "minor",
		checks: append(takes("weight", 1.5, 0, "weight exclusiveMinimum"), takes("weight", 2, 1.2, "weight multipleOf")...),
	},
	{
		name: "new field: string with lengths", edits: field("caption: { type: string, minLength: 2, maxLength: 5 }"), verdict: "minor",
		checks: append(takes("caption", "äöüßé", "a", "caption minLength"), takes("caption", "ab", "abcdef", "caption maxLength")...),
	},
	{
		name: "new field: string with a pattern", edits: field("colour: { type: string, pattern: '^#[0-9a-f]{6}$' }"), verdict: "minor",
		checks: takes("colour", "#00ff7f", "red", "colour pattern"),
	},
	{
		name: "new field: boolean with a constant", edits: field("consent: { type: boolean, const: true }"), verdict: "minor",
		checks: takes("consent", true, false, "consent const"),
	},
	{
		name: "new field: enum", edits: field("locale: { type: string, enum: [de, en-GB] }"), verdict: "minor",
		checks: takes("locale", "en-GB", "fr", "locale enum"),
	},
	{
		name: "new field: nullable", edits: field("nickname: { type: [string, 'null'], maxLength: 5 }"), verdict: "minor",
		checks: append(takes("nickname", nil, "abcdef", "nickname maxLength"), takes("nickname", "abc", "abcdefg", "nickname maxLength")...),
	},
	{
		name: "new field: nullable enum", edits: field("gender: { type: [string, 'null'], enum: [f, m, null] }"), verdict: "minor",
		checks: takes("gender", "f", "x", "gender enum"),
	},
	{
		name: "new field: array of enums", edits: field("channels: { type: array, minItems: 1, uniqueItems: true, items: { type: string, enum: [sms, mail] } }"), verdict: "minor",
		checks: append(takes("channels", []string{"sms", "mail"}, []string{"sms", "post"}, "channels[1] enum"), takes("channels", []string{"sms"}, []string{"sms", "sms"}, "channels uniqueItems")...),
	},
	{
		name: "new field: UUID", edits: field("orderId: { type: string, format: uuid }"), verdict: "minor",
		checks: takes("orderId", "123e4567-e89b-12d3-a456-426614174000", "123", "orderId format"),
	},
	{
		name: "new field: date", edits: field("birthDate: { type: string, format: date }"), verdict: "minor",
		checks: takes("birthDate", "2000-02-29", "2001-02-29", "birthDate format"),
	},
	{
		name: "new field: date and time", edits: field("notBefore: { type: string, format: date-time }"), verdict: "minor",
		checks: []check{{Operation: create, Send: object{"notBefore": "2026-01-02T03:04:05Z"}}},
	},
	{
		name: "new field: map", edits: field("labels: { type: object, additionalProperties: { type: string, maxLength: 5 }, maxProperties: 2 }"), verdict: "minor",
		checks: append(takes("labels", object{"key0": "c", "key1": "d"}, object{"key0": "abcdef"}, "labels.* maxLength"), takes("labels", object{"key0": ""}, object{"c": "d", "e": "f", "g": "h"}, "labels maxProperties")...),
	},
	{
		name: "new field: nested object", edits: field(`address:
  type: object
  required: [city, country]
  properties:
    city: { type: string, minLength: 1 }
    country: { type: object, required: [code], properties: { code: { type: string, pattern: '^[A-Z]{2}$' } } }
`), verdict: "minor",
		checks: append(takes("address", object{"city": "Wien", "country": object{"code": "AT"}}, object{"city": "Wien", "country": object{"code": "at"}}, "address.country.code pattern"),
			takes("address", object{"city": "Graz", "country": object{"code": "AT"}}, object{"city": "", "country": object{"code": "AT"}}, "address.city minLength")...),
	},
	{
		name: "new field: array of objects", edits: field(`watchers:
  type: array
  maxItems: 2
  items: { type: object, required: [mail], properties: { mail: { type: string, format: email }, role: { type: string, enum: [reader, auditor] } } }
`), verdict: "minor",
		checks: append(takes("watchers", []object{{"mail": "a@b.example"}}, []object{{"mail": "a@b.example"}, {"mail": "b"}}, "watchers[1].mail format"),
			takes("watchers", []object{}, []object{{"mail": "a@b.example", "role": "owner"}}, "watchers[0].role enum")...),
	},
	{
		name: "new field: recursive object", edits: append(field("folder: { $ref: '#/components/schemas/Folder' }"),
			component("Folder: { type: object, required: [label], properties: { label: { type: string, maxLength: 3 }, folders: { type: array, items: { $ref: '#/components/schemas/Folder' } } } }")), verdict: "minor",
		checks: takes("folder", object{"label": "a", "folders": []object{{"label": "b"}}}, object{"label": "a", "folders": []object{{"label": "b", "folders": []object{{"label": "long"}}}}},
			"folder.folders[0].folders[0].label maxLength"),
	},
	{
		name: "new field: allOf", edits: append(field("witness: { allOf: [{ $ref: '#/components/schemas/Named' }, { type: object, required: [age], properties: { age: { type: integer, minimum: 18 } } }] }"),
			component("Named: { type: object, required: [surname], properties: { surname: { type: string, minLength: 1 } } }")), verdict: "minor",
		checks: append(takes("witness", object{"surname": "a", "age": 18}, object{"surname": "a", "age": 17}, "witness.age minimum"), takes("witness", object{"surname": "b", "age": 99}, object{"surname": "", "age": 18}, "witness.surname minLength")...),
	},
	{
		name: "new field: closed object", edits: field("options: { type: object, additionalProperties: false, properties: { retries: { type: integer, minimum: 0 } } }"), verdict: "minor",
		checks: takes("options", object{"retries": 0}, object{"retries": -1}, "options.retries minimum"),
	},
	{
		name: "new field: anything", edits: field("metadata: {}"), verdict: "minor",
		checks: []check{{Operation: create, Send: object{"metadata": object{"a": []any{1, nil, "b"}}}}},
	},
	{
		name: "new field: URI with a default", edits: field("logoUrl: { type: string, format: uri, default: 'https://example.com/logo.png' }"), verdict: "minor",
		checks: takes("logoUrl", "https://example.com/a.png", "no URI", "logoUrl format"),
	},
}

// newAnswers add to what the service answers.
var newAnswers = []change{
	{
		name: "new in the answer: nullable date and time", edits: result("signedAt: { type: [string, 'null'], format: date-time }"), verdict: "minor",
		checks: append(answers("signedAt", nil, "yesterday"), answers("signedAt", "2026-01-02T03:04:05Z", 5)...),
	},
	{
		name: "new in the answer: enum", edits: result("state: { type: string, enum: [open, signed] }"), verdict: "minor",
		checks: answers("state", "signed", "lost"),
	},
	{
		name: "new in the answer: UUID", edits: result("traceId: { type: string, format: uuid }"), verdict: "minor",
		checks: answers("traceId", "123e4567-e89b-12d3-a456-426614174000", "123"),
	},
	{
		name: "new in the answer: integer with a range", edits: result("position: { type: integer, minimum: 0, maximum: 9007199254740993 }"), verdict: "minor",
		checks: append(answers("position", 0, -1), answers("position", 7, 1.5)...),
	},
	{
		name: "new in the answer: array of objects", edits: result("documents: { type: array, items: { type: object, required: [name], properties: { name: { type: string }, size: { type: integer, minimum: 1 } } } }"), verdict: "major",
		checks: append(answers("documents", []object{{"name": "a", "size": 1}}, []object{{"size": 1}}), answers("documents", []object{{"name": "b"}}, []object{{"name": "a", "size": 0}})...),
	},
	{
		name: "new in the answer: map", edits: result("counters: { type: object, additionalProperties: { type: integer } }"), verdict: "major",
		checks: answers("counters", object{"a": 1}, object{"a": "b"}),
	},
	{
		name: "new in the answer: recursive object", edits: append(result("tree: { $ref: '#/components/schemas/Node' }"),
			component("Node: { type: object, required: [leaf], properties: { leaf: { type: boolean }, next: { $ref: '#/components/schemas/Node' } } }")), verdict: "minor",
		checks: answers("tree", object{"leaf": false, "next": object{"leaf": true}}, object{"leaf": false, "next": object{"leaf": "no"}}),
	},
	{
		name: "new in the answer: required member", edits: append(result("serial: { type: integer }"), edit{"            - requestId\n", "            - requestId\n            - serial\n"}, edit{"                      requestId: 123e", "                      serial: 5\n                      requestId: 123e"}), gate: "contract test", verdict: "minor",
		checks: answers("serial", 5, nil),
	},
	{name: "new status: 404 with a body", edits: []edit{{"        '401':\n", `        '404':
          description: Not found.
          content: { application/json: { schema: { $ref: '#/components/schemas/Error400' }, example: { message: There is no such document } } }
        '401':
`}}, verdict: "minor", checks: []check{{Operation: create, Status: 404}}},
	{name: "new status: 409 with a schema of its own", edits: []edit{
		{"        '401':\n", "        '409':\n          description: Exists.\n          content: { application/json: { schema: { $ref: '#/components/schemas/Conflict' } } }\n        '401':\n"},
		component("Conflict: { type: object, required: [message, requestId], properties: { message: { type: string }, requestId: { type: string, format: uuid } } }"),
	}, verdict: "minor", checks: []check{{Operation: create, Status: 409}}},
	{name: "new status: 422 with an inline schema", edits: []edit{{"        '401':\n", `        '422':
          description: Cannot be processed.
          content: { application/json: { schema: { type: object, required: [message, fields], properties: { message: { type: string }, fields: { type: array, items: { type: object, properties: { path: { type: string }, rule: { type: string, enum: [length, pattern] } } } } } } } }
        '401':
`}}, verdict: "minor", checks: []check{{Operation: create, Status: 422}}},
	{
		name: "new status: 429 without a body", edits: []edit{{"        '401':\n", "        '429':\n          description: Too many.\n        '401':\n"}}, verdict: "minor",
		checks: []check{{Operation: create, Status: 429}},
	},
}
