package umbrella_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/internal/memhttp"
)

func TestError_MessageIsTakenTolerantlyAndCleaned(t *testing.T) {
	for _, tc := range []struct{ name, body, want string }{
		{"documented", `{"message":"Invalid request payload"}`, "Invalid request payload"},
		{"error", `{"error":"Nope"}`, "Nope"},
		{"data.message", `{"data":{"message":"Nope"}}`, "Nope"},
		{"data.error", `{"data":{"error":"Nope"}}`, "Nope"},
		{"details", `{"details":"Nope"}`, "Nope"},
		{"upper case", `{"Message":"Nope"}`, "Nope"},
		{"first that is text", `{"message":null,"error":7,"data":{"message":" ","error":{}},"details":"Nope"}`, "Nope"},
		{"message wins", `{"details":"b","data":{"message":"b"},"error":"b","message":"a"}`, "a"},
		{"trimmed", `{"message":"  \t Nope \r\n"}`, "Nope"},
		{"one line", `{"message":"line\nbreak\tand\u0000 \u001b[31mcontrol\u202e\u2028\ufeff"}`, "line break and [31mcontrol"},
		{"bad UTF-8", "{\"message\":\"a\xffb\"}", "ab"},
		{"lone surrogate", `{"message":"a\ud800b"}`, "ab"},
		{"as long as may be", `{"message":"` + strings.Repeat("x", 512) + `"}`, strings.Repeat("x", 512)},
		{"cut at a rune", `{"message":"` + strings.Repeat("ä", 400) + `"}`, strings.Repeat("ä", 256)},
		{"cut before a rune", `{"message":"x` + strings.Repeat("€", 400) + `"}`, "x" + strings.Repeat("€", 170)},
		{"not JSON", `Nope`, ""},
		{"HTML", `<html>Nope</html>`, ""},
		{"truncated", `{"message":"Nope"`, ""},
		{"list", `["Nope"]`, ""},
		{"none", `{"code":7}`, ""},
		{"null", `null`, ""},
		{"empty", ``, ""},
		{"e-mail", `{"message":"user ` + canaryEmail + ` unknown"}`, ""},
		{"e-mail in other case", `{"message":"user ` + strings.ToUpper(canaryEmail) + ` unknown"}`, ""},
		{"e-mail, percent-encoded", `{"message":"user canary.person%40example.com"}`, ""},
		{"e-mail, split by a control character", `{"message":"canary.per\u0000son@example.com"}`, ""},
		{"e-mail past the cut", `{"message":"` + strings.Repeat("x", 505) + " " + canaryEmail + `"}`, ""},
		{"phone", `{"message":"bad number ` + canaryPhone + `"}`, ""},
		{"phone without plus", `{"message":"bad number ` + canaryPhone[1:] + `"}`, ""},
		{"phone, spaced", `{"message":"bad number +43 650 802-15 30"}`, ""},
		{"form value", `{"message":"bad name canaria  kanarienvogel"}`, ""},
		{"field name", `{"message":"no field Signature1"}`, ""},
		{"actor", `{"message":"no actor USERTOIDENTIFY"}`, ""},
		{"URL of the document without its scheme", `{"message":"cannot fetch ` + canaryDoc[8:] + `"}`, ""},
		{"URL", `{"message":"see http://x.example/"}`, ""},
		{"session URL, escaped twice", `{"message":"https:\\/\\/wizard.example.com\\/urlback?t=canary"}`, ""},
		{"token", `{"message":"token ` + canaryToken + ` refused"}`, ""},
		{"bearer", `{"message":"Bearer ` + strings.ToUpper(canaryToken) + `"}`, ""},
		{"header of an editor", `{"message":"session 12345678 is unknown"}`, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			client := serve(t, func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusBadRequest, tc.body) })
			_, err := client.CreateSessionLink(t.Context(), validRequest(), func(_ context.Context, r *http.Request) error {
				r.Header.Set("X-Session", "12345678")
				return nil
			})
			e := apiError(t, err)
			require.Equal(t, tc.want, e.Message)
			require.Equal(t, tc.body, string(e.Body))
			require.LessOrEqual(t, len(e.Message), 512)
			require.True(t, utf8.ValidString(e.Message))
			require.NotContains(t, err.Error(), "\n")
			requireDiscreet(t, err)
		})
	}
}

func TestError_MessageWithholdsCredentials(t *testing.T) {
	for _, secret := range []string{canaryKey, canaryCustomer, canaryToken} {
		transport := memhttp.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/auth" {
				answer(w, http.StatusOK, tokenBody)
				return
			}
			answer(w, http.StatusInternalServerError, `{"message":"account `+strings.ToUpper(secret)+` is locked"}`)
		}))
		client, err := umbrella.New(memhttp.URL, umbrella.WithAPIKey(canaryKey, canaryCustomer),
			umbrella.WithHTTPClient(&http.Client{Transport: transport}))
		require.NoError(t, err)
		_, err = client.CreateSessionLink(t.Context(), validRequest())
		require.Empty(t, apiError(t, err).Message)
		requireDiscreet(t, err)
	}
}
