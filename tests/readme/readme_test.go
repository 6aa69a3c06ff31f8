// Package readme compiles and runs every Go block of README.md.
package readme

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

// Three kinds of block: a whole program, declarations (they start with "func" or
// "//"), and statements, which may use ctx, client, req, apiKey and customerID.
var block = regexp.MustCompile("(?ms)^```go\n(.*?)^```")

const module = "github.com/umbrella-api/umbrella-go"

var imports = map[string]string{
	"context": "context", "errors": "errors", "fmt": "fmt", "http": "net/http", "httptest": "net/http/httptest",
	"log": "log", "os": "os", "slog": "log/slog", "testing": "testing", "time": "time", "url": "net/url", "once": module + "/once", "webhook": module + "/webhook",
	"api": module + "/api", "authprovider": module + "/authprovider", "contract": module + "/contract",
	"umbrella": module, "umbrellatest": module + "/umbrellatest",
}

func file(pkg, code string) string {
	var list strings.Builder
	for name, path := range imports {
		if regexp.MustCompile(`\b` + name + `\.[A-Z]`).MatchString(code) {
			fmt.Fprintf(&list, "import %s %q\n", name, path)
		}
	}
	return "package " + pkg + "\n" + list.String() + code
}

func TestEveryGoBlockOfREADME_CompilesAndRuns(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	root, err := filepath.Abs("../..")
	require.NoError(t, err)

	// The blocks are laid over the source tree, so that they build with this
	// module's own requirements and leave nothing behind.
	dir, overlay := t.TempDir(), map[string]string{}
	add := func(pkg, name, code string) {
		real := filepath.Join(dir, pkg+"-"+name)
		require.NoError(t, os.WriteFile(real, []byte(code), 0o600))
		overlay[filepath.Join(root, "tests", "readme", pkg, name)] = real
	}
	var programs []string
	var statements, calls strings.Builder
	blocks := block.FindAllStringSubmatch(string(text), -1)
	require.NotEmpty(t, blocks)
	for i, match := range blocks {
		code := match[1]
		switch {
		case strings.HasPrefix(code, "package main"):
			programs = append(programs, fmt.Sprintf("program%d", i))
			add(programs[len(programs)-1], "main.go", code)
		case strings.HasPrefix(code, "func ") || strings.HasPrefix(code, "//"):
			add("declarations", fmt.Sprintf("block%d_test.go", i), file("declarations", code))
		default:
			fmt.Fprintf(&statements, "func block%d(ctx context.Context, client *umbrella.Client, req api.CreateSessionLinkRequest, apiKey, customerID string) error {\n%s\nreturn nil\n}\n", i, code)
			fmt.Fprintf(&calls, "must(block%d(context.Background(), client, req, os.Getenv(%q), os.Getenv(%q)))\n", i, "UMBRELLA_API_KEY", "UMBRELLA_CUSTOMER_ID")
		}
	}
	programs = append(programs, "statements")
	add("statements", "main.go", file("main", statements.String()+`
func must(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	client, err := umbrella.NewFromEnv()
	must(err)
	req := api.CreateSessionLinkRequest{Email: "a@b.io", PhoneNumber: "+43650802153", RedirectURL: "https://example.com", DocURL: "https://example.com/a.pdf"}
	`+calls.String()+"}\n"))

	overlayFile := filepath.Join(dir, "overlay.json")
	data, err := json.Marshal(map[string]any{"Replace": overlay})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(overlayFile, data, 0o600))

	mock := umbrellatest.NewServer(t)
	goCommand := func(args ...string) string {
		cmd := exec.CommandContext(t.Context(), "go", args...)
		cmd.Dir = root
		cmd.Env = append(os.Environ(), "UMBRELLA_SERVER="+mock.URL, "UMBRELLA_API_KEY="+mock.APIKey, "UMBRELLA_CUSTOMER_ID="+mock.CustomerID, "UMBRELLA_TOKEN=")
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "go %s:\n%s", strings.Join(args, " "), out)
		return string(out)
	}
	for _, program := range programs {
		goCommand("run", "-overlay", overlayFile, "./tests/readme/"+program)
	}
	// Not with go test alone, which would look for the folder.
	binary := filepath.Join(dir, "declarations.test")
	goCommand("test", "-c", "-vet=off", "-overlay", overlayFile, "-o", binary, "./tests/readme/declarations")
	out, err := exec.CommandContext(t.Context(), binary, "-test.v").CombinedOutput()
	require.NoError(t, err, string(out))
	require.Contains(t, string(out), "--- PASS")
	require.NotEmpty(t, mock.Sessions(), "the blocks ran against the mock")
}
