package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	old      = "openapi: 3.1.0\npaths:\n  /onboarding/createSessionLink: {}\n"
	newer    = "openapi: 3.1.0\npaths:\n  /onboarding/createSessionLink: {}\n# three backticks: ```\n\ncomponents: {} \n"
	opening  = "````yaml POST /onboarding/createSessionLink\n"
	closing  = "````\n"
	markdown = "text/markdown; charset=utf-8"
)

func page(document string) string {
	return "# Create a link\n\n```bash\ncurl\n```\n\n" + opening + document + closing + "\nMore text.\n"
}

// sync1 runs the command on a document that holds old.
func sync1(t *testing.T, client *http.Client, address string, more ...string) (code int, spec, stdout, stderr string) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "openapi.yaml")
	require.NoError(t, os.WriteFile(name, []byte(old), 0o640))
	var out, errs bytes.Buffer
	code = run(append([]string{"-page", address, "-spec", name}, more...), &out, &errs, client)
	left, err := os.ReadFile(name)
	require.NoError(t, err)
	names, err := filepath.Glob(filepath.Join(filepath.Dir(name), "*"))
	require.NoError(t, err)
	require.Equal(t, []string{name}, names, "temporary files stay behind")
	mode, err := os.Stat(name)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o640), mode.Mode().Perm())
	return code, string(left), out.String(), errs.String()
}

func pageFile(t *testing.T, content string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "page.md")
	require.NoError(t, os.WriteFile(name, []byte(content), 0o600))
	return name
}

// A blank line before the closing fence and the line ends belong to the page.
func TestSync_SaysSameWithoutOutput(t *testing.T) {
	for name, content := range map[string]string{
		"as it is":                        page(old),
		"blank line before the fence":     page(old + "\n"),
		"carriage returns":                strings.ReplaceAll(page(old), "\n", "\r\n"),
		"carriage returns and blank line": strings.ReplaceAll(page(old+"\n"), "\n", "\r\n"),
	} {
		t.Run(name, func(t *testing.T) {
			code, spec, stdout, stderr := sync1(t, http.DefaultClient, pageFile(t, content), "-write")
			require.Equal(t, same, code)
			require.Equal(t, old, spec)
			require.Empty(t, stdout+stderr)
		})
	}
}

func TestSync_ShowsTheDifferenceAndChangesNothing(t *testing.T) {
	code, spec, stdout, stderr := sync1(t, http.DefaultClient, pageFile(t, page(newer)))
	require.Equal(t, different, code)
	require.Equal(t, old, spec)
	require.Contains(t, stdout, "\n@@ ")
	require.Contains(t, stdout, "\n+components: {} \n")
	require.Empty(t, stderr)
}

func TestSync_WritesTheBlockByteForByte(t *testing.T) {
	code, spec, stdout, stderr := sync1(t, http.DefaultClient, pageFile(t, page(newer)), "-write")
	require.Equal(t, different, code)
	require.Equal(t, newer, spec)
	require.Contains(t, stdout, "\n+components: {} \n")
	require.Empty(t, stderr)
}

func TestSync_ReadsAPageThatHasCarriageReturns(t *testing.T) {
	code, spec, _, _ := sync1(t, http.DefaultClient, pageFile(t, strings.ReplaceAll(page(newer), "\n", "\r\n")), "-write")
	require.Equal(t, different, code)
	require.Equal(t, newer, spec)
}

func TestSync_FetchesAndFollowsRedirectsWithinTheHost(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/old" {
			http.Redirect(w, r, "/new", http.StatusFound)
			return
		}
		w.Header().Set("Content-Type", markdown)
		_, _ = w.Write([]byte(page(newer)))
	}))
	defer server.Close()
	code, spec, _, stderr := sync1(t, server.Client(), server.URL+"/old", "-write")
	require.Equal(t, different, code, stderr)
	require.Equal(t, newer, spec)
}

