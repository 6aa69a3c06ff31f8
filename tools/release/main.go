// Command release sets the version of all modules of this repository and checks that
// it can be released. It changes files and nothing else: no commit, no tag, no push.
//
//	release -root . -version 0.2.0
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/semver"
)

const (
	module      = "github.com/umbrella-api/umbrella-go"
	versionFile = "internal/httpkit/version.go"
)

var constant = regexp.MustCompile(`(?m)^const Version = "(.*)"$`)

func main() {
	root := flag.String("root", ".", "the repository")
	version := flag.String("version", "", "the version to release, as 0.2.0")
	flag.Parse()
	if err := release(os.Stdout, *root, *version); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

func release(w io.Writer, root, version string) error {
	source, err := os.ReadFile(filepath.Join(root, versionFile))
	if err != nil {
		return err
	}
	now := constant.FindSubmatch(source)
	if now == nil {
		return fmt.Errorf("%s has no line const Version", versionFile)
	}
	mods, err := modules(root)
	if err != nil {
		return err
	}
	if err := check(root, string(now[1]), version); err != nil {
		return err
	}
	fmt.Fprintf(w, "%s: %s -> %s\n", versionFile, now[1], version)
	source = constant.ReplaceAll(source, fmt.Appendf(nil, "const Version = %q", version))
	if err := os.WriteFile(filepath.Join(root, versionFile), source, 0o644); err != nil {
		return err
	}
	for _, mod := range mods {
		if err := require(w, root, mod, "v"+version); err != nil {
			return err
		}
	}
	fmt.Fprintf(w, "\nNothing is committed or pushed. To release: bash .ci/run, commit, then\n\tgit tag v%s\n\tgit tag cmd/umbrella-batch/v%[1]s\nand push the commit and the tags.\n", version)
	return nil
}

// check says everything that keeps version from being released.
func check(root, now, version string) error {
	var errs []error
	if v := "v" + version; version == "" {
		return errors.New("no version is given: make release VERSION=0.2.0")
	} else if !semver.IsValid(v) || semver.Canonical(v) != v {
		errs = append(errs, errors.New("the version is no semantic version such as 0.2.0"))
	} else if semver.Compare(v, "v"+now) < 0 {
		errs = append(errs, fmt.Errorf("the version is below %s, the present one", now))
	}
	changelog, err := os.ReadFile(filepath.Join(root, "CHANGELOG.md"))
	if err != nil {
		errs = append(errs, err)
	}
	dated := regexp.MustCompile(`(?m)^## \[` + regexp.QuoteMeta(version) + `\] - \d{4}-\d{2}-\d{2}$`)
	if !dated.Match(changelog) {
		errs = append(errs, fmt.Errorf(`CHANGELOG.md has no line "## [%s] - YYYY-MM-DD"`, version))
	}
	security, err := os.ReadFile(filepath.Join(root, "SECURITY.md"))
	if err != nil {
		errs = append(errs, err)
	}
	minor := strings.TrimPrefix(semver.MajorMinor("v"+version), "v")
	supported := regexp.MustCompile(`(?m)^\| ` + regexp.QuoteMeta(minor) + ` \| yes \|$`)
	if minor != "" && !supported.Match(security) {
		errs = append(errs, fmt.Errorf(`SECURITY.md has no row "| %s | yes |" in its table of versions`, minor))
	}
	if out, err := git(root, "tag", "--list", "v"+version); err != nil {
		errs = append(errs, err)
	} else if out != "" {
		errs = append(errs, fmt.Errorf("the tag v%s exists", version))
	}
	if out, err := git(root, "status", "--porcelain"); err != nil {
		errs = append(errs, err)
	} else if out != "" {
		errs = append(errs, errors.New("there are changes that are not committed"))
	}
	return errors.Join(errs...)
}

// modules are the go.mod files in git, but for those that are data of a test.
func modules(root string) (files []string, err error) {
	out, err := git(root, "ls-files", "go.mod", "*/go.mod")
	for file := range strings.Lines(out) {
		if file = strings.TrimSpace(file); !strings.Contains(file, "/testdata/") {
			files = append(files, file)
		}
	}
	return files, err
}

// require sets the version of the root module where file requires it.
func require(w io.Writer, root, file, version string) error {
	path := filepath.Join(root, file)
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	mod, err := modfile.Parse(file, data, nil)
	if err != nil {
		return err
	}
	for _, r := range mod.Require {
		if r.Mod.Path != module || r.Mod.Version == version {
			continue
		}
		fmt.Fprintf(w, "%s: %s -> %s\n", file, r.Mod.Version, version)
		if err := mod.AddRequire(module, version); err != nil {
			return err
		}
		data, err := mod.Format()
		if err != nil {
			return err
		}
		return os.WriteFile(path, data, 0o644)
	}
	return nil
}

func git(root string, args ...string) (string, error) {
	command := exec.Command("git", append([]string{"-C", root}, args...)...)
	out, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("git %s: %w", args[0], err)
	}
	return strings.TrimSpace(string(out)), nil
}
