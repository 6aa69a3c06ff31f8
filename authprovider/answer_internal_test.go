package authprovider

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// FuzzParseAnswer holds every accepted answer against encoding/json and against
// what must become of it when it is changed a little.
func FuzzParseAnswer(f *testing.F) {
	for _, seed := range []string{
		`{"access_token":"eyJ.e30.c2ln","expires_in":3600,"token_type":"Bearer"}`,
		`{"access_token":"t","expires_in":"1800","token_type":"bearer"}`,
		`{"access_token":"t","expires_in":"","token_type":null}`,
		`{"access_token":"t","expires_in":1.5e3,"x":{"y":[1,"z"]}}`,
		`{"access_token":"t","expires_in":"null"}`,
		`{"access_token":"t","":1e700}`,
		`{"access_token":"t","expires_in":-1}`,
		`{"access_token":"t","expires_in":1e999}`,
		`{"access\u005ftoken":"t","access_token":"u"}`,
		`{"access_token":"t","expires_in":1e300,"token_type":""}`,
		"\ufeff" + `{"access_token":"t"}`, "\ufeff\ufeff" + `{"access_token":"t"}`,
		`{"access_token":"t t"}`, `{"access_token":""}`, `{}`, `[]`, `null`, ``, `{"access_token":"t"} x`,
	} {
		f.Add([]byte(seed))
	}
	sent := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	f.Fuzz(func(t *testing.T, body []byte) {
		c, reason := parseAnswer(body, sent)
		if reason != "" {
			require.Nil(t, c)
			return
		}
		value, lifetime := c.token.AccessToken(), c.token.Expiry().Sub(sent)
		require.NotEmpty(t, value)
		for _, c := range []byte(value) {
			require.True(t, '!' <= c && c <= '~')
		}
		require.GreaterOrEqual(t, lifetime, time.Second)
		require.LessOrEqual(t, lifetime, 30*24*time.Hour)
		require.True(t, c.renew.Before(c.end) && c.end.Before(c.token.Expiry()))

		body = bytes.TrimPrefix(body, []byte("\ufeff"))
		var reference map[string]json.RawMessage
		require.NoError(t, json.Unmarshal(body, &reference))
		var want string
		require.NoError(t, json.Unmarshal(reference["access_token"], &want))
		require.Equal(t, want, value)

		open := bytes.IndexByte(body, '{') + 1
		with := func(member string) string {
			changed := append(append(append([]byte{}, body[:open]...), member...), body[open:]...)
			c, reason := parseAnswer(changed, sent)
			if reason == "" {
				require.Equal(t, lifetime, c.token.Expiry().Sub(sent))
			}
			return reason
		}
		require.NotEmpty(t, with(`"access_token":"other",`), "a duplicate")
		if _, ok := reference["unheard of"]; !ok && len(body) < maxBody/2 {
			require.Empty(t, with(`"unheard of":[{"expires_in":1}],`), "an unknown member")
		}
		_, reason = parseAnswer(append(append([]byte{}, body...), '0'), sent)
		require.NotEmpty(t, reason, "trailing data")
	})
}
