package main

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"

	umbrella "github.com/umbrella-api/umbrella-go"
)

func TestMisuse_NamesWhatToMend(t *testing.T) {
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
		"unknown command":           {[]string{"lnik"}, []string{"lnik", "did you mean link?", "mock"}},
		"help for unknown command":  {[]string{"help", "lnik"}, []string{"did you mean link?"}},
		"unknown flag":              {[]string{"link", "--emial", "x"}, []string{"--emial", "did you mean --email?"}},
		"flags before the command":  {[]string{"--json", "link"}, []string{"--json here", "flags come after the command"}},
		"help for a wrong flag":     {[]string{"help", "--fast", "link"}, []string{"no flag --fast"}},
		"help for too much":         {[]string{"help", "link", "link"}, []string{"link has no command link"}},
		"unknown shell":             {[]string{"completion", "bahs"}, []string{"did you mean bash?"}},
		"argument of a shell":       {[]string{"completion", "bash", "x"}, []string{"argument"}},
		"wrong flag of a shell":     {[]string{"completion", "bash", "--fast"}, []string{"no flag --fast"}},
		"a value is no argument":    {[]string{"status", "--timeout", "soon"}, []string{"--timeout soon", "REQUEST_ID is missing"}},
		"a word behind a typo":      {[]string{"status", "--fast", "id"}, []string{"no flag --fast"}},
		"a flag among letters":      {[]string{"status", "id", "-hx"}, []string{"no flag -x"}},
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
		"strange server":            {with(goodFlags, "--server", "staging"), []string{"--server staging", "https://host"}},
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
	} {
		t.Run(name, func(t *testing.T) { requireMisuse(t, tc.args, tc.wants) })
	}
}

// requireMisuse runs the command with arguments that it must refuse without repeating
// a value, in words that wants are part of.
func requireMisuse(t *testing.T, args, wants []string) {
	code, stdout, stderr := invoke(t, t.Context(), "", args...)
	require.Equal(t, exitUsage, code, stderr)
	require.Empty(t, stdout)
	for _, want := range wants {
		require.Contains(t, stderr, want)
	}
	require.False(t, slices.Contains(args, "--fast") && strings.Contains(stderr, "is missing"), "what follows an unknown flag may have been an argument")
	require.NotRegexp(t, `canary|With[A-Z]`, stderr, "a value, or the name of a Go option")
}

func TestMisuse_IsSaidOnceAndWithoutWhatWouldFollowFromIt(t *testing.T) {
	environment(t, map[string]string{"UMBRELLA_TOKEN": "x.y.z", "UMBRELLA_SERVER": "http://127.0.0.1:1"})
	t.Chdir(t.TempDir())
	for name, content := range map[string]string{"object": `{"status":503}`, "null": `null`, "field": `[{"path":"/auth","statuss":503}]`} {
		require.NoError(t, os.WriteFile(name, []byte(content), 0o600))
	}
	for _, tc := range []struct{ args, want string }{
		{"mock --faults object", "--faults: want a JSON array of faults"},
		{"mock --faults null", "--faults: want a JSON array of faults"},
		{"mock --faults field", `--faults: want a JSON array of faults: unknown field "statuss"`},
		{"link --mock=maybe", "--mock maybe: want true or false"},
		{"link --mock --file none --sign a --fill b", "cannot read --file: no such file or directory|--sign needs FIELD=ACTOR, for example --sign Signature1=userToIdentify|--fill needs FIELD=VALUE, for example --fill 'name=${identification.firstName}'"},
		{"download a/b", "REQUEST_ID has a character that no file name has: name the file with -o"},
		{"download id -o -", "-o -: the document goes to a file and not to standard output: name one"},
		{"download id -o none/a.pdf", "the folder of -o: no such file or directory"},
		{"download id -o object/a.pdf", "the folder of -o: not a directory"},
		{"status ..", `".." is no REQUEST_ID`},
		{"help link foo", "link has no command foo"},
	} {
		code, _, stderr := invoke(t, t.Context(), "", strings.Fields(tc.args)...)
		require.Equal(t, exitUsage, code)
		before := "umbrella " + strings.Fields(tc.args)[0]
		require.Equal(t, before+": "+strings.ReplaceAll(tc.want, "|", "\n"+before+": ")+"\n"+before+" --help says how it is used\n", stderr)
	}
}

func TestErrors_AreJSONWhereTheFlagIsSet(t *testing.T) {
	environment(t, nil)
	for args, want := range map[string]bool{
		"link --json=1": true, "link --json=TRUE": true, "link --json=false": false, "link -- --json": false, "link --file --json": false,
		"mock --faults --json": false, "mock --json": true, "lnik --json": true, "link --json=maybe": true, "status -hx --json": true,
	} {
		code, _, stderr := invoke(t, t.Context(), "", strings.Fields(args)...)
		require.Equal(t, exitUsage, code, args)
		require.Equal(t, want, strings.HasPrefix(stderr, "{"), "%s: %s", args, stderr)
	}
}

