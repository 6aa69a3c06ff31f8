package specchange

// paperChanges change what only people read.
var paperChanges = []change{
	{"description of a property", []edit{{"description: User's email address.", "description: The e-mail address of the user."}}, "", "patch"},
	{"summary of an operation", []edit{{"summary: Create QES Session Link", "summary: Create a session link"}}, "", "patch"},
	{"description of the success status", []edit{{"description: Session link successfully created", "description: The session link."}}, "", "patch"},
	{"description of an error status", []edit{{"description: Invalid request payload.", "description: The payload is not valid."}}, "", "patch"},
	{"description of a server", []edit{{"description: Sandbox", "description: Test system"}}, "", "patch"},
	{"example of a property", []edit{{"example: user@example.com", "example: someone@example.com"}}, "", "patch"},
	{"example of a request", []edit{{"email: support@idcanopy.com", "email: help@example.com"}}, "", "patch"},
	{"example of a response", []edit{{"expiresAfter: '2025-07-30T08:55:52.520909994Z'", "expiresAfter: '2026-01-02T03:04:05Z'"}}, "", "patch"},
	{"title added to a schema", []edit{{"    Error400:\n", "    Error400:\n      title: Bad request\n"}}, "", "patch"},
	{"title and version of the document", []edit{{"title: Umbrella API\n  version: 1.0.0", "title: Umbrella\n  version: 1.1.0"}}, "", "patch"},
	{"comment and quoting", []edit{{"  - url: https://api-umbrella.io/api/services\n", "  # Production.\n  - url: 'https://api-umbrella.io/api/services'\n"}}, "", "patch"},
}
