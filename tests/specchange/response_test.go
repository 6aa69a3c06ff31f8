package specchange

const (
	response  = "    CreateSessionLinkResponse:\n      type: object\n"
	data      = "        data:\n          type: object\n"
	requestID = "            requestId:\n              type: string\n"
	link      = "            url:\n              type: string\n"
	expires   = "              type: string\n              format: date-time\n"
	status    = "        status:\n          type: boolean\n"
	notFound  = "        '404':\n          description: Not found.\n"
)

// responseChanges change what the service answers.
var responseChanges = []change{
	{name: "answer: property renamed", edits: []edit{{requestID, "            id:\n              type: string\n"}, {"            - requestId\n", "            - id\n"}}, gate: "compiler", verdict: "major"},
	{name: "answer: property removed", edits: []edit{{requestID[:len(requestID)-len("              type: string\n")] + "...", ""}, {"            - requestId\n", ""}}, gate: "compiler", verdict: "major"},
	{name: "answer: optional property added", edits: []edit{{requestID, "            language:\n              type: string\n" + requestID}}, verdict: "minor"},
	{name: "answer: property of an error added", edits: []edit{{"        message:\n          type: string\n          example: Invalid", "        code:\n          type: string\n        message:\n          type: string\n          example: Invalid"}}, verdict: "minor"},
	{name: "answer: required property optional", edits: []edit{{"            - expiresAfter\n", ""}}, gate: "compiler", verdict: "major"},
	{name: "answer: type changed", edits: []edit{{requestID, "            requestId:\n              type: integer\n"}}, gate: "compiler", verdict: "major"},
	{name: "answer: format changed", edits: []edit{{expires, "              type: string\n              format: date\n"}}, gate: "compiler", verdict: "major"},
	{name: "answer: format removed", edits: []edit{{expires, "              type: string\n"}}, gate: "compiler", verdict: "major"},
	{name: "answer: format added", edits: []edit{{requestID, requestID + "              format: uuid\n"}}, gate: "contract test", verdict: "minor"},
	{name: "answer: pattern added", edits: []edit{{link, link + "              pattern: ^https?://\n"}}, verdict: "minor"},
	{name: "answer: pattern added that the mock breaks", edits: []edit{{link, link + "              pattern: ^https://\n"}}, gate: "contract test", verdict: "minor"},
	{name: "answer: enum added", edits: []edit{{requestID, requestID + "              enum: [a, b]\n"}}, gate: "compiler", verdict: "minor"},
	{name: "answer: const added", edits: []edit{{status, status + "          const: true\n"}}, gate: "compiler", verdict: "major"},
	{name: "answer: nullable property", edits: []edit{{requestID, "            requestId:\n              type: [string, 'null']\n"}}, gate: "compiler", verdict: "major"},
	{name: "answer: nullable object", edits: []edit{{data, "        data:\n          type: [object, 'null']\n"}}, gate: "compiler", verdict: "major"},
	{name: "answer: no unevaluated properties", edits: []edit{{response, response + "      unevaluatedProperties: false\n"}}, gate: "reader", verdict: "major"},
	{name: "answer: nested", edits: []edit{{link, "            link:\n              type: object\n              properties:\n                url:\n                  type: string\n"}, {"            - url\n", "            - link\n"}}, gate: "compiler", verdict: "major"},
	{name: "answer: property moved up", edits: []edit{{status, "        requestId:\n          type: string\n" + status}, {requestID[:len(requestID)-len("              type: string\n")] + "...", ""}, {"            - requestId\n", ""}}, gate: "compiler", verdict: "major"},
	{name: "answer: schema renamed", edits: []edit{{"    CreateSessionLinkResponse:\n", "    SessionLinkResponse:\n"}, {"schemas/CreateSessionLinkResponse'", "schemas/SessionLinkResponse'"}}, gate: "overlay", verdict: "minor"},
	{name: "answer: error schema removed", edits: []edit{{"    Error401:\n...", ""}, {"schemas/Error401'", "schemas/Error400'"}}, gate: "reader", verdict: "minor"},
	{name: "answer: unused schema added", edits: []edit{{"    Error400:\n", "    Spare:\n      type: string\n    Error400:\n"}}, verdict: "major"},
	{name: "answer: status added", edits: []edit{{"        '401':\n", notFound + "        '401':\n"}}, verdict: "minor"},
	{name: "answer: status removed", edits: []edit{{"        '401':\n...", ""}}, gate: "mock's test", verdict: "major"},
	{name: "answer: success status changed", edits: []edit{{"        '200':\n", "        '201':\n"}}, gate: "compiler", verdict: "major"},
	{name: "answer: default added", edits: []edit{{"        '401':\n", "        default:\n          description: Anything else.\n        '401':\n"}}, gate: "reader", verdict: "major"},
	{name: "answer: media type changed", edits: []edit{{"          description: Session link successfully created\n          content:\n            application/json:", "          description: Session link successfully created\n          content:\n            application/hal+json:"}}, gate: "reader", verdict: "minor"},
	{name: "answer: media type added", edits: []edit{{"          description: Session link successfully created\n          content:\n", "          description: Session link successfully created\n          content:\n            text/plain:\n              schema:\n                type: string\n"}}, gate: "reader", verdict: "minor"},
	{name: "answer: header added", edits: []edit{{"          description: Session link successfully created\n", "          description: Session link successfully created\n          headers:\n            Location:\n              required: true\n              schema:\n                type: string\n"}}, gate: "reader", verdict: "minor"},
}
