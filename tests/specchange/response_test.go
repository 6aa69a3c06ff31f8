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
	{"answer: property renamed", []edit{{requestID, "            id:\n              type: string\n"}, {"            - requestId\n", "            - id\n"}}, "guard", "major"},
	{"answer: property removed", []edit{{requestID[:len(requestID)-len("              type: string\n")] + "...", ""}, {"            - requestId\n", ""}}, "overlay", "major"},
	{"answer: optional property added", []edit{{requestID, "            language:\n              type: string\n" + requestID}}, "guard", "minor"},
	{"answer: property of an error added", []edit{{"        message:\n          type: string\n          example: Invalid", "        code:\n          type: string\n        message:\n          type: string\n          example: Invalid"}}, "guard", "minor"},
	{"answer: required property optional", []edit{{"            - expiresAfter\n", ""}}, "compiler", "major"},
	{"answer: type changed", []edit{{requestID, "            requestId:\n              type: integer\n"}}, "compiler", "major"},
	{"answer: format changed", []edit{{expires, "              type: string\n              format: date\n"}}, "compiler", "major"},
	{"answer: format removed", []edit{{expires, "              type: string\n"}}, "compiler", "major"},
	{"answer: format added", []edit{{requestID, requestID + "              format: uuid\n"}}, "compiler", "major"},
	{"answer: pattern added", []edit{{link, link + "              pattern: ^https://\n"}}, "contract test", "minor"},
	{"answer: enum added", []edit{{requestID, requestID + "              enum: [a, b]\n"}}, "compiler", "major"},
	{"answer: const added", []edit{{status, status + "          const: true\n"}}, "compiler", "major"},
	{"answer: nullable property", []edit{{requestID, "            requestId:\n              type: [string, 'null']\n"}}, "compiler", "major"},
	{"answer: nullable object", []edit{{data, "        data:\n          type: [object, 'null']\n"}}, "compiler", "major"},
	{"answer: no unevaluated properties", []edit{{response, response + "      unevaluatedProperties: false\n"}}, "contract test", "major"},
	{"answer: nested", []edit{{link, "            link:\n              type: object\n              properties:\n                url:\n                  type: string\n"}, {"            - url\n", "            - link\n"}}, "guard", "major"},
	{"answer: property moved up", []edit{{status, "        requestId:\n          type: string\n" + status}, {requestID[:len(requestID)-len("              type: string\n")] + "...", ""}, {"            - requestId\n", ""}}, "guard", "major"},
	{"answer: schema renamed", []edit{{"    CreateSessionLinkResponse:\n", "    SessionLinkResponse:\n"}, {"schemas/CreateSessionLinkResponse'", "schemas/SessionLinkResponse'"}}, "guard", "minor"},
	{"answer: error schema removed", []edit{{"    Error401:\n...", ""}, {"schemas/Error401'", "schemas/Error400'"}}, "verdict", "major"},
	{"answer: unused schema added", []edit{{"    Error400:\n", "    Spare:\n      type: string\n    Error400:\n"}}, "verdict", "major"},
	{"answer: status added", []edit{{"        '401':\n", notFound + "        '401':\n"}}, "contract test", "minor"},
	{"answer: status removed", []edit{{"        '401':\n...", ""}}, "contract test", "major"},
	{"answer: success status changed", []edit{{"        '200':\n", "        '201':\n"}}, "compiler", "major"},
	{"answer: default added", []edit{{"        '401':\n", "        default:\n          description: Anything else.\n        '401':\n"}}, "contract test", "major"},
	{"answer: media type changed", []edit{{"          description: Session link successfully created\n          content:\n            application/json:", "          description: Session link successfully created\n          content:\n            application/hal+json:"}}, "compiler", "major"},
	{"answer: media type added", []edit{{"          description: Session link successfully created\n          content:\n", "          description: Session link successfully created\n          content:\n            text/plain:\n              schema:\n                type: string\n"}}, "contract test", "minor"},
	{"answer: header added", []edit{{"          description: Session link successfully created\n", "          description: Session link successfully created\n          headers:\n            Location:\n              required: true\n              schema:\n                type: string\n"}}, "compiler", "major"},
}
