package specchange

const (
	email      = "        email:\n          type: string\n          description: User's email address.\n          format: email\n"
	signForms  = "        signForms:\n          type: array\n"
	docPattern = "          pattern: ^https://\n"
	request    = "    CreateSessionLinkRequest:\n      type: object\n"
	actorID    = "                type: string\n                description: Identifier of the signer"
	fillValue  = "                type: string\n                description: >-\n                  Value to insert"
)

// requestChanges change what a caller may or must send.
var requestChanges = []change{
	{name: "optional property renamed", edits: []edit{{"        fillForm:\n          type: array", "        fillForms:\n          type: array"}}, gate: "overlay", verdict: "major"},
	{name: "required property renamed", edits: []edit{{email, "        mail:\n          type: string\n"}, {"        - email\n", "        - mail\n"}}, gate: "compiler", verdict: "major"},
	{name: "optional property removed", edits: []edit{{"        fillForm:\n          type: array...", ""}}, gate: "overlay", verdict: "major"},
	{name: "required property removed", edits: []edit{{"        redirectUrl:\n          type: string...", ""}, {"        - redirectUrl\n", ""}}, gate: "compiler", verdict: "major"},
	{name: "optional property added", edits: []edit{{email, "        language:\n          type: string\n" + email}}, verdict: "minor"},
	{name: "required property added", edits: []edit{{email, "        language:\n          type: string\n" + email}, {"        - email\n", "        - email\n        - language\n"}}, gate: "mock's test", verdict: "major"},
	{name: "property of an item added", edits: []edit{{"              actorId:\n                type: string\n", "              page:\n                type: integer\n              actorId:\n                type: string\n"}}, verdict: "minor"},
	{name: "optional property required", edits: []edit{{"        - docUrl\n", "        - docUrl\n        - signForms\n"}}, gate: "contract test", verdict: "major"},
	{name: "required property optional", edits: []edit{{"        - docUrl\n", ""}}, gate: "compiler", verdict: "minor"},
	{name: "required property of an item optional", edits: []edit{{"              - value\n", ""}}, gate: "compiler", verdict: "minor"},
	{name: "type string to integer", edits: []edit{{"          type: string\n          description: User's phone number", "          type: integer\n          description: User's phone number"}}, gate: "compiler", verdict: "major"},
	{name: "type array to object", edits: []edit{{signForms, "        signForms:\n          type: object\n"}}, gate: "compiler", verdict: "major"},
	{name: "type of an item's property", edits: []edit{{fillValue, "                type: boolean\n                description: >-\n                  Value to insert"}}, gate: "compiler", verdict: "major"},
	{name: "nullable by a list of types", edits: []edit{{"          type: string\n          description: User's phone number", "          type: [string, 'null']\n          description: User's phone number"}}, gate: "compiler", verdict: "minor"},
	{name: "nullable array", edits: []edit{{"        fillForm:\n          type: array\n", "        fillForm:\n          type: [array, 'null']\n"}}, verdict: "minor"},
	{name: "format removed", edits: []edit{{"          format: email\n", ""}}, gate: "contract test", verdict: "minor"},
	{name: "format changed", edits: []edit{{"after signing.\n          format: uri\n", "after signing.\n          format: hostname\n"}}, gate: "generator", verdict: "major"},
	{name: "format added", edits: []edit{{actorID, "                format: uuid\n" + actorID}}, gate: "contract test", verdict: "major"},
	{name: "pattern changed", edits: []edit{{`pattern: ^\+?[1-9]\d{1,14}$`, `pattern: ^\+[1-9]\d{6,14}$`}}, verdict: "major"},
	{name: "pattern removed", edits: []edit{{docPattern, ""}}, gate: "client's test", verdict: "minor"},
	{name: "pattern added", edits: []edit{{actorID, "                pattern: ^[a-zA-Z]+$\n" + actorID}}, gate: "mock's test", verdict: "major"},
	{name: "enum added", edits: []edit{{actorID, "                enum: [userToIdentify, company]\n" + actorID}}, gate: "compiler", verdict: "major"},
	{name: "const added", edits: []edit{{actorID, "                const: userToIdentify\n" + actorID}}, gate: "compiler", verdict: "major"},
	{name: "longest length", edits: []edit{{docPattern, docPattern + "          maxLength: 2000\n"}}, verdict: "major"},
	{name: "least number of items", edits: []edit{{signForms, signForms + "          minItems: 1\n"}}, verdict: "major"},
	{name: "default added", edits: []edit{{actorID, "                default: userToIdentify\n" + actorID}}, verdict: "minor"},
	{name: "property deprecated", edits: []edit{{signForms, signForms + "          deprecated: true\n"}}, verdict: "minor"},
	{name: "no additional properties", edits: []edit{{request, request + "      additionalProperties: false\n"}}, gate: "mock's test", verdict: "major"},
	{name: "no unevaluated properties", edits: []edit{{request, request + "      unevaluatedProperties: false\n"}}, gate: "reader", verdict: "major"},
	{name: "if and then", edits: []edit{{request, request + "      if: { required: [signForms] }\n      then: { required: [fillForm] }\n"}}, gate: "reader", verdict: "major"},
	{name: "dependent required", edits: []edit{{request, request + "      dependentRequired: { signForms: [fillForm] }\n"}}, gate: "reader", verdict: "major"},
	{name: "property names", edits: []edit{{request, request + "      propertyNames: { maxLength: 20 }\n"}}, gate: "reader", verdict: "major"},
	{name: "prefix items", edits: []edit{{signForms, signForms + "          prefixItems: [{ type: object }]\n"}}, gate: "reader", verdict: "major"},
	{name: "contains", edits: []edit{{signForms, signForms + "          contains: { type: object, required: [actorId] }\n"}}, gate: "reader", verdict: "major"},
	{name: "$defs", edits: []edit{{request, request + "      $defs: { Spare: { type: string } }\n"}}, gate: "reader", verdict: "major"},
	{name: "not", edits: []edit{{request, request + "      not: { required: [fillForm, signForms] }\n"}}, gate: "reader", verdict: "major"},
	{name: "union", edits: []edit{{fillValue, "                oneOf: [{ type: string }, { type: number }]\n                description: >-\n                  Value to insert"}}, gate: "reader", verdict: "minor"},
	{name: "nested", edits: []edit{{email, "        person:\n          type: object\n          properties:\n            email:\n              type: string\n"}, {"        - email\n", "        - person\n"}}, gate: "compiler", verdict: "major"},
	{name: "items no longer objects", edits: []edit{{"          description: Pre-fillable text fields in the PDF.\n          items:\n            type: object...", "          description: Pre-fillable text fields in the PDF.\n          items:\n            type: string\n"}}, gate: "compiler", verdict: "major"},
	{name: "item type moved to components", edits: []edit{
		{"          description: Signature fields in the PDF (AcroForm field IDs).\n          items:...", "          items:\n            $ref: '#/components/schemas/Signature'\n"},
		{"    Error400:\n", "    Signature:\n      type: object\n      required: [fieldId, actorId]\n      properties:\n        fieldId:\n          type: string\n        actorId:\n          type: string\n    Error400:\n"},
	}, gate: "reader", verdict: "major"},
	{name: "reference to another file", edits: []edit{{email, "        email:\n          $ref: common.yaml#/Email\n"}}, gate: "reader", verdict: "major"},
	{name: "reference to a URL", edits: []edit{{email, "        email:\n          $ref: https://example.com/common.yaml#/Email\n"}}, gate: "reader", verdict: "major"},
	{name: "reference to nothing", edits: []edit{{email, "        email:\n          $ref: '#/components/schemas/Email'\n"}}, gate: "reader", verdict: "major"},
	{name: "schema renamed", edits: []edit{{"    CreateSessionLinkRequest:\n", "    SessionRequest:\n"}, {"schemas/CreateSessionLinkRequest'", "schemas/SessionRequest'"}}, gate: "overlay", verdict: "minor"},
	{name: "body optional", edits: []edit{{"      requestBody:\n        required: true\n", "      requestBody:\n"}}, gate: "mock's test", verdict: "minor"},
	{name: "media type changed", edits: []edit{{"      requestBody:\n        required: true\n        content:\n          application/json:", "      requestBody:\n        required: true\n        content:\n          application/vnd.api+json:"}}, gate: "reader", verdict: "major"},
	{name: "media type added", edits: []edit{{"      requestBody:\n        required: true\n        content:\n", "      requestBody:\n        required: true\n        content:\n          multipart/form-data:\n            schema:\n              $ref: '#/components/schemas/CreateSessionLinkRequest'\n"}}, gate: "reader", verdict: "minor"},
}
