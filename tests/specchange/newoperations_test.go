package specchange

import "fmt"

// added adds a path with operations.
func added(text string) []edit { return []edit{{path, indented(2, text) + path}} }

// has is the check that an operation is there, followed by others of it.
func has(operation, template string, more ...check) []check {
	all := []check{{Operation: operation, Template: template}}
	for _, c := range more {
		c.Operation = operation
		all = append(all, c)
	}
	return all
}

func sent(values object) check                 { return check{Send: values} }
func refused(values object, rule string) check { return check{Send: values, Refused: rule} }
func answered(values any) check                { return check{Answer: values} }
func invalid(values any) check                 { return check{Answer: values, Invalid: true} }
func documented(status int) check              { return check{Status: status} }
func content(schema string) string {
	return "content: { application/json: { schema: " + schema + " } }"
}

func success(status int, schema string) string {
	return fmt.Sprintf("'%d': { description: Fine., %s }", status, content(schema))
}

const missing = "'404': { description: None., content: { application/json: { schema: { $ref: '#/components/schemas/Error400' } } } }"

// newOperations add whole operations, and what was asked for with them.
var newOperations = []change{
	{
		name: "new operation: GET with a UUID in its path", edits: added(`/onboarding/sessions/{sessionId}/status:
  get:
    summary: Get the status of a session
    parameters: [{ name: sessionId, in: path, required: true, schema: { type: string, format: uuid } }]
    responses:
      ` + success(200, "{ type: object, required: [state], properties: { state: { type: string, enum: [open, signed] } } }") + `
      ` + missing + "\n"), verdict: "minor",
		checks: has("sessionsStatus", "GET /onboarding/sessions/{sessionId}/status",
			refused(object{"sessionId": "7"}, "$path.sessionId format"), sent(object{"sessionId": "123e4567-e89b-12d3-a456-426614174000"}),
			answered(object{"state": "signed"}), invalid(object{"state": "lost"}), documented(404)),
	},
	{
		name: "new operation: GET with any text in its path", edits: added(`/people/{mail}:
  get:
    parameters: [{ name: mail, in: path, required: true, schema: { type: string } }]
    responses:
      ` + success(200, "{ type: object, required: [since], properties: { since: { type: string, format: date } } }") + "\n"), verdict: "minor",
		checks: has("people", "GET /people/{mail}", refused(object{"mail": ".."}, "not sent"), sent(object{"mail": "jane/doe@example.com"}),
			answered(object{"since": "2024-02-29"}), invalid(object{"since": "2023-02-29"})),
	},
	{
		name: "new operation: only query parameters", edits: added(`/onboarding/search:
  get:
    parameters:
      - { name: text, in: query, required: true, schema: { type: string, minLength: 2 } }
      - { name: page, in: query, schema: { type: integer, minimum: 1, maximum: 100 } }
      - { name: state, in: query, schema: { type: array, items: { type: string, enum: [open, signed] } } }
      - { name: since, in: query, schema: { type: string, format: date } }
      - { name: detailed, in: query, schema: { type: boolean } }
    responses:
      ` + success(200, "{ type: object, required: [found], properties: { found: { type: array, items: { type: object, required: [id], properties: { id: { type: string }, score: { type: number, minimum: 0, maximum: 1 } } } } } }") + "\n"), verdict: "minor",
		checks: has("search", "GET /onboarding/search",
			refused(object{"text": "a"}, "$query.text minLength"), refused(object{"page": 0}, "$query.page minimum"), refused(object{"state": []string{"open", "lost"}}, "$query.state[1] enum"),
			refused(object{"since": "today"}, "$query.since format"), sent(object{"text": "a&b", "page": 100, "state": []string{"open", "signed"}, "since": "2024-01-31", "detailed": true}),
			invalid(object{"found": []object{{"id": "a", "score": 2}}}), invalid(object{"found": []object{{"score": 1}}})),
	},
	{
		name: "new operation: DELETE with 204 and 409", edits: added(`/onboarding/drafts/{number}:
  delete:
    parameters: [{ name: number, in: path, required: true, schema: { type: integer, minimum: 1 } }]
    responses:
      '204': { description: Gone. }
      '409': { description: In use., ` + content("{ $ref: '#/components/schemas/Error400' }") + ` }
`), verdict: "minor",
		checks: has("drafts", "DELETE /onboarding/drafts/{number}", refused(object{"number": 0}, "$path.number minimum"), sent(object{"number": 7}), documented(409)),
	},
	{name: "new operations: two on one path", edits: append(added(`/profiles/{profileId}:
  parameters: [{ name: profileId, in: path, required: true, schema: { type: string, pattern: '^[a-z]{3,8}$' } }]
  get:
    responses:
      `+success(200, "{ $ref: '#/components/schemas/Profile' }")+`
  put:
    requestBody: { required: true, `+content("{ $ref: '#/components/schemas/Profile' }")+` }
    responses:
      `+success(200, "{ $ref: '#/components/schemas/Profile' }")+`
      '422': { description: Refused. }
`),
		component("Profile: { type: object, required: [displayName], properties: { displayName: { type: string, minLength: 1 }, born: { type: [string, 'null'], format: date } } }")), verdict: "minor", checks: append(
		has("getProfiles", "GET /profiles/{profileId}", refused(object{"profileId": "A"}, "$path.profileId pattern"), answered(object{"displayName": "a"}), invalid(object{"displayName": ""})),
		has("putProfiles", "PUT /profiles/{profileId}", refused(object{"profileId": "A"}, "$path.profileId pattern"), refused(object{"displayName": ""}, "$.displayName minLength"),
			refused(object{"born": "1"}, "$.born format"), sent(object{"profileId": "abc", "born": nil}), documented(422))...)},
	{
		name: "new operation: POST with nested and recursive objects", edits: append(added(`/onboarding/envelopes:
  post:
    description: Creates an envelope.
    requestBody: { required: true, `+content("{ $ref: '#/components/schemas/Envelope' }")+` }
    responses:
      `+success(201, "{ type: object, required: [status, data], properties: { status: { type: boolean }, data: { $ref: '#/components/schemas/Envelope' } } }")+"\n"),
			component(`Envelope:
  type: object
  required: [topic]
  properties:
    topic: { type: string, minLength: 1 }
    kind: { type: string, enum: [single, bulk] }
    sender: { type: object, required: [mail], properties: { mail: { type: string, format: email } } }
    parts: { type: array, maxItems: 3, items: { $ref: '#/components/schemas/Envelope' } }
`)), verdict: "minor",
		checks: has("envelopes", "POST /onboarding/envelopes", refused(object{"topic": ""}, "$.topic minLength"), refused(object{"kind": "triple"}, "$.kind enum"),
			refused(object{"sender": object{"mail": "x"}}, "$.sender.mail format"), refused(object{"parts": []object{{"topic": "a"}, {"topic": ""}}}, "$.parts[1].topic minLength"),
			sent(object{"parts": []object{{"topic": "a", "kind": "bulk"}}}),
			answered(object{"data": object{"topic": "b"}}), invalid(object{"data": object{"sender": object{"mail": "x"}}})),
	},
	{
		name: "new operation: PATCH with a body inline and a map", edits: added(`/onboarding/settings/{scope}:
  patch:
    parameters: [{ name: scope, in: path, required: true, schema: { type: string, enum: [all, mine] } }, { name: dryRun, in: query, schema: { type: boolean } }]
    requestBody: { required: true, ` + content("{ type: object, properties: { limits: { type: object, additionalProperties: { type: integer, minimum: 0 } }, theme: { type: string, enum: [dark, light] } } }") + ` }
    responses:
      ` + success(200, "{ type: object, additionalProperties: { type: integer, minimum: 0 } }") + "\n"), verdict: "minor",
		checks: has("settings", "PATCH /onboarding/settings/{scope}", refused(object{"scope": "none"}, "$path.scope enum"), refused(object{"limits": object{"key0": -1}}, "$.limits.* minimum"),
			refused(object{"theme": "blue"}, "$.theme enum"), sent(object{"limits": object{"key0": 0}, "dryRun": true}), invalid(object{"a": -1})),
	},
	{
		name: "new operation: allOf of a body that is there", edits: append(added(`/onboarding/createBulkLink:
  post:
    requestBody: { required: true, `+content("{ $ref: '#/components/schemas/BulkLinkRequest' }")+` }
    responses:
      `+success(200, "{ $ref: '#/components/schemas/CreateSessionLinkResponse' }")+"\n      "+missing+"\n"),
			component("BulkLinkRequest: { allOf: [{ $ref: '#/components/schemas/CreateSessionLinkRequest' }, { type: object, required: [copies], properties: { copies: { type: integer, minimum: 1, maximum: 50 } } }] }")), verdict: "minor",
		checks: has("createBulkLink", "POST /onboarding/createBulkLink", refused(object{"copies": 51}, "$.copies maximum"), refused(object{"email": "x"}, "$.email format"), sent(object{"copies": 50}),
			invalid(object{"data": object{"url": "no URI"}}), documented(404)),
	},
	{
		name: "new operation: deprecated", edits: added("/onboarding/ping:\n  get:\n    deprecated: true\n    responses: { '204': { description: Fine. } }\n"), verdict: "minor",
		checks: has("ping", "GET /onboarding/ping"),
	},
}

func concat[T any](lists ...[]T) (all []T) {
	for _, list := range lists {
		all = append(all, list...)
	}
	return all
}
