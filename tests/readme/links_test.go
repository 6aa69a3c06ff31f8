package readme

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	target  = regexp.MustCompile(`\]\(([^)\s]+)\)|<img [^>]*src="([^"]+)"`)
	literal = regexp.MustCompile("`[^`\n]*`")
	heading = regexp.MustCompile(`(?m)^#{1,6} (.+)$`)
)

func TestPages_LinksAndAnchorsResolve(t *testing.T) {
	for _, p := range pages(t) {
		for _, match := range target.FindAllStringSubmatch(literal.ReplaceAllString(p.prose(), ""), -1) {
			link := match[1] + match[2]
			if strings.Contains(link, "://") {
				continue
			}
			path, anchor, _ := strings.Cut(link, "#")
			file := filepath.Join(root, p.path)
			if path != "" {
				file = filepath.Join(filepath.Dir(file), path)
			}
			_, err := os.Stat(file)
			if assert.NoError(t, err, "%s: %s", p.path, link) && anchor != "" {
				assert.Contains(t, anchors(t, file), anchor, "%s: %s", p.path, link)
			}
		}
	}
}

// anchors are those that GitHub gives the headings of a page.
func anchors(t *testing.T, file string) []string {
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	seen := map[string]int{}
	var all []string
	for _, match := range heading.FindAllStringSubmatch(page{text: string(text)}.prose(), -1) {
		anchor := strings.ReplaceAll(regexp.MustCompile(`[^\p{L}\p{N}_ -]`).ReplaceAllString(strings.ToLower(match[1]), ""), " ", "-")
		seen[anchor]++
		if n := seen[anchor]; n > 1 {
			anchor += fmt.Sprintf("-%d", n-1)
		}
		all = append(all, anchor)
	}
	return all
}

// A page of docs/ that no other page leads to is not found.
func TestPages_AreLinkedFromREADME(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	require.NoError(t, err)
	for _, p := range pages(t) {
		if filepath.Dir(p.path) == "docs" {
			assert.True(t, strings.Contains(string(readme), "("+p.path), "README.md has no link to %s", p.path)
		}
	}
}

func TestREADME_IsShort(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "README.md"))
	require.NoError(t, err)
	require.Less(t, strings.Count(string(text), "\n"), 200)
}
