package specchange

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The steps are those of make regenerate after spec-sync, which needs the network.
func TestThreeOperationsAndFiveFields_GoThroughMakeRegenerateWithoutAnEdit(t *testing.T) {
	workspaces, document := newWorkspaces(t, 1)
	w := <-workspaces
	for _, e := range grown {
		document = e.apply(t, document)
	}
	w.reset(t, document, grownChecks)
	for _, step := range []string{"spec-guard FIX=1", "generate", "test", "spec-report BASE=" + w.base} {
		output, ok := w.run(".", "make", strings.Fields(step)...)
		require.True(t, ok, "make %s: %s", step, output)
	}
	require.NoError(t, filepath.WalkDir(w.dir, func(file string, entry fs.DirEntry, err error) error {
		name := strings.TrimPrefix(file, w.dir+"/")
		if err != nil || entry.IsDir() || strings.Contains(name, ".gen.") {
			return err
		}
		before, _ := os.ReadFile(filepath.Join(w.base, name))
		after, err := os.ReadFile(file)
		if string(before) != string(after) {
			require.True(t, slices.Contains([]string{"openapi.yaml", "overlay.yaml", "tests/contract/behaviour.json"}, name), "%s was edited", name)
		}
		return err
	}))
}

// grown is a document with three more operations and five more fields.
var grown = concat(
	field("pages: { type: integer, minimum: 1 }"),
	field("locale: { type: string, enum: [de, en] }"),
	field("address: { type: object, required: [city], properties: { city: { type: string, minLength: 1 } } }"),
	result("state: { type: string, enum: [open, signed] }"),
	result("signedAt: { type: [string, 'null'], format: date-time }"),
	added("/sessions:\n  get:\n    parameters: [{ name: page, in: query, schema: { type: integer, minimum: 1 } }]\n    responses:\n      "+success(200, "{ type: object, properties: { items: { type: array, items: { $ref: '#/components/schemas/Session' } } } }")+"\n"),
	added("/sessions/{sessionId}:\n  parameters: [{ name: sessionId, in: path, required: true, schema: { type: string, format: uuid } }]\n  get:\n    responses:\n      "+
		success(200, "{ $ref: '#/components/schemas/Session' }")+"\n      "+missing+"\n  delete:\n    responses:\n      '204': { description: Gone. }\n      "+missing+"\n"),
	[]edit{component("Session: { type: object, required: [id, state], properties: { id: { type: string, format: uuid }, state: { type: string, enum: [open, signed] } } }")},
)

var grownChecks = concat(
	takes("pages", 1, 0, "pages minimum"),
	takes("locale", "de", "fr", "locale enum"),
	takes("address", object{"city": "Wien"}, object{"city": ""}, "address.city minLength"),
	answers("state", "open", "lost"),
	answers("signedAt", "2026-01-02T03:04:05Z", "today"),
	has("getSessions", "GET /sessions", refused(object{"page": 0}, "$query.page minimum"), sent(object{"page": 1}), invalid(object{"items": []object{{"id": "a", "state": "open"}}})),
	has("getSessionsBySessionID", "GET /sessions/{sessionId}", refused(object{"sessionId": "a"}, "$path.sessionId format"), invalid(object{"state": "lost"}), documented(404)),
	has("deleteSessions", "DELETE /sessions/{sessionId}", refused(object{"sessionId": "a"}, "$path.sessionId format"), documented(404)),
)
