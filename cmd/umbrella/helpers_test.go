package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
)

// invoke runs the command in this process, with an environment that names no
// server and no credentials but those of the test.
func invoke(t *testing.T, ctx context.Context, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = run(ctx, args, streams{strings.NewReader(stdin), &out, &err})
	return code, out.String(), err.String()
}

// environment sets all variables that the command knows, and restores them.
func environment(t *testing.T, set map[string]string) {
	for _, name := range []string{"UMBRELLA_SERVER", "UMBRELLA_API_KEY", "UMBRELLA_CUSTOMER_ID", "UMBRELLA_TOKEN"} {
		t.Setenv(name, set[name])
	}
}

const operationPath = "/onboarding/createSessionLink"

var goodFlags = []string{
	"--email", "user@example.com", "--phone", "+436769556026",
	"--redirect-url", "https://example.com/done", "--doc-url", "https://example.com/doc.pdf",
}

const goodFile = `{"email":"user@example.com","phoneNumber":"+436769556026","redirectUrl":"https://example.com/done","docUrl":"https://example.com/doc.pdf"}`

func with(flags []string, more ...string) []string {
	return append(append([]string{"link"}, flags...), more...)
}
