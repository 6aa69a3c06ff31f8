package specchange

// paperChanges change what only people read.
var paperChanges = []change{
	{name: "description of a property", edits: []edit{{"description: User's email address.", "description: The e-mail address of the user."}}, verdict: "patch"},
	{name: "summary of an operation", edits: []edit{{"summary: Create QES Session Link", "summary: Create a session link"}}, verdict: "patch"},
	{name: "description of the success status", edits: []edit{{"description: Session link successfully created", "description: The session link."}}, verdict: "patch"},
	{name: "description of an error status", edits: []edit{{"description: Invalid request payload.", "description: The payload is not valid."}}, verdict: "patch"},
	{name: "description of a server", edits: []edit{{"description: Sandbox", "description: Test system"}}, verdict: "patch"},
	{name: "example of a property", edits: []edit{{"example: user@example.com", "example: someone@example.com"}}, verdict: "patch"},
	{name: "example of a request", edits: []edit{{"email: support@idcanopy.com", "email: help@example.com"}}, verdict: "patch"},
	{name: "example of a response", edits: []edit{{"expiresAfter: '2025-07-30T08:55:52.520909994Z'", "expiresAfter: '2026-01-02T03:04:05Z'"}}, verdict: "patch"},
	{name: "title added to a schema", edits: []edit{{"    Error400:\n", "    Error400:\n      title: Bad request\n"}}, verdict: "patch"},
	{name: "title and version of the document", edits: []edit{{"title: Umbrella API\n  version: 1.0.0", "title: Umbrella\n  version: 1.1.0"}}, verdict: "patch"},
	{name: "comment and quoting", edits: []edit{{"  - url: https://api-umbrella.io/api/services\n", "  # Production.\n  - url: 'https://api-umbrella.io/api/services'\n"}}, verdict: "patch"},
}
