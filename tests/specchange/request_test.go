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
	{"optional property renamed", []edit{{"        fillForm:\n          type: array", "        fillForms:\n          type: array"}}, "guard", "major"},
	{"required property renamed", []edit{{email, "        mail:\n          type: string\n"}, {"        - email\n", "        - mail\n"}}, "guard", "major"},
	{"optional property removed", []edit{{"        fillForm:\n          type: array...", ""}}, "overlay", "major"},
	{"required property removed", []edit{{"        redirectUrl:\n          type: string...", ""}, {"        - redirectUrl\n", ""}}, "overlay", "major"},
	{"optional property added", []edit{{email, "        language:\n          type: string\n" + email}}, "guard", "minor"},
	{"required property added", []edit{{email, "        language:\n          type: string\n" + email}, {"        - email\n", "        - email\n        - language\n"}}, "guard", "major"},
	{"property of an item added", []edit{{"              actorId:\n                type: string\n", "              page:\n                type: integer\n              actorId:\n                type: string\n"}}, "guard", "minor"},
	{"optional property required", []edit{{"        - docUrl\n", "        - docUrl\n        - signForms\n"}}, "contract test", "major"},
	{"required property optional", []edit{{"        - docUrl\n", ""}}, "compiler", "major"},
	{"required property of an item optional", []edit{{"              - value\n", ""}}, "compiler", "major"},
	{"type string to integer", []edit{{"          type: string\n          description: User's phone number", "          type: integer\n          description: User's phone number"}}, "compiler", "major"},
	{"type array to object", []edit{{signForms, "        signForms:\n          type: object\n"}}, "compiler", "major"},
	{"type of an item's property", []edit{{fillValue, "                type: boolean\n                description: >-\n                  Value to insert"}}, "compiler", "major"},
	{"nullable by a list of types", []edit{{"          type: string\n          description: User's phone number", "          type: [string, 'null']\n          description: User's phone number"}}, "compiler", "major"},
	{"nullable array", []edit{{signForms, "        signForms:\n          type: [array, 'null']\n"}}, "contract test", "minor"},
	{"format removed", []edit{{"          format: email\n", ""}}, "contract test", "minor"},
	{"format changed", []edit{{"after signing.\n          format: uri\n", "after signing.\n          format: hostname\n"}}, "contract test", "major"},
	{"format added", []edit{{actorID, "                format: uuid\n" + actorID}}, "compiler", "major"},
	{"pattern changed", []edit{{`pattern: ^\+?[1-9]\d{1,14}$`, `pattern: ^\+[1-9]\d{6,14}$`}}, "contract test", "major"},
	{"pattern removed", []edit{{docPattern, ""}}, "contract test", "minor"},
	{"pattern added", []edit{{actorID, "                pattern: ^[a-zA-Z]+$\n" + actorID}}, "contract test", "major"},
	{"enum added", []edit{{actorID, "                enum: [userToIdentify, company]\n" + actorID}}, "compiler", "major"},
	{"const added", []edit{{actorID, "                const: userToIdentify\n" + actorID}}, "compiler", "major"},
	{"longest length", []edit{{docPattern, docPattern + "          maxLength: 2000\n"}}, "differential test", "major"},
	{"least number of items", []edit{{signForms, signForms + "          minItems: 1\n"}}, "contract test", "major"},
	{"default added", []edit{{actorID, "                default: userToIdentify\n" + actorID}}, "differential test", "minor"},
	{"property deprecated", []edit{{signForms, signForms + "          deprecated: true\n"}}, "differential test", "minor"},
	{"no additional properties", []edit{{request, request + "      additionalProperties: false\n"}}, "contract test", "major"},
	{"no unevaluated properties", []edit{{request, request + "      unevaluatedProperties: false\n"}}, "contract test", "major"},
	{"if and then", []edit{{request, request + "      if: { required: [signForms] }\n      then: { required: [fillForm] }\n"}}, "contract test", "major"},
	{"dependent required", []edit{{request, request + "      dependentRequired: { signForms: [fillForm] }\n"}}, "contract test", "major"},
	{"property names", []edit{{request, request + "      propertyNames: { maxLength: 20 }\n"}}, "differential test", "major"},
	{"prefix items", []edit{{signForms, signForms + "          prefixItems: [{ type: object }]\n"}}, "contract test", "major"},
	{"contains", []edit{{signForms, signForms + "          contains: { type: object, required: [actorId] }\n"}}, "contract test", "major"},
	{"$defs", []edit{{request, request + "      $defs: { Spare: { type: string } }\n"}}, "differential test", "major"},
	{"not", []edit{{request, request + "      not: { required: [fillForm, signForms] }\n"}}, "contract test", "major"},
	{"union", []edit{{fillValue, "                oneOf: [{ type: string }, { type: number }]\n                description: >-\n                  Value to insert"}}, "guard", "minor"},
	{"nested", []edit{{email, "        person:\n          type: object\n          properties:\n            email:\n              type: string\n"}, {"        - email\n", "        - person\n"}}, "guard", "major"},
	{"items no longer objects", []edit{{"          description: Pre-fillable text fields in the PDF.\n          items:\n            type: object...", "          description: Pre-fillable text fields in the PDF.\n          items:\n            type: string\n"}}, "overlay", "major"},
	{"item type moved to components", []edit{
		{"          description: Signature fields in the PDF (AcroForm field IDs).\n          items:...", "          items:\n            $ref: '#/components/schemas/Signature'\n"},
		{"    Error400:\n", "    Signature:\n      type: object\n      required: [fieldId, actorId]\n      properties:\n        fieldId:\n          type: string\n        actorId:\n          type: string\n    Error400:\n"},
	}, "guard", "major"},
	{"reference to another file", []edit{{email, "        email:\n          $ref: common.yaml#/Email\n"}}, "guard", "major"},
	{"reference to a URL", []edit{{email, "        email:\n          $ref: https://example.com/common.yaml#/Email\n"}}, "guard", "major"},
	{"reference to nothing", []edit{{email, "        email:\n          $ref: '#/components/schemas/Email'\n"}}, "generator", "major"},
	{"schema renamed", []edit{{"    CreateSessionLinkRequest:\n", "    SessionRequest:\n"}, {"schemas/CreateSessionLinkRequest'", "schemas/SessionRequest'"}}, "guard", "minor"},
	{"body optional", []edit{{"      requestBody:\n        required: true\n", "      requestBody:\n"}}, "contract test", "minor"},
	{"media type changed", []edit{{"      requestBody:\n        required: true\n        content:\n          application/json:", "      requestBody:\n        required: true\n        content:\n          application/vnd.api+json:"}}, "compiler", "major"},
	{"media type added", []edit{{"      requestBody:\n        required: true\n        content:\n", "      requestBody:\n        required: true\n        content:\n          multipart/form-data:\n            schema:\n              $ref: '#/components/schemas/CreateSessionLinkRequest'\n"}}, "compiler", "major"},
}
