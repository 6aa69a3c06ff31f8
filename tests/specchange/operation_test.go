package specchange

const (
	path      = "  /onboarding/createSessionLink:\n    post:\n"
	summary   = "      summary: Create QES Session Link\n"
	parameter = "      parameters:\n        - name: language\n          in: query\n          schema:\n            type: string\n"
	scheme    = "      type: http\n      scheme: bearer\n      bearerFormat: JWT\n"
)

// operationChanges change operations, servers and security.
var operationChanges = []change{
	{name: "path changed", edits: []edit{{"  /onboarding/createSessionLink:\n", "  /onboarding/sessionLinks:\n"}}, gate: "overlay", verdict: "major"},
	{name: "method changed", edits: []edit{{path, "  /onboarding/createSessionLink:\n    put:\n"}}, gate: "overlay", verdict: "major"},
	{name: "operation removed", edits: []edit{{"  /onboarding/createSessionLink:\n...", "  {}\n"}}, gate: "overlay", verdict: "major"},
	{name: "operation added", edits: []edit{{path, "  /onboarding/status:\n    get:\n      responses:\n        '204':\n          description: Fine.\n" + path}}, verdict: "minor"},
	{name: "method added to the path", edits: []edit{{path, "  /onboarding/createSessionLink:\n    delete:\n      responses:\n        '204':\n          description: Fine.\n    post:\n"}}, verdict: "minor"},
	{name: "operation named by the vendor", edits: []edit{{summary, summary + "      operationId: createSessionLink\n"}}, verdict: "minor"},
	{name: "operation deprecated", edits: []edit{{summary, summary + "      deprecated: true\n"}}, verdict: "minor"},
	{name: "webhook added", edits: []edit{{"components:\n", "webhooks:\n  signed:\n    post:\n      responses:\n        '204':\n          description: Fine.\ncomponents:\n"}}, gate: "reader", verdict: "minor"},
	{name: "optional parameter added", edits: []edit{{summary, summary + parameter}}, gate: "compiler", verdict: "minor"},
	{name: "required parameter added", edits: []edit{{summary, summary + parameter + "          required: true\n"}}, gate: "compiler", verdict: "major"},
	{name: "security of the operation removed", edits: []edit{{summary, summary + "      security: []\n"}}, gate: "reader", verdict: "minor"},
	{name: "security of the document removed", edits: []edit{{"security:\n  - bearerAuth: []\n", ""}}, gate: "reader", verdict: "minor"},
	{name: "security scheme changed", edits: []edit{{scheme, "      type: http\n      scheme: basic\n"}}, gate: "reader", verdict: "major"},
	{name: "security scheme to API key", edits: []edit{{scheme, "      type: apiKey\n      in: header\n      name: Api-Key\n"}}, gate: "reader", verdict: "major"},
	{name: "second security scheme demanded", edits: []edit{
		{"  - bearerAuth: []\n", "  - bearerAuth: []\n    customer: []\n"},
		{"  securitySchemes:\n", "  securitySchemes:\n    customer:\n      type: apiKey\n      in: header\n      name: Customer-Id\n"},
	}, gate: "reader", verdict: "major"},
	{name: "server changed", edits: []edit{{"url: https://api-umbrella.io/api/services", "url: https://api.umbrella.example/v2"}}, gate: "overlay", verdict: "major"},
	{name: "server removed", edits: []edit{{"  - url: https://sandbox-umbrella-api.azurewebsites.net/api/services\n    description: Sandbox\n", ""}}, gate: "overlay", verdict: "major"},
	{name: "server added", edits: []edit{{"  - url: https://sandbox-umb", "  - url: https://staging.example\n    description: Staging\n  - url: https://sandbox-umb"}}, verdict: "major"},
	{name: "OpenAPI 3.1.1", edits: []edit{{"openapi: 3.1.0", "openapi: 3.1.1"}}, verdict: "major"},
	{name: "OpenAPI 3.0.3", edits: []edit{{"openapi: 3.1.0", "openapi: 3.0.3"}}, gate: "reader", verdict: "major"},
}
