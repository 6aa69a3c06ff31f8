package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/oapi-codegen/oapi-codegen/v2/pkg/codegen"
	"gopkg.in/yaml.v3"
)

// settings are those that the command oapi-codegen reads from its file.
type settings struct {
	codegen.Configuration `yaml:",inline"`
	OutputFile            string `yaml:"output"`
}

func readSettings(file string) (*settings, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("cannot read the settings of oapi-codegen: %w", err)
	}
	var s settings
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decoder.Decode(&s); err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", file, err)
	}
	s.Configuration = s.UpdateDefaults()
	if err := s.Validate(); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return &s, nil
}

// oapiCodegen generates one file from the document as JSON. The library keeps its
// options in globals, so one call has to end before the next begins.
func oapiCodegen(s *settings, spec []byte) ([]byte, error) {
	swagger, err := openapi3.NewLoader().LoadFromData(spec) // it follows no $ref out of the document
	if err != nil {
		return nil, err
	}
	config := s.Configuration
	if config.OutputOptions.UserTemplates, err = templates(); err != nil {
		return nil, err
	}
	if config.Generate.Client {
		config.AdditionalImports = append(config.AdditionalImports, codegen.AdditionalImport{Package: "github.com/umbrella-api/umbrella-go/internal/param"})
	}
	source, err := codegen.Generate(swagger, config)
	if err != nil {
		return nil, err
	}
	return []byte(source), nil
}

// module is where the source of oapi-codegen is, with its templates, and its version.
var module = sync.OnceValues(func() (m struct{ Dir, Version string }, err error) {
	list := exec.Command("go", "list", "-m", "-json", "github.com/oapi-codegen/oapi-codegen/v2")
	out, err := list.Output()
	if err != nil {
		return m, fmt.Errorf("cannot find the source of oapi-codegen; run tools/generate in the module tools: %w", err)
	}
	return m, json.Unmarshal(out, &m)
})

// replacement changes one passage of a template, which must be there as often as
// times says: else the template is not the one that it was written for.
type replacement struct {
	old, new string
	times    int
}

func templates() (map[string]string, error) {
	m, err := module()
	if err != nil {
		return nil, err
	}
	all := map[string]string{}
	for name, replacements := range map[string][]replacement{
		"client.tmpl": inClient, "client-with-responses.tmpl": inClientWithResponses, "imports.tmpl": inImports(m.Version),
		"param-types.tmpl": inParamTypes, "request-bodies.tmpl": inRequestBodies, "server-urls.tmpl": inServerURLs,
	} {
		data, err := os.ReadFile(filepath.Join(m.Dir, "pkg/codegen/templates", name))
		if err != nil {
			return nil, fmt.Errorf("cannot read a template of oapi-codegen: %w", err)
		}
		if all[name], err = replaced(string(data), replacements); err != nil {
			return nil, fmt.Errorf("the template %s of oapi-codegen %s: %w", name, m.Version, err)
		}
	}
	return all, nil
}

func replaced(template string, replacements []replacement) (string, error) {
	for _, r := range replacements {
		if n := strings.Count(template, r.old); n != r.times {
			return "", fmt.Errorf("has this passage %d times and not %d; rewrite the replacements in tools/generate/template.go for it:\n%s", n, r.times, r.old)
		}
		template = strings.ReplaceAll(template, r.old, r.new)
	}
	return template, nil
}
