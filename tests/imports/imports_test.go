// Package imports proves who may import whom.
package imports

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "github.com/umbrella-api/umbrella-go"

// rules lists every package of the module with what it may import beside the
// standard library: packages of ours (below the module path) and, by module,
// others. What is not listed here is a failure, so a new package needs a line; so is
// a rule that is not used, but for what only generated files import: that depends on
// what the document has.
var rules = map[string]struct{ ours, others, generated []string }{
	"internal/format":        {},
	"internal/strictjson":    {ours: []string{"internal/format"}},
	"internal/check":         {},
	"internal/check/pattern": {},
	"internal/param":         {},
	"internal/httpkit":       {},
	"internal/memhttp":       {},
	"internal/bounded":       {},
	"internal/renewal":       {},
	"internal/tokenanswer":   {ours: []string{"internal/httpkit", "internal/strictjson"}},
	"api":                    {generated: []string{"internal/param"}},
	"authprovider":           {ours: []string{"internal/httpkit", "internal/renewal", "internal/tokenanswer", "internal/bounded"}},
	"webhook":                {},
	"": {
		ours:      []string{"api", "authprovider", "internal/httpkit", "internal/check", "internal/param", "internal/bounded"},
		generated: []string{"internal/format", "internal/strictjson", "internal/check/pattern"},
	},
	"once": {ours: []string{"", "api"}},
	"contract": {
		ours:   []string{"internal/format", "internal/strictjson", "internal/httpkit"},
		others: []string{"github.com/getkin/kin-openapi", "github.com/santhosh-tekuri/jsonschema/v6"},
	},
	"umbrellatest/internal/server":      {generated: []string{"api", "github.com/oapi-codegen/runtime"}},
	"umbrellatest/internal/crossorigin": {ours: []string{"internal/httpkit"}},
	"umbrellatest/internal/delivery":    {},
	"umbrellatest/internal/recent":      {},
	"umbrellatest/internal/token":       {},
	"umbrellatest/internal/fault":       {ours: []string{"internal/strictjson"}},
	"umbrellatest/internal/reply":       {ours: []string{"contract", "umbrellatest/internal/server"}},
	"umbrellatest/internal/session":     {ours: []string{"api", "umbrellatest/internal/delivery", "umbrellatest/internal/recent"}},
	"umbrellatest/internal/document":    {ours: []string{"api", "umbrellatest/internal/server", "umbrellatest/internal/session"}},
	"umbrellatest/internal/page":        {ours: []string{"umbrellatest/internal/session"}},
	"umbrellatest/internal/endpoint":    {ours: []string{"umbrellatest/internal/fault", "umbrellatest/internal/reply", "umbrellatest/internal/session"}},
	"umbrellatest": {ours: []string{
		"", "api", "contract", "internal/httpkit", "internal/memhttp",
		"umbrellatest/internal/crossorigin", "umbrellatest/internal/delivery", "umbrellatest/internal/document",
		"umbrellatest/internal/endpoint", "umbrellatest/internal/fault", "umbrellatest/internal/page", "umbrellatest/internal/recent",
		"umbrellatest/internal/reply", "umbrellatest/internal/server", "umbrellatest/internal/session", "umbrellatest/internal/token",
	}},
	"tests/internal/spec": {
		ours:   []string{"internal/format"},
		others: []string{"github.com/getkin/kin-openapi", "github.com/santhosh-tekuri/jsonschema/v6"},
	},
	"cmd/umbrella": {
		ours: []string{
			"", "api", "authprovider", "webhook", "contract", "umbrellatest",
			"internal/strictjson", "internal/httpkit",
		},
		others: []string{"github.com/getkin/kin-openapi", "github.com/spf13/cobra", "github.com/spf13/pflag"},
	},
}

type pkg struct {
	ImportPath string
	Dir        string
	Imports    []string
	Module     *struct{ Path string }
	GoFiles    []string
}

func list(t *testing.T, args ...string) []pkg {
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"list", "-json=ImportPath,Dir,Imports,Module,GoFiles"}, args...)...)
	cmd.Dir = "../.."
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, stderr.String())
	var pkgs []pkg
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		err := dec.Decode(&p)
		if errors.Is(err, io.EOF) {
			return pkgs
		}
		require.NoError(t, err)
		pkgs = append(pkgs, p)
	}
}

func TestImports_FollowTheRules(t *testing.T) {
	modules := map[string]string{} // import path -> module, "" for the standard library
	for _, p := range list(t, "-deps", "./...") {
		if p.Module != nil {
			modules[p.ImportPath] = p.Module.Path
		}
	}
	packages := map[string]bool{}
	for _, p := range list(t, "./...") {
		// Tells the go command that a cached result depends on these files.
		_, err := os.ReadDir(p.Dir)
		require.NoError(t, err)
		if len(p.GoFiles) == 0 {
			continue // tests only
		}
		name := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
		packages[name] = true
		rule, ok := rules[name]
		if !ok {
			t.Errorf("package %q has no import rule", name)
			continue
		}
		var ours, others []string
		for _, imported := range p.Imports {
			switch of := modules[imported]; of {
			case "":
			case module:
				other := strings.TrimPrefix(strings.TrimPrefix(imported, module), "/")
				ours = append(ours, other)
				if !slices.Contains(rule.ours, other) && !slices.Contains(rule.generated, other) {
					t.Errorf("package %q must not import our %q", name, other)
				}
			default:
				others = append(others, of)
				if !slices.Contains(rule.others, of) && !slices.Contains(rule.generated, of) {
					t.Errorf("package %q must not import %s (module %s)", name, imported, of)
				}
			}
		}
		assert.Subset(t, ours, rule.ours, "what package %q may import and does not: take it out of its rule", name)
		assert.Subset(t, others, rule.others, "modules that package %q may import and does not: take them out of its rule", name)
	}
	for name := range rules {
		assert.True(t, packages[name], "%q has an import rule and is no package", name)
	}
}

func TestImports_TheCommandAloneHasTheLibraryOfCommands(t *testing.T) {
	for _, p := range list(t, "-test", "./...") {
		for _, imported := range p.Imports {
			isCommand := strings.HasPrefix(p.ImportPath, module+"/cmd/umbrella") || strings.Contains(p.ImportPath, "["+module+"/cmd/umbrella")
			if strings.HasPrefix(imported, "github.com/spf13/") && !isCommand {
				t.Errorf("package %q must not import %s", p.ImportPath, imported)
			}
		}
	}
}

func TestImports_RootRequiresDirectlyOnlyWhatTheDesignNames(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "mod", "edit", "-json", "../../go.mod").Output()
	require.NoError(t, err)
	var mod struct {
		Go      string
		Require []struct {
			Path     string
			Indirect bool
		}
	}
	require.NoError(t, json.Unmarshal(out, &mod))
	require.Equal(t, "1.26", mod.Go)
	var direct []string
	for _, r := range mod.Require {
		if !r.Indirect {
			direct = append(direct, r.Path)
		}
	}
	require.Equal(t, []string{
		"github.com/getkin/kin-openapi", "github.com/oapi-codegen/runtime", "github.com/santhosh-tekuri/jsonschema/v6",
		"github.com/spf13/cobra", "github.com/spf13/pflag", "github.com/stretchr/testify",
	}, direct)
}
