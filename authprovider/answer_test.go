package authprovider_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/authprovider"
)

// answers are what POST /auth may say with a 200, and the lifetime of the token
// that follows from it: 0 for an answer that is refused.
var answers = []struct {
	name, body string
	lifetime   time.Duration
}{
	{"as documented", `{"access_token":"t","expires_in":3600,"token_type":"Bearer"}`, time.Hour},
	{"expires_in 1800", `{"access_token":"t","expires_in":1800}`, 30 * time.Minute},
	{"expires_in as a string", `{"access_token":"t","expires_in":"1800"}`, 30 * time.Minute},
	{"expires_in as a fraction", `{"access_token":"t","expires_in":1800.0}`, 30 * time.Minute},
	{"expires_in as a fraction in a string", `{"access_token":"t","expires_in":"1800.0"}`, 30 * time.Minute},
	{"expires_in with an exponent", `{"access_token":"t","expires_in":18e2}`, 30 * time.Minute},
	{"expires_in between seconds", `{"access_token":"t","expires_in":1.5}`, 1500 * time.Millisecond},
	{"expires_in missing", `{"access_token":"t"}`, time.Hour},
	{"expires_in null", `{"access_token":"t","expires_in":null}`, time.Hour},
	{"expires_in empty", `{"access_token":"t","expires_in":""}`, time.Hour},
	{"expires_in 0", `{"access_token":"t","expires_in":0}`, time.Hour},
	{"expires_in 0 in a string", `{"access_token":"t","expires_in":"0"}`, time.Hour},
	{"expires_in 0.0", `{"access_token":"t","expires_in":0.0}`, time.Hour},
	{"expires_in the least", `{"access_token":"t","expires_in":1}`, time.Second},
	{"expires_in the most", `{"access_token":"t","expires_in":2592000}`, 30 * 24 * time.Hour},
	{"expires_in over 30 days", `{"access_token":"t","expires_in":2592001}`, 30 * 24 * time.Hour},
	{"expires_in over 30 days in a string", `{"access_token":"t","expires_in":"2592001"}`, 30 * 24 * time.Hour},
	{"expires_in a year", `{"access_token":"t","expires_in":31536000}`, 30 * 24 * time.Hour},
	{"expires_in an hour in milliseconds", `{"access_token":"t","expires_in":3600000}`, 30 * 24 * time.Hour},
	{"expires_in beyond float64", `{"access_token":"t","expires_in":1e999}`, 0},
	{"expires_in beyond time.Duration", `{"access_token":"t","expires_in":1e300}`, 30 * 24 * time.Hour},
	{"expires_in under a second", `{"access_token":"t","expires_in":0.999}`, 0},
	{"expires_in negative", `{"access_token":"t","expires_in":-3600}`, 0},
	{"expires_in negative in a string", `{"access_token":"t","expires_in":"-1"}`, 0},
	{"expires_in NaN", `{"access_token":"t","expires_in":NaN}`, 0},
	{"expires_in NaN in a string", `{"access_token":"t","expires_in":"NaN"}`, 0},
	{"expires_in Inf in a string", `{"access_token":"t","expires_in":"Inf"}`, 0},
	{"expires_in null in a string", `{"access_token":"t","expires_in":"null"}`, 0},
	{"expires_in in words", `{"access_token":"t","expires_in":"1 hour"}`, 0},
	{"expires_in in two strings", `{"access_token":"t","expires_in":"\"3600\""}`, 0},
	{"expires_in true", `{"access_token":"t","expires_in":true}`, 0},
	{"expires_in an object", `{"access_token":"t","expires_in":{}}`, 0},
	{"expires_in an array", `{"access_token":"t","expires_in":[3600]}`, 0},

	{"token_type in lower case", `{"access_token":"t","token_type":"bearer"}`, time.Hour},
	{"token_type in upper case", `{"access_token":"t","token_type":"BEARER"}`, time.Hour},
	{"token_type null", `{"access_token":"t","token_type":null}`, time.Hour},
	{"token_type missing", `{"access_token":"t"}`, time.Hour},
	{"token_type empty", `{"access_token":"t","token_type":""}`, time.Hour},
	{"token_type Basic", `{"access_token":"t","token_type":"Basic"}`, 0},
	{"token_type with a space", `{"access_token":"t","token_type":"Bearer "}`, 0},
	{"token_type an array", `{"access_token":"t","token_type":["Bearer"]}`, 0},
	{"token_type a number", `{"access_token":"t","token_type":1}`, 0},

	{"access_token missing", `{"expires_in":3600}`, 0},
	{"access_token null", `{"access_token":null}`, 0},
	{"access_token empty", `{"access_token":""}`, 0},
	{"access_token a number", `{"access_token":1}`, 0},
	{"access_token in the wrong case", `{"Access_Token":"t"}`, 0},
	{"access_token with a space", `{"access_token":"t t"}`, 0},
	{"access_token with a line break", `{"access_token":"t\r\nX-Evil: 1"}`, 0},
	{"access_token with a control character", `{"access_token":"t\u0000"}`, 0},
	{"access_token with a letter beyond ASCII", `{"access_token":"tö"}`, 0},
	{"access_token under an escaped name", `{"access\u005ftoken":"t"}`, time.Hour},

	{"unknown members", `{"access_token":"t","scope":[{"a":1}],"Expires_In":-1,"jti":null}`, time.Hour},
	{"a byte order mark", "\ufeff{\"access_token\":\"t\"}", time.Hour},
	{"two byte order marks", "\ufeff\ufeff{\"access_token\":\"t\"}", 0},
	{"a byte order mark alone", "\ufeff", 0},
	{"space around it", " \n{\"access_token\":\"t\"}\r\n", time.Hour},
	{"access_token twice", `{"access_token":"t","access_token":"t"}`, 0},
	{"expires_in twice, once escaped", `{"access_token":"t","expires_in":1,"expires\u005fin":1}`, 0},
	{"unknown member twice", `{"access_token":"t","x":1,"x":1}`, 0},
	{"two values", `{"access_token":"t"}{}`, 0},
	{"garbage behind", `{"access_token":"t"};`, 0},
	{"cut", `{"access_token":"t"`, 0},
	{"nothing", ``, 0},
	{"null", `null`, 0},
	{"an array", `[{"access_token":"t"}]`, 0},
	{"a string", `"t"`, 0},
	{"HTML", `<!DOCTYPE html><html></html>`, 0},
	{"not UTF-8", "{\"access_token\":\"t\",\"x\":\"\xff\"}", 0},
	{"64 KiB", `{"access_token":"t"}` + strings.Repeat(" ", 64<<10-20), time.Hour},
	{"over 64 KiB", `{"access_token":"t"}` + strings.Repeat(" ", 64<<10-19), 0},
	{"endless", `{"access_token":"` + strings.Repeat("t", 1<<20) + `"}`, 0},
}

func TestTokenSource_ReadsTheAnswerOfAuth(t *testing.T) {
	for _, tc := range answers {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				source, _ := newSource(t, func(_ int, w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(tc.body)) })
				token, err := source.Token(t.Context())
				if tc.lifetime == 0 {
					require.ErrorIs(t, err, authprovider.ErrMalformed)
					require.Zero(t, token)
					return
				}
				require.NoError(t, err)
				require.Equal(t, "t", token.AccessToken())
				require.Equal(t, tc.lifetime, time.Until(token.Expiry()))
			})
		})
	}
}
