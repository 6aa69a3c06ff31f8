package umbrella_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestError_MessageIsTakenTolerantlyAndCleaned(t *testing.T) {
	for _, tc := range []struct{ name, body, want string }{
		{"documented", `{"message":"Invalid request payload"}`, "Invalid request payload"},
		{"error", `{"error":"Nope"}`, "Nope"},
		{"data.message", `{"data":{"message":"Nope"}}`, "Nope"},
		{"data.error", `{"data":{"error":"Nope"}}`, "Nope"},
		{"details", `{"details":"Nope"}`, "Nope"},
		{"another case", `{"Message":"Nope"}`, ""},
		{"in a huge body", `{"message":"Nope","x":"` + strings.Repeat("x", 64<<10) + `"}`, ""},
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
	} {
		t.Run(tc.name, func(t *testing.T) {
			client := clientOf(t, func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusBadRequest, tc.body) })
			_, err := client.CreateSessionLink(t.Context(), validRequest(), func(_ context.Context, r *http.Request) error {
				r.Header.Set("X-Session", "12345678")
				return nil
			})
			e := apiError(t, err)
			require.Equal(t, tc.want, e.Message())
			require.Equal(t, tc.body, string(e.Body()))
			require.LessOrEqual(t, len(e.Message()), 512)
			require.True(t, utf8.ValidString(e.Message()))
			require.NotContains(t, err.Error(), "\n")
			requireDiscreet(t, err)
		})
	}
}

// TestError_PrintsAMessageOnlyIfItIsDocumented has answers that say what the client
// sent, in many spellings, and more.
func TestError_PrintsAMessageOnlyIfItIsDocumented(t *testing.T) {
	for _, status := range []int{400, 401, 409, 500, 503} {
		for said, shown := range map[string]bool{
			"Invalid request payload":             true,
			"Unauthorized request":                true,
			"Invalid request payload: canary":     false,
			"invalid request payload":             false,
			"user " + canaryEmail + " unknown":    false,
			"account CANARY-API-KEY-7D1F locked":  false,
			"see https://wizard.example/canary":   false,
			"43 650 802-15 30 is no phone number": false,
			"Canaria":                             false,
		} {
			client := clientOf(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("X-Echo", said)
				answer(w, status, `{"message":"`+said+`"}`)
			})
			_, err := client.CreateSessionLink(t.Context(), validRequest())
			require.Equal(t, said, apiError(t, err).Message())
			require.Equal(t, said, apiError(t, err).Header().Get("X-Echo"))
			require.Equal(t, shown, strings.Contains(err.Error(), said), "%d %s", status, said)
			if !shown {
				require.NotContains(t, err.Error(), "650 802")
				requireDiscreet(t, err)
			}
		}
	}
}
