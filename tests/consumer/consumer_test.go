package main

import (
	"archive/zip"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	module  = "github.com/umbrella-api/umbrella-go"
	version = "v0.1.0"
	root    = "../.."
)

// What an importer may be made to pay. The figures go to the log (go test -v).
const (
	// Percent of the hand-written program's size. Two thirds of it are our own code;
	// the rest is what that uses of the standard library and the other does not,
	// above all httptrace, which tells whether a failed call may have been processed.
	maxGrowth = 4.2
	// Of the initialisation of one of our packages: a few errors.New, no tables,
	// no regular expressions. Bytes and allocations are the same on every run.
	maxInitAllocs = 8
	maxInitBytes  = 1024
)

// command runs a program in dir and returns what it prints; both outputs are in
// the failure.
func command(t *testing.T, dir string, env []string, name string, args ...string) string {
	t.Helper()
	out, stderr, err := try(t, dir, env, name, args...)
	if err != nil {
		t.Fatalf("%s %s: %v\n%s%s", name, strings.Join(args, " "), err, out, stderr)
	}
	return out
}

func try(t *testing.T, dir string, env []string, name string, args ...string) (stdout, stderr string, err error) {
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = dir
	// The same on every machine: no workspace, no C compiler, no commit in the
	// binary. -mod=readonly fails where a build would need a line in go.sum.
	cmd.Env = append(append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=readonly -buildvcs=false", "CGO_ENABLED=0"), env...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err = cmd.Run()
	return out.String(), errs.String(), err
}

func TestImporter_BuildsNoThirdPartyPackage(t *testing.T) {
	for _, pkg := range []string{module, module + "/api", module + "/authprovider", "."} {
		t.Run(pkg, func(t *testing.T) {
			deps := strings.Fields(command(t, ".", nil, "go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", pkg))
			ours := slices.DeleteFunc(slices.Clone(deps), func(p string) bool { return !isOurs(p) && p != "example.com/consumer" })
			if len(ours) == 0 {
				t.Fatal("go list named no package at all")
			}
			if len(ours) != len(deps) {
				t.Fatalf("packages of others among %v", deps)
			}
		})
	}
}

func isOurs(pkg string) bool { return pkg == module || strings.HasPrefix(pkg, module+"/") }

// Without a replace directive go.sum counts: an importer gets the module from a
// proxy that has nothing else, so that whatever else the go command wanted to
// look at would fail, and with it what a line in go.sum would be for.
func TestImporter_GoSumNamesNoOtherModule(t *testing.T) {
	env := []string{
		"GOPROXY=file://" + filepath.ToSlash(fileProxy(t)), "GOSUMDB=off", "GOTOOLCHAIN=local",
		"GOMODCACHE=" + t.TempDir(), "GOFLAGS=-modcacherw",
	}
	dir := t.TempDir()
	main, err := os.ReadFile("main.go")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "main.go"), main, 0o644); err != nil {
		t.Fatal(err)
	}
	command(t, dir, env, "go", "mod", "init", "example.com/importer")
	command(t, dir, env, "go", "get", module+"@"+version)
	command(t, dir, env, "go", "build", "-o", filepath.Join(t.TempDir(), "importer"), ".")
	command(t, dir, env, "go", "vet", ".")

	sums, err := os.ReadFile(filepath.Join(dir, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(sums)), "\n")
	others := slices.DeleteFunc(slices.Clone(lines), func(line string) bool { return strings.HasPrefix(line, module+" ") })
	if len(lines)-len(others) != 2 {
		t.Errorf("not the two lines of the module itself:\n%s", sums)
	}
	if len(others) > 0 {
		t.Errorf("go.sum got lines of other modules: %v", others)
	}
	t.Logf("lines in go.sum beside the module's own after go get, build and vet: %d", len(others))
}

// fileProxy serves the working tree as a module version, laid out as the GOPROXY
// protocol wants it.
func fileProxy(t *testing.T) string {
	dir := t.TempDir()
	at := filepath.Join(dir, filepath.FromSlash(module), "@v")
	if err := os.MkdirAll(at, 0o755); err != nil {
		t.Fatal(err)
	}
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"list":            []byte(version + "\n"),
		version + ".info": []byte(`{"Version":"` + version + `"}`),
		version + ".mod":  mod,
		version + ".zip":  moduleZip(t),
	} {
		if err := os.WriteFile(filepath.Join(at, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func moduleZip(t *testing.T) []byte {
	files := strings.FieldsFunc(command(t, root, nil, "git", "ls-files", "-coz", "--exclude-standard"), func(r rune) bool { return r == 0 })
	var nested []string // modules of their own, which a module's zip leaves out
	for _, f := range files {
		if dir, ok := strings.CutSuffix(f, "/go.mod"); ok {
			nested = append(nested, dir+"/")
		}
	}
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for _, f := range files {
		if slices.ContainsFunc(nested, func(dir string) bool { return strings.HasPrefix(f, dir) }) {
			continue
		}
		data, err := os.ReadFile(filepath.Join(root, f))
		if os.IsNotExist(err) {
			continue // deleted and not yet committed
		}
		if err != nil {
			t.Fatal(err)
		}
		entry, err := w.Create(module + "@" + version + "/" + f)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := entry.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// go mod tidy also wants to run the tests of the packages that an importer
// builds, so it records the modules that those tests import. It must not add a
// requirement, and nothing that is not in our own go.mod.
func TestImporter_TidyAddsNoRequirement(t *testing.T) {
	// -diff exits with 1 when there is a difference.
	diff, stderr, err := try(t, ".", nil, "go", "mod", "tidy", "-diff")
	if err != nil && diff == "" {
		t.Fatalf("go mod tidy -diff: %v\n%s", err, stderr)
	}
	if strings.Contains(diff, "current/go.mod") {
		t.Errorf("go mod tidy wants to change go.mod:\n%s", diff)
	}
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	lines := 0
	for line := range strings.Lines(diff) {
		fields := strings.Fields(line)
		if len(fields) != 3 || !strings.HasPrefix(fields[2], "h1:") {
			continue
		}
		lines++
		path, v := strings.TrimPrefix(fields[0], "+"), strings.TrimSuffix(fields[1], "/go.mod")
		if !strings.Contains(string(mod), path+" "+v) {
			t.Errorf("go mod tidy would record %s %s, which our go.mod does not require", path, v)
		}
	}
	t.Logf("lines that go mod tidy adds to go.sum, for the tests of our packages: %d", lines)
}
