package main

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	umbrella "github.com/umbrella-api/umbrella-go"
)

func TestMisuse_IsOneSentenceThatNamesWhatToMend(t *testing.T) {
	environment(t, map[string]string{"UMBRELLA_TOKEN": "x.y.z"})
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		return path
	}
	for name, tc := range map[string]struct {
		args  []string
		wants []string
	}{
		"unknown command":           {[]string{"lnik"}, []string{`"lnik"`, "link, mock, spec"}},
		"help for unknown command":  {[]string{"help", "lnik"}, []string{`"lnik"`}},
		"unknown flag":              {[]string{"link", "--emial", "x"}, []string{"-emial"}},
		"argument":                  {[]string{"spec", "x"}, []string{"argument"}},
		"argument of version":       {[]string{"version", "x"}, []string{"argument"}},
		"nothing given":             {[]string{"link"}, []string{"--email is missing", "--phone is missing", "--redirect-url is missing", "--doc-url is missing"}},
		"wrong e-mail":              {with(goodFlags, "--email", "canary"), []string{"--email", "e-mail address"}},
		"wrong phone":               {with(goodFlags, "--phone", "canary"), []string{"--phone", "must match"}},
		"wrong redirect":            {with(goodFlags, "--redirect-url", "canary"), []string{"--redirect-url", "absolute URI"}},
		"plain http document":       {with(goodFlags, "--doc-url", "http://canary.example"), []string{"--doc-url", "^https://"}},
		"sign without actor":        {with(goodFlags, "--sign", "canary"), []string{"--sign", "FIELD=ACTOR"}},
		"sign with an empty actor":  {with(goodFlags, "--sign", "canary="), []string{"--sign", "FIELD=ACTOR"}},
		"fill without value":        {with(goodFlags, "--fill", "canary"), []string{"--fill", "FIELD=VALUE"}},
		"fill without field":        {with(goodFlags, "--fill", "=canary"), []string{"--fill", "FIELD=VALUE"}},
		"mock and server":           {with(goodFlags, "--mock", "--server", "sandbox"), []string{"--mock", "--server"}},
		"no server":                 {with(goodFlags), []string{"UMBRELLA_SERVER", "--server", "--mock"}},
		"strange server":            {with(goodFlags, "--server", "staging"), []string{"server", "https://host"}},
		"plain http server":         {with(goodFlags, "--server", "http://example.com"), []string{"example.com", "https"}},
		"no such file":              {[]string{"link", "--file", filepath.Join(dir, "none")}, []string{"--file", "no such file"}},
		"a directory":               {[]string{"link", "--file", dir}, []string{"--file", "directory"}},
		"empty file name":           {[]string{"link", "--file", ""}, []string{"--file"}},
		"huge file":                 {[]string{"link", "--file", file("huge", strings.Repeat(" ", 1<<20)+"{}")}, []string{"--file", "1 MiB"}},
		"no JSON":                   {[]string{"link", "--file", file("broken", `{"email":"canary`)}, []string{"--file", "JSON"}},
		"no object":                 {[]string{"link", "--file", file("array", `["canary"]`)}, []string{"--file", "object"}},
		"twice in the file":         {[]string{"link", "--file", file("twice", `{"email":"canary","email":"canary"}`)}, []string{"--file", "twice"}},
		"missing in the file":       {[]string{"link", "--file", file("empty", `{}`)}, []string{"$.email in --file is missing", "$.docUrl in --file is missing"}},
		"wrong type in the file":    {[]string{"link", "--file", file("type", strings.Replace(goodFile, `"+436769556026"`, "436769556026", 1))}, []string{"$.phoneNumber in --file must be of type string"}},
		"wrong item in the file":    {[]string{"link", "--file", file("item", strings.TrimSuffix(goodFile, "}")+`,"signForms":[{"fieldId":"canary"}]}`)}, []string{"$.signForms[0].actorId in --file is missing"}},
		"unknown name in the file":  {[]string{"link", "--file", file("name", strings.TrimSuffix(goodFile, "}")+`,"fillForms":["canary"]}`)}, []string{"$.fillForms in --file", "correct or remove"}},
		"unknown name in an item":   {[]string{"link", "--file", file("inner", strings.TrimSuffix(goodFile, "}")+`,"fillForm":[{"fieldId":"a","value":"b","valeu":"canary"}]}`)}, []string{"$.fillForm[0].valeu in --file"}},
		"other case in the file":    {[]string{"link", "--file", file("case", strings.TrimSuffix(goodFile, "}")+`,"Email":"canary@example.com"}`)}, []string{"$.Email in --file"}},
		"in the file and by a flag": {[]string{"link", "--file", file("good", goodFile), "--email", "canary@example.com"}, []string{"--email", "email in --file", "keep one"}},
		"wrong flag beside a file":  {[]string{"link", "--file", file("rest", strings.Replace(goodFile, "email", "Email", 1)), "--email", "canary"}, []string{"--email must be an e-mail address"}},
		"mock: strange address":     {[]string{"mock", "--addr", "8080"}, []string{"--addr", "HOST:PORT"}},
		"mock: strange port":        {[]string{"mock", "--addr", "127.0.0.1:http"}, []string{"--addr", "HOST:PORT"}},
		"mock: short lifetime":      {[]string{"mock", "--token-ttl", "10ms"}, []string{"--token-ttl", "1s"}},
		"mock: strange lifetime":    {[]string{"mock", "--token-ttl", "soon"}, []string{"-token-ttl"}},
		"mock: negative latency":    {[]string{"mock", "--latency", "-1s"}, []string{"--latency"}},
		"mock: strange seed":        {[]string{"mock", "--seed", "-1"}, []string{"-seed"}},
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := invoke(t, t.Context(), "", tc.args...)
			require.Equal(t, exitUsage, code, stderr)
			require.Empty(t, stdout)
			require.Equal(t, 1, strings.Count(stderr, "\n"), stderr)
			for _, want := range tc.wants {
				require.Contains(t, stderr, want)
			}
			require.NotContains(t, stderr, "canary", "no value is repeated")
		})
	}
}

