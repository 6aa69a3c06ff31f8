package param_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/umbrella-api/umbrella-go/internal/param"
)

type color string

// Whatever the value, it arrives as one segment and no other path is reached.
func TestPath_ArrivesAsWritten(t *testing.T) {
	for _, value := range []string{"a", "a/b", "../../auth", "%2e%2e", "...", "a?b#c", "a b+c", "ü€\x00", ".a", ";v=1", "a:b", " "} {
		segment, err := param.Path("id", value)
		require.NoError(t, err)
		req, err := http.NewRequest(http.MethodGet, "https://example.com/api/things/"+segment+"/end", nil)
		require.NoError(t, err)
		require.Equal(t, "/api/things/"+value+"/end", req.URL.Path)
		base, err := url.Parse("https://example.com/api/")
		require.NoError(t, err)
		resolved, err := base.Parse("./things/" + segment + "/end")
		require.NoError(t, err)
		require.Equal(t, req.URL.String(), resolved.String())
	}
}

func TestPath_TakesEveryScalar(t *testing.T) {
	for want, path := range map[string]func() (string, error){
		"red%2F":      func() (string, error) { return param.Path("p", color("red/")) },
		"-9007199254": func() (string, error) { return param.Path("p", int64(-9007199254)) },
		"true":        func() (string, error) { return param.Path("p", true) },
	} {
		got, err := path()
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

func TestPath_RefusesWhatLeadsElsewhere(t *testing.T) {
	for _, value := range []color{"", ".", ".."} {
		_, err := param.Path("sessionId", value)
		require.ErrorContains(t, err, "sessionId")
	}
}

func TestQuery_KeepsTheOrderOfTheCalls(t *testing.T) {
	target := param.Query("https://example.com/things", "z", "a&b=c#d")
	target = param.Query(target, "tags[]", []color{"x y", "é"}...)
	target = param.Query[color](target, "none")
	target = param.Query(target, "a", 7)
	require.Equal(t, "https://example.com/things?z=a%26b%3Dc%23d&tags%5B%5D=x+y&tags%5B%5D=%C3%A9&a=7", target)
	parsed, err := url.Parse(target)
	require.NoError(t, err)
	require.Equal(t, url.Values{"z": {"a&b=c#d"}, "tags[]": {"x y", "é"}, "a": {"7"}}, parsed.Query())
	require.Equal(t, "?on=true", param.Query("", "on", true))
}
