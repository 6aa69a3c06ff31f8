// Package readme holds README.md and the pages beside it to the code: their Go blocks
// compile and run, their commands run, and their links lead somewhere.
package readme

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const root = "../.."

// page is a Markdown file, by its path below the root.
type page struct{ path, text string }

// pages returns those at the root and all of docs/.
func pages(t *testing.T) []page {
	var all []page
	for _, pattern := range []string{"*.md", "docs/*.md"} {
		files, err := filepath.Glob(filepath.Join(root, pattern))
		require.NoError(t, err)
		require.NotEmpty(t, files)
		for _, file := range files {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			path, err := filepath.Rel(root, file)
			require.NoError(t, err)
			all = append(all, page{path, string(text)})
		}
	}
	return all
}

var fenced = regexp.MustCompile("(?ms)^```(\\w*)[^\n]*\n(.*?)^```$")

// blocks returns the code of all fenced blocks in a language.
func (p page) blocks(language string) []string {
	var code []string
	for _, match := range fenced.FindAllStringSubmatch(p.text, -1) {
		if match[1] == language {
			code = append(code, match[2])
		}
	}
	return code
}

// Or a command in a block of another name would not be run, without a word.
func TestPages_BlocksAreOfAKnownLanguage(t *testing.T) {
	for _, p := range pages(t) {
		for _, match := range fenced.FindAllStringSubmatch(p.text, -1) {
			require.Contains(t, []string{"go", "sh", "text", "console", "json", "csv", "sql", "mermaid"}, match[1], "%s:\n%s", p.path, match[2])
		}
	}
}

// prose is the page without its fenced blocks.
func (p page) prose() string { return fenced.ReplaceAllString(p.text, "") }

// name is the path in letters that a Go identifier may have.
func (p page) name() string {
	return strings.NewReplacer("/", "_", ".", "_", "-", "_").Replace(p.path)
}