func TestMisuse_OfTheMockNamesTheFlag(t *testing.T) {
	for name, tc := range map[string]struct{ args, wants []string }{
		"strange address":  {[]string{"mock", "--addr", "8080"}, []string{"--addr", "HOST:PORT"}},
		"strange port":     {[]string{"mock", "--addr", "127.0.0.1:http"}, []string{"--addr", "HOST:PORT"}},
		"short lifetime":   {[]string{"mock", "--token-ttl", "10ms"}, []string{"--token-ttl", "below 1 s"}},
		"strange lifetime": {[]string{"mock", "--token-ttl", "soon"}, []string{"--token-ttl soon", "a duration"}},
		"negative latency": {[]string{"mock", "--latency", "-1s"}, []string{"--latency"}},
		"everything": {
			[]string{"mock", "--addr", "1", "--base-path", "api", "--webhook-header", "canary", "--token-ttl", "1ms", "--api-key", "canary", "--faults", "none", "--fast"},
			[]string{"--addr needs", "--base-path must", "--webhook-header needs", "--webhook-header must", "--token-ttl: the lifetime", "--api-key and --customer-id", "--faults: no such file", "no flag --fast"},
		},
		"strange seed": {[]string{"mock", "--seed", "-1"}, []string{"--seed -1", "a whole number"}},
	} {
		t.Run(name, func(t *testing.T) { requireMisuse(t, tc.args, tc.wants) })
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
			require.Equal(t, exitCredentials, code)
			require.Contains(t, stderr, name)
			require.NotContains(t, stderr, "canary")
			require.NotContains(t, stderr, "UMBRELLA_SERVER is not set", "--server is as good")
		})
	}
}

// walk visits cmd and all commands below it that a person can use.
func walk(cmd *cobra.Command, visit func(*cobra.Command)) {
	visit(cmd)
	for _, c := range cmd.Commands() {
		walk(c, visit)
	}
}

func TestHelp_IsThereForEveryCommandWithTheExitCodes(t *testing.T) {
	code, help, _ := invoke(t, t.Context(), "", "help")
	require.Equal(t, exitOK, code)
	for _, args := range [][]string{nil, {"auth"}} {
		code, stdout, stderr := invoke(t, t.Context(), "", args...)
		require.Equal(t, exitUsage, code)
		require.Empty(t, stdout)
		require.Contains(t, stderr, "Available Commands:")
	}
	for _, cmd := range newRoot(&invocation{}).Commands() {
		require.Contains(t, help, "\n  "+cmd.Name()+" ")
	}
	walk(newRoot(&invocation{}), func(cmd *cobra.Command) {
		require.NotEmpty(t, cmd.Short)
		path := strings.Fields(cmd.CommandPath())[1:]
		for _, args := range [][]string{append([]string{"help"}, path...), append(path, "-h"), append(path, "--help")} {
			code, stdout, stderr := invoke(t, t.Context(), "", args...)
			require.Equal(t, exitOK, code)
			require.Empty(t, stderr)
			require.Contains(t, stdout, "  3  a session may exist")
			require.NotRegexp(t, `With[A-Z]`, stdout, "a Go option")
			for line := range strings.Lines(stdout) {
				require.LessOrEqual(t, len([]rune(line)), 120)
			}
		}
		cmd.Flags().VisitAll(func(f *pflag.Flag) { require.NotEmpty(t, f.Usage, f.Name) })
	})
}

func TestCompletion_KnowsOperations(t *testing.T) {
	code, stdout, _ := invoke(t, t.Context(), "", "__complete", "call", "get")
	require.Equal(t, exitOK, code)
	require.Contains(t, stdout, "getVerification\n")
	code, stdout, _ = invoke(t, t.Context(), "", "completion", "bash")
	require.Equal(t, exitOK, code)
	require.Contains(t, stdout, "umbrella")
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
	served(t)
	for _, args := range [][]string{{"spec"}, {"version"}, {"mock"}, {"link", "--mock"}, with(goodFlags), with(goodFlags, "--json")} {
		var stderr strings.Builder
		want := exitFailed
		if args[0] == "link" && args[1] != "--mock" { // of a mock that ends, no session is left
			want = exitSession
		}
		require.Equal(t, want, run(t.Context(), args, streams{stdin: strings.NewReader(""), stdout: full{}, stderr: &stderr}))
		require.Contains(t, stderr.String(), "no space left on device")
		require.Equal(t, args[0] == "link", strings.Contains(stderr.String(), "a session was opened"))
	}
}

func TestPage_NamesEveryCommandFlagAndExitCode(t *testing.T) {
	data, err := os.ReadFile("../../docs/cli.md")
	require.NoError(t, err)
	page := string(data)
	walk(newRoot(&invocation{}), func(cmd *cobra.Command) {
		if cmd.HasParent() && cmd.Parent().Name() == "completion" { // cobra's own
			return
		}
		if cmd.HasParent() && !cmd.HasSubCommands() {
			require.Contains(t, page, "`"+strings.TrimPrefix(cmd.CommandPath(), "umbrella "))
		}
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if cmd.Name() != "mock" {
				require.True(t, strings.Contains(page, "--"+f.Name) || f.Name == "output" && strings.Contains(page, "-o"), f.Name)
			}
		})
	})
	for code := exitOK; code <= exitCredentials; code++ {
		require.Contains(t, page, "\n| "+strconv.Itoa(code)+" | ")
	}
}