func TestConfiguration_MissingCredentialsAreNamed(t *testing.T) {
	for name, set := range map[string]map[string]string{
		"UMBRELLA_TOKEN":       {},
		"UMBRELLA_CUSTOMER_ID": {"UMBRELLA_API_KEY": "canary"},
		"UMBRELLA_API_KEY":     {"UMBRELLA_CUSTOMER_ID": "canary"},
	} {
		t.Run(name, func(t *testing.T) {
			environment(t, set)
			code, _, stderr := invoke(t, t.Context(), "", with(goodFlags, "--server", "sandbox")...)
			require.Equal(t, exitUsage, code)
			require.Contains(t, stderr, name)
			require.NotContains(t, stderr, "canary")
			require.NotContains(t, stderr, "UMBRELLA_SERVER is not set", "--server is as good")
		})
	}
}

func TestHelp_NamesEveryCommandAndEveryFlag(t *testing.T) {
	code, help, _ := invoke(t, t.Context(), "", "help")
	require.Equal(t, exitOK, code)
	code, _, stderr := invoke(t, t.Context(), "")
	require.Equal(t, exitUsage, code)
	require.Equal(t, help, stderr)
	for name, cmd := range commands {
		require.Contains(t, help, "umbrella "+name+" ")
		for _, args := range [][]string{{"help", name}, {name, "-h"}, {name, "--help"}} {
			code, stdout, stderr := invoke(t, t.Context(), "", args...)
			require.Equal(t, exitOK, code)
			require.Equal(t, cmd.usage, stdout)
			require.Empty(t, stderr)
		}
		// A flag that the help shows and the command lacks would be reported.
		for _, shown := range regexp.MustCompile(`(?m)^  --([a-z-]+)`).FindAllStringSubmatch(cmd.usage, -1) {
			_, _, stderr := invoke(t, t.Context(), "", name, "--"+shown[1]+"=", "argument")
			require.NotContains(t, stderr, "not defined")
		}
	}
	var in input
	fs := flag.NewFlagSet("", flag.ContinueOnError)
	in.define(fs)
	fs.VisitAll(func(f *flag.Flag) { require.Contains(t, linkUsage, "  --"+f.Name+" ") })
}

func TestSpecAndVersion_PrintWhatWasEmbedded(t *testing.T) {
	_, stdout, _ := invoke(t, t.Context(), "", "spec")
	require.Equal(t, string(umbrella.OpenAPI()), stdout)
	_, stdout, _ = invoke(t, t.Context(), "", "version")
	require.Equal(t, "umbrella "+umbrella.Version+"\n", stdout)
}

// full is a disk without room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestOutput_ThatCannotBeWrittenIsAFailure(t *testing.T) {
	for _, args := range [][]string{{"spec"}, {"version"}, {"mock"}, {"link", "--mock"}, {"link", "--mock", "--json"}} {
		var stderr strings.Builder
		require.Equal(t, exitFailed, run(t.Context(), args, streams{strings.NewReader(""), full{}, &stderr}))
		require.Contains(t, stderr.String(), "no space left on device")
		require.Equal(t, args[0] == "link", strings.Contains(stderr.String(), "a session was opened"))
	}
}
