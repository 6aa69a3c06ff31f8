package tokenanswer_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/internal/tokenanswer"
)

// FuzzParse holds every accepted answer against encoding/json and against
// what must become of it when it is changed a little.
func FuzzParse(f *testing.F) {
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
	f.Fuzz(func(t *testing.T, body []byte) {
		value, lifetime, err := tokenanswer.Parse(body)
		if err != nil {
			require.Zero(t, value)
			require.Zero(t, lifetime)
			return
		}
		require.NotEmpty(t, value)
		for _, c := range []byte(value) {
			require.True(t, '!' <= c && c <= '~')
		}
		require.GreaterOrEqual(t, lifetime, time.Second)
		require.LessOrEqual(t, lifetime, 30*24*time.Hour)

		body = bytes.TrimPrefix(body, []byte("\ufeff"))
		var reference map[string]json.RawMessage
		require.NoError(t, json.Unmarshal(body, &reference))
		var want string
		require.NoError(t, json.Unmarshal(reference["access_token"], &want))
		require.Equal(t, want, value)

		open := bytes.IndexByte(body, '{') + 1
		with := func(member string) error {
			changed := append(append(append([]byte{}, body[:open]...), member...), body[open:]...)
			_, same, err := tokenanswer.Parse(changed)
			if err == nil {
				require.Equal(t, lifetime, same)
			}
			return err
		}
		require.Error(t, with(`"access_token":"other",`), "a duplicate")
		if _, ok := reference["unheard of"]; !ok && len(body) < tokenanswer.MaxSize/2 {
			require.NoError(t, with(`"unheard of":[{"expires_in":1}],`), "an unknown member")
		}
		_, _, err = tokenanswer.Parse(append(append([]byte{}, body...), '0'))
		require.Error(t, err, "trailing data")
	})
}