func TestSync_CannotTellFromAPage(t *testing.T) {
	for name, test := range map[string]struct{ content, says string }{
		"empty":             {" \n", "is empty"},
		"too large":         {page(newer) + strings.Repeat("x", maxPage), "is larger than"},
		"HTML":              {"<!DOCTYPE html><html>" + page(newer), "is HTML"},
		"no block":          {"# Text\n\n```yaml\n" + newer + "```\n", "holds 0 blocks"},
		"three backticks":   {"```yaml POST /onboarding/createSessionLink\n" + newer + "```\n", "holds 0 blocks"},
		"another operation": {strings.Replace(page(newer), "POST", "GET", 1), "holds 0 blocks"},
		"five backticks":    {"`" + opening + newer + "`" + closing, "holds 0 blocks"},
		"inside another":    {"```text\n" + opening + newer + closing, "holds 0 blocks"},
		"two blocks":        {page(newer) + page(newer), "holds 2 blocks"},
		"block without end": {"text\n" + opening + newer, "is not closed"},
		"empty block":       {page(""), "not a YAML document"},
		"not YAML":          {page("openapi: [\n"), "not a YAML document"},
		"duplicate key":     {page(newer + "openapi: 3.1.0\n"), "not a YAML document"},
		"deep duplicate":    {page(newer + "more: { a: { b: 1, b: 2 } }\n"), "not a YAML document"},
		"cut off":           {opening + newer + "# More\n\n````bash\ncurl\n````\n", "not a YAML document"},
		"cut off in a line": {opening + newer + "more: [\n", "is not closed"},
		"two documents":     {page(newer + "---\nmore: 1\n"), "more than one"},
		"OpenAPI 3.0":       {page(strings.Replace(newer, "3.1.0", "3.0.3", 1)), "not an OpenAPI 3.1 document"},
		"Swagger":           {page("swagger: '2.0'\npaths: {/a: {}}\n"), "not an OpenAPI 3.1 document"},
		"no paths":          {page("openapi: 3.1.0\n"), "not an OpenAPI 3.1 document"},
	} {
		t.Run(name, func(t *testing.T) {
			code, spec, stdout, stderr := sync1(t, http.DefaultClient, pageFile(t, test.content), "-write")
			requireCannotTell(t, code, spec, stdout, stderr, test.says)
		})
	}
}

var published = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
	_, _ = w.Write([]byte(page(newer)))
})

func TestSync_CannotTellFromAServer(t *testing.T) {
	elsewhere := httptest.NewTLSServer(published)
	defer elsewhere.Close()
	for name, test := range map[string]struct {
		says   string
		handle http.HandlerFunc
	}{
		"redirect to another host": {"redirects to another host", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL, http.StatusFound)
		}},
		"redirect to plain http": {"redirects to another host", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://"+r.Host, http.StatusFound)
		}},
		"redirect for ever": {"more than 5 times", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/again", http.StatusFound)
		}},
		"not found": {"404 Not Found", http.NotFound},
		"HTML type": {"is HTML", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = w.Write([]byte(page(newer)))
		}},
		"endless body": {"is larger than", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", markdown)
			for line := []byte(strings.Repeat("x", 1<<16) + "\n"); ; {
				if _, err := w.Write(line); err != nil {
					return
				}
			}
		}},
		"truncated body": {"unexpected EOF", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", markdown)
			w.Header().Set("Content-Length", "100000")
			_, _ = w.Write([]byte(page(newer)))
		}},
		"silence": {"Timeout", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }},
		"silence within the body": {"Timeout", func(w http.ResponseWriter, r *http.Request) {
			_, _ = w.Write([]byte(opening))
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
			panic(http.ErrAbortHandler) // a return would end the body well
		}},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewTLSServer(test.handle)
			defer server.Close()
			client := server.Client()
			if strings.HasPrefix(name, "silence") {
				client.Timeout = 100 * time.Millisecond
			}
			code, spec, stdout, stderr := sync1(t, client, server.URL, "-write")
			requireCannotTell(t, code, spec, stdout, stderr, test.says)
		})
	}
}

func TestSync_CannotTellFromAServerThatNobodyVouchesFor(t *testing.T) {
	elsewhere := httptest.NewTLSServer(published)
	defer elsewhere.Close()
	plain := httptest.NewServer(published)
	defer plain.Close()
	t.Run("plain http", func(t *testing.T) {
		code, spec, stdout, stderr := sync1(t, http.DefaultClient, plain.URL, "-write")
		requireCannotTell(t, code, spec, stdout, stderr, "use https")
	})
	t.Run("unknown authority", func(t *testing.T) {
		code, spec, stdout, stderr := sync1(t, &http.Client{Transport: &http.Transport{}}, elsewhere.URL, "-write")
		requireCannotTell(t, code, spec, stdout, stderr, "certificate")
	})
}

func TestSync_CannotTellFromItsArguments(t *testing.T) {
	for name, test := range map[string]struct {
		args []string
		says string
	}{
		"no page":      {[]string{"-spec", "openapi.yaml"}, "required"},
		"no document":  {[]string{"-page", "page.md"}, "required"},
		"unknown flag": {[]string{"-force"}, "not defined"},
		"missing page": {[]string{"-page", "missing.md", "-spec", "main_test.go"}, "missing.md"},
		"missing file": {[]string{"-page", "main_test.go", "-spec", "missing.yaml"}, "missing.yaml"},
	} {
		t.Run(name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			require.Equal(t, cannotTell, run(test.args, &stdout, &stderr, http.DefaultClient))
			require.Contains(t, stderr.String(), test.says)
			require.Empty(t, stdout.String())
		})
	}
}

func requireCannotTell(t *testing.T, code int, spec, stdout, stderr, says string) {
	t.Helper()
	require.Equal(t, cannotTell, code, stderr)
	require.Equal(t, old, spec)
	require.Empty(t, stdout)
	require.Contains(t, stderr, says)
	require.Equal(t, 1, strings.Count(stderr, "\n"), "one sentence: %s", stderr)
}
