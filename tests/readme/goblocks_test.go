package readme

import (
	"encoding/json"
	"fmt"
	"go/format"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

const module = "github.com/umbrella-api/umbrella-go"

// packages are those that a block may use without importing them.
var packages = []string{
	"bytes", "context", "database/sql", "errors", "fmt", "io", "log", "log/slog", "net/http", "net/http/httptest", "net/url", "os",
	"strings", "testing", "time",
	module, module + "/api", module + "/authprovider", module + "/contract", module + "/once", module + "/umbrellatest", module + "/webhook",
}

var comment = regexp.MustCompile(`(^|\s)//.*`)

// withImports makes a file of code, with the imports that it uses.
func withImports(pkg, code string) string {
	var list strings.Builder
	used := comment.ReplaceAllString(code, "")
	for _, path := range packages {
		name := path[strings.LastIndex(path, "/")+1:]
		if path == module {
			name = "umbrella"
		}
		if regexp.MustCompile(`\b` + name + `\.[A-Z]`).MatchString(used) {
			fmt.Fprintf(&list, "import %s %q\n", name, path)
		}
	}
	return "package " + pkg + "\n" + list.String() + code
}

// overlay is a set of Go files that are laid over the source tree, so that they build
// with this module's own requirements and leave nothing behind.
type overlay struct {
	root, dir string
	files     map[string]string
}

func (o *overlay) add(t *testing.T, pkg, name, code string) {
	file := filepath.Join(o.dir, pkg+"-"+name)
	require.NoError(t, os.WriteFile(file, []byte(code), 0o600))
	o.files[filepath.Join(o.root, "tests", "readme", pkg, name)] = file
}

// list writes the file that go's -overlay reads.
func (o *overlay) list(t *testing.T) string {
	data, err := json.Marshal(map[string]any{"Replace": o.files})
	require.NoError(t, err)
	file := filepath.Join(o.dir, "overlay.json")
	require.NoError(t, os.WriteFile(file, data, 0o600))
	return file
}

// A block is a whole program, declarations (it starts with "func", "type" or "//"), or
// statements, which may use ctx, client, req, apiKey and customerID and return an error.
// Programs, statements and Test functions run.
func TestPages_GoBlocksCompileAndRun(t *testing.T) {
	absolute, err := filepath.Abs(root)
	require.NoError(t, err)
	o := &overlay{absolute, t.TempDir(), map[string]string{}}
	var programs []string
	var statements, calls strings.Builder
	for _, p := range pages(t) {
		for i, code := range p.blocks("go") {
			name := fmt.Sprintf("%s_%d", p.name(), i)
			formatted, err := format.Source([]byte(code))
			require.NoError(t, err, name)
			require.Equal(t, string(formatted), code, "gofmt of %s", name)
			switch first, _, _ := strings.Cut(code, " "); {
			case first == "package":
				programs = append(programs, name)
				o.add(t, name, "main.go", code)
			case slices.Contains([]string{"func", "type", "//"}, first):
				o.add(t, "declarations", name+"_test.go", withImports("declarations", code))
			default:
				fmt.Fprintf(&statements, "func %s(ctx context.Context, client *umbrella.Client, req api.CreateSessionLinkRequest, apiKey, customerID string) error {\n%s\nreturn nil\n}\n", name, code)
				fmt.Fprintf(&calls, "must(%q, %s(ctx, client, req, os.Getenv(%q), os.Getenv(%q)))\n", p.path, name, "UMBRELLA_API_KEY", "UMBRELLA_CUSTOMER_ID")
			}
		}
	}
	require.NotEmpty(t, programs)
	programs = append(programs, "statements")
	o.add(t, "statements", "main.go", withImports("main", statements.String()+`
func must(page string, err error) {
	if err != nil {
		panic(page + ": " + err.Error())
	}
}

func main() {
	ctx := context.Background()
	client, err := umbrella.NewFromEnv()
	must("client", err)
	req := api.CreateSessionLinkRequest{Email: "a@b.io", PhoneNumber: "+43650802153", RedirectURL: "https://example.com", DocURL: "https://example.com/a.pdf"}
	`+calls.String()+"}\n"))

	mock, list := umbrellatest.NewServer(t), o.list(t)
	for _, program := range programs {
		goCommand(t, mock, "run", "-overlay", list, "./tests/readme/"+program)
	}
	// Not with go test alone, which would look for the folder.
	binary := filepath.Join(o.dir, "declarations.test")
	goCommand(t, mock, "test", "-c", "-vet=off", "-overlay", list, "-o", binary, "./tests/readme/declarations")
	out, err := exec.CommandContext(t.Context(), binary, "-test.v").CombinedOutput()
	require.NoError(t, err, string(out))
	require.Contains(t, string(out), "--- PASS")
	require.NotEmpty(t, mock.Sessions(), "the blocks ran against the mock")
}

func goCommand(t *testing.T, mock *umbrellatest.Server, args ...string) {
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), environment(mock)...)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "go %s:\n%s", strings.Join(args, " "), out)
}

// environment names the mock and its credentials as the command and NewFromEnv expect.
func environment(mock *umbrellatest.Server) []string {
	return []string{"UMBRELLA_SERVER=" + mock.URL, "UMBRELLA_API_KEY=" + mock.APIKey, "UMBRELLA_CUSTOMER_ID=" + mock.CustomerID, "UMBRELLA_TOKEN="}
}
