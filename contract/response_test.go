package contract_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/contract"
)

func TestValidator_JudgesResponses(t *testing.T) {
	const asJSON = "application/json"
	answer := func(old, replacement string) string {
		require.Contains(t, goodResponse, old)
		return strings.Replace(goodResponse, old, replacement, 1)
	}
	v := newValidator(t)
	for _, tt := range []struct {
		name              string
		status            int
		contentType, body string
		want              []string
	}{
		{"the document's example", 200, asJSON, goodResponse, nil},
		{"capitals and charset", 200, "Application/JSON; Charset=UTF-8", goodResponse, nil},
		{"status false", 200, asJSON, answer("true", "false"), nil},
		{"400", 400, asJSON, `{"message":"Invalid request payload"}`, nil},
		{"401", 401, asJSON, `{"message":"Unauthorized request"}`, nil},
		{"extra property", 200, asJSON, answer(`{"status"`, `{"extra":1,"status"`), nil},

		{"undocumented success", 201, asJSON, goodResponse, want("$status status")},
		{"no content", 204, "", "", want("$status status")},
		{"moved permanently", 301, asJSON, goodResponse, want("$status status")},
		{"found", 302, asJSON, goodResponse, want("$status status")},
		{"not modified", 304, "", "", want("$status status")},
		{"temporary redirect", 307, asJSON, goodResponse, want("$status status")},
		{"permanent redirect", 308, asJSON, goodResponse, want("$status status")},
		{"403", 403, asJSON, `{"message":"x"}`, want("$status status")},
		{"404", 404, "text/html", "<html>", want("$status status")},
		{"429", 429, asJSON, `{"message":"x"}`, want("$status status")},
		{"500", 500, asJSON, `{"message":"x"}`, want("$status status")},
		{"503", 503, "text/plain", "x", want("$status status")},

		{"no media type", 200, "", goodResponse, want("$header.Content-Type mediaType")},
		{"html", 200, "text/html", "<html>", want("$header.Content-Type mediaType")},
		{"html error", 400, "text/html", "<html>", want("$header.Content-Type mediaType")},
		{"problem", 400, "application/problem+json", `{"message":"x"}`, want("$header.Content-Type mediaType")},

		{"empty body", 200, asJSON, "", want("$ json")},
		{"truncated", 200, asJSON, goodResponse[:40], want("$ json")},
		{"trailing garbage", 200, asJSON, goodResponse + "x", want("$ json")},
		{"second value", 401, asJSON, `{"message":"x"}{"message":"x"}`, want("$ json")},
		{"duplicate key", 200, asJSON, answer(`"status":true`, `"status":true,"status":true`), want("$ json")},
		{"empty object", 200, asJSON, `{}`, want("$.status required", "$.data required")},
		{"null", 200, asJSON, `null`, want("$ type")},
		{"null data", 200, asJSON, `{"status":true,"data":null}`, want("$.data type")},
		{"empty data", 200, asJSON, `{"status":true,"data":{}}`, want("$.data.requestId required", "$.data.url required", "$.data.expiresAfter required")},
		{"status as a string", 200, asJSON, answer("true", `"true"`), want("$.status type")},
		{"30 February", 200, asJSON, answer("2025-07-30", "2025-02-30"), want("$.data.expiresAfter format")},
		{"date-time without zone", 200, asJSON, answer("994Z", "994"), want("$.data.expiresAfter format")},
		{"expiry as a number", 200, asJSON, answer(`"2025-07-30T08:55:52.520909994Z"`, "1753865752"), want("$.data.expiresAfter type")},
		{"relative url", 200, asJSON, answer("https://example.com", ""), want("$.data.url format")},
		{"url with a quote", 200, asJSON, answer("https://example.com", `https://example.com/\"`), want("$.data.url format")},
		{"message missing", 400, asJSON, `{"error":"x"}`, want("$.message required")},
		{"message null", 401, asJSON, `{"message":null}`, want("$.message type")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			resp := newResponse(tt.status, tt.contentType, tt.body)
			err := v.ValidateResponse(newRequest(t, goodRequest), resp)
			require.Equal(t, tt.want, breaches(t, err))
			require.Equal(t, tt.body, readAll(t, resp.Body), "the body reads the same afterwards")
			if e := new(contract.Error); errors.As(err, &e) {
				require.Equal(t, contract.Response, e.Direction)
				require.Equal(t, operation, e.Operation)
			}
		})
	}
}

func TestValidator_JudgesDocumentedRedirectsAndDefaults(t *testing.T) {
	v := edited(t, nil, `"400":`, `"307":`, `"401":`, `"default":`)
	judge := func(status int, body string) []string {
		return breaches(t, v.ValidateResponse(newRequest(t, ""), newResponse(status, "application/json", body)))
	}
	require.Empty(t, judge(307, `{"message":"x"}`))
	require.Equal(t, want("$.message required"), judge(307, `{}`))
	require.Empty(t, judge(599, `{"message":"x"}`))
	require.Equal(t, want("$.message type"), judge(599, `{"message":1}`))
}

func TestValidator_JudgesHeadAnswersByStatusAlone(t *testing.T) {
	v := edited(t, nil, `"post":{`, `"head":{"responses":{"200":{"description":"x","content":{"application/json":{}}}}},"post":{`)
	req := newRequest(t, "")
	req.Method = http.MethodHead
	require.NoError(t, v.ValidateResponse(req, newResponse(200, "", "")))
	require.Equal(t, want("$status status"), breaches(t, v.ValidateResponse(req, newResponse(404, "", ""))))
}

func TestValidator_RefusesAnAnswerToAnUnknownRequest(t *testing.T) {
	req := newRequest(t, "")
	req.URL.Path = "/kyc"
	require.Equal(t, want("$path path"), breaches(t, newValidator(t).ValidateResponse(req, newResponse(200, "", ""))))
}

func TestValidator_CapsResponseBodies(t *testing.T) {
	v := newValidator(t)
	huge := `{"status":true,"data":"` + strings.Repeat("x", 1<<20) + `"}`
	resp := newResponse(200, "application/json", huge)
	require.Equal(t, want("$ size"), breaches(t, v.ValidateResponse(newRequest(t, ""), resp)))
	require.Equal(t, huge, readAll(t, resp.Body), "what was read and what was not are still one body")
}

func TestValidator_ReadsAnEndlessBodyUpToTheLimitOnly(t *testing.T) {
	v := newValidator(t, contract.WithMaxBodyBytes(100))
	endless := &endless{}
	resp := newResponse(200, "application/json", "")
	resp.Body = io.NopCloser(endless)
	require.Equal(t, want("$ size"), breaches(t, v.ValidateResponse(newRequest(t, ""), resp)))
	require.Equal(t, 101, endless.read)
}

type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	e.read += len(p)
	return len(p), nil
}

func TestValidator_PassesOnAResponseThatCannotBeRead(t *testing.T) {
	broken := errors.New("connection reset")
	resp := newResponse(200, "application/json", "")
	resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"st`), iotest.ErrReader(broken)))

	err := newValidator(t).ValidateResponse(newRequest(t, ""), resp)
	require.ErrorIs(t, err, broken)
	require.NotErrorAs(t, err, new(*contract.Error))

	data, err := io.ReadAll(resp.Body)
	require.Equal(t, `{"st`, string(data))
	require.ErrorIs(t, err, broken)
}
