package specchange

const (
	path      = "  /onboarding/createSessionLink:\n    post:\n"
	summary   = "      summary: Create QES Session Link\n"
	parameter = "      parameters:\n        - name: language\n          in: query\n          schema:\n            type: string\n"
	scheme    = "      type: http\n      scheme: bearer\n      bearerFormat: JWT\n"
)

// operationChanges change operations, servers and security.
var operationChanges = []change{
	{"path changed", []edit{{"  /onboarding/createSessionLink:\n", "  /onboarding/sessionLinks:\n"}}, "guard", "major"},
	{"method changed", []edit{{path, "  /onboarding/createSessionLink:\n    put:\n"}}, "guard", "major"},
	{"operation removed", []edit{{"  /onboarding/createSessionLink:\n...", "  {}\n"}}, "overlay", "major"},
	{"operation added", []edit{{path, "  /onboarding/status:\n    get:\n      responses:\n        '204':\n          description: Fine.\n" + path}}, "guard", "minor"},
	{"method added to the path", []edit{{path, "  /onboarding/createSessionLink:\n    delete:\n      responses:\n        '204':\n          description: Fine.\n    post:\n"}}, "guard", "minor"},
	{"operation named by the vendor", []edit{{summary, summary + "      operationId: createSessionLink\n"}}, "guard", "minor"},
	{"operation deprecated", []edit{{summary, summary + "      deprecated: true\n"}}, "verdict", "minor"},
	{"webhook added", []edit{{"components:\n", "webhooks:\n  signed:\n    post:\n      responses:\n        '204':\n          description: Fine.\ncomponents:\n"}}, "guard", "minor"},
	{"optional parameter added", []edit{{summary, summary + parameter}}, "compiler", "major"},
	{"required parameter added", []edit{{summary, summary + parameter + "          required: true\n"}}, "compiler", "major"},
	{"security of the operation removed", []edit{{summary, summary + "      security: []\n"}}, "contract test", "minor"},
	{"security of the document removed", []edit{{"security:\n  - bearerAuth: []\n", ""}}, "contract test", "minor"},
	{"security scheme changed", []edit{{scheme, "      type: http\n      scheme: basic\n"}}, "contract test", "major"},
	{"security scheme to API key", []edit{{scheme, "      type: apiKey\n      in: header\n      name: Api-Key\n"}}, "contract test", "major"},
	{"second security scheme demanded", []edit{
		{"  - bearerAuth: []\n", "  - bearerAuth: []\n    customer: []\n"},
		{"  securitySchemes:\n", "  securitySchemes:\n    customer:\n      type: apiKey\n      in: header\n      name: Customer-Id\n"},
	}, "contract test", "major"},
	{"server changed", []edit{{"url: https://api-umbrella.io/api/services", "url: https://api.umbrella.example/v2"}}, "overlay", "major"},
	{"server removed", []edit{{"  - url: https://sandbox-umbrella-api.azurewebsites.net/api/services\n    description: Sandbox\n", ""}}, "overlay", "major"},
	{"server added", []edit{{"  - url: https://sandbox-umb", "  - url: https://staging.example\n    description: Staging\n  - url: https://sandbox-umb"}}, "contract test", "major"},
	{"OpenAPI 3.1.1", []edit{{"openapi: 3.1.0", "openapi: 3.1.1"}}, "verdict", "major"},
	{"OpenAPI 3.0.3", []edit{{"openapi: 3.1.0", "openapi: 3.0.3"}}, "contract test", "major"},
}
