package main

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/tools/internal/document"
)

// plainPatterns become plain code, the others need package regexp.
var (
	plainPatterns = []string{
		`^\+?[1-9]\d{1,14}$`, `^https://`, `^abc$`, `^[A-Z]{2}[0-9]{2}[A-Z0-9]{1,30}$`, `^[a-z]+(-)[0-9]*$`, `^[^/]+/[^/]*$`,
		`^\w+@\w+$`, `^\s*a`, `^.{2,3}$`, `^[-^]*a$`, `^[\]\[a-]+$`, `^\^+$`, `^[+--]{2}$`, `^[\--9]+$`, `^a?b?c{2}`, `^\u00e9\/[^\n]$`,
		`^(?:a)[.]\.\$$`, `^[^^]$`, `^[_^-]+$`, `^[\^-z]+$`, `^\S+ \S+$`, `^[é🎉]{1,2}a$`, `^\d{3}\d{2,}$`,
	}
	regexpPatterns = []string{`[A-Z]`, `^[a-z]*a$`, `^(a|bc)+$`, `a$`, `^[a-z]+\w$`, `^a?b?a`, `^\p{Lu}`, `^.*x.*$`, `\bfoo\b`, `^[a-]*[-+]`}
)

func TestMatcher_PlainCodeAgreesWithRegexp(t *testing.T) {
	w := &checkWriter{matchers: map[string]string{}}
	var table strings.Builder
	for i, pattern := range append(plainPatterns, regexpPatterns...) {
		before := len(w.functions)
		call := w.matcher(&document.Schema{Pattern: pattern}, "s", "p")
		require.NoError(t, w.err)
		isPlain := before == len(w.functions) || !strings.Contains(w.functions[before], "pattern.New")
		require.Equal(t, i < len(plainPatterns), isPlain, pattern)
		translated, err := translate(pattern)
		require.NoError(t, err)
		fmt.Fprintf(&table, "{%q, %q, func(s string) bool { return %s }},\n", pattern, translated, call)
	}
	dir := copied(t)
	put(t, dir, "internal/check/agree_test.go", fmt.Sprintf(agree, strings.Join(w.functions, "\n"), table.String()))
	run := exec.CommandContext(t.Context(), "go", "test", "-run", "^TestAgree", "./internal/check")
	run.Dir = dir
	out, err := run.CombinedOutput()
	require.NoError(t, err, string(out))
	require.NotContains(t, string(out), "no tests")
}

// agree compares the two with strings that are made of the pattern's own
// characters, so that many of them match.
const agree = `package check_test

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/umbrella-api/umbrella-go/internal/check"
	"github.com/umbrella-api/umbrella-go/internal/check/pattern"
)

%s

func TestAgree(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	matches := 0
	for _, test := range []struct {
		pattern, translated string
		match               func(string) bool
	}{
		%s} {
		re := regexp.MustCompile(test.translated)
		alphabets := [][]rune{[]rune(test.pattern), []rune("aAzZ09+-_/.:^ é🎉\n\u2028$]["), []rune("abc"), []rune("12"), []rune("A1a-")}
		for range 20000 {
			s := ""
			alphabet := alphabets[random.IntN(len(alphabets))]
			for range random.IntN(8) {
				s += string(alphabet[random.IntN(len(alphabet))])
			}
			if random.IntN(4) == 0 {
				s = "https://" + s
			}
			want := re.MatchString(s)
			if want {
				matches++
			}
			if test.match(s) != want {
				t.Fatalf("%%q: %%q: regexp says %%t", test.pattern, s, want)
			}
		}
	}
	if matches < 10000 {
		t.Fatalf("only %%d matches", matches)
	}
	check.Span(new(string), 0, 0, "")
	pattern.New("")
}
`

func TestTranslate_ReadsECMA262(t *testing.T) {
	for pattern, want := range map[string]string{
		`^a.b$`:     `^a[^\n\r\x{2028}\x{2029}]b$`,
		`[.]`:       `[.]`,
		`\u00e9\/`:  `\x{00e9}/`,
		`[[:a]`:     `[\[:a]`,
		`[\b]\cat`:  "",
		`(?i)a`:     "",
		`(?<n>a)`:   "",
		`a(?=b)`:    "",
		`a(?!b)`:    "",
		`(a)\1`:     "",
		`\Aa\z`:     "",
		`\Qa\E`:     "",
		`[]a]`:      "",
		`[^]`:       "",
		`a{,3}`:     "",
		`\ud83c`:    "",
		`a\`:        "",
		`\p{Greek}`: "",
		`\p{L}`:     `\p{L}`,
		`[\S]`:      "",
	} {
		got, err := translate(pattern)
		if want == "" {
			require.Error(t, err, pattern)
			continue
		}
		require.NoError(t, err, pattern)
		require.Equal(t, want, got)
	}
	got, err := translate(`\s`)
	require.NoError(t, err)
	require.Contains(t, got, `\x{feff}`)
}

func TestMatcher_NamesThePlaceOfAPatternThatCannotBeMatched(t *testing.T) {
	for _, pattern := range []string{`a(?=b)`, `a{2000}`, `(`} {
		w := &checkWriter{matchers: map[string]string{}}
		w.matcher(&document.Schema{Pattern: pattern, Place: document.Place{File: "openapi.yaml", Line: 7, Path: "$.x"}}, "s", "p")
		require.ErrorContains(t, w.err, "openapi.yaml:7: $.x: pattern "+pattern)
		require.ErrorContains(t, w.err, "overlay.yaml")
	}
}
