package readme

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// In CONTRIBUTING.md, each row of the table "Where do I change …" names what to change
// in its second column, files and make targets in backticks.
func TestCONTRIBUTING_NamesFilesThatAreThere(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "CONTRIBUTING.md"))
	require.NoError(t, err)
	_, section, found := strings.Cut(string(text), "\n## Where do I change …\n")
	require.True(t, found)
	section, _, _ = strings.Cut(section, "\n## ")

	rows := regexp.MustCompile(`(?m)^\| ([^|]+) \| ([^|]+) \|$`).FindAllStringSubmatch(section, -1)
	require.GreaterOrEqual(t, len(rows), 2+12, "the head of the table, and the changes")
	for _, row := range rows[2:] {
		files, source := 0, "" // the text of the Go file that was named last
		for _, match := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(row[2], -1) {
			name := match[1]
			if !strings.ContainsAny(name, "./") {
				word := regexp.MustCompile(`\b` + regexp.QuoteMeta(name) + `\b`)
				assert.True(t, source == "" || word.MatchString(source), "%s: %s is not in the file before it", row[1], name)
				continue
			}
			files++
			_, err := os.Stat(filepath.Join(root, name))
			assert.NoError(t, err, row[1])
			source = ""
			if filepath.Ext(name) == ".go" {
				text, err := os.ReadFile(filepath.Join(root, name))
				assert.NoError(t, err, row[1])
				source = string(text)
			}
		}
		assert.Positive(t, files, "%s: which file?", row[1])
	}
}

var makeTarget = regexp.MustCompile("`make ([a-z-]+)")

func TestPages_MakeTargetsAreThere(t *testing.T) {
	var rules strings.Builder
	for _, file := range []string{"Makefile", "tools/tools.mk"} {
		text, err := os.ReadFile(filepath.Join(root, file))
		require.NoError(t, err)
		rules.Write(text)
	}
	for _, p := range pages(t) {
		for _, match := range makeTarget.FindAllStringSubmatch(p.prose(), -1) {
			assert.Regexp(t, `(?m)^`+match[1]+`:`, rules.String(), p.path)
		}
	}
}
