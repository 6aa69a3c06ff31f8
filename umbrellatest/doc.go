// Package umbrellatest is a mock of the Umbrella API for tests: it issues tokens
// at POST /auth and enforces the vendor's OpenAPI document on every operation.
//
//	func TestSigning(t *testing.T) {
//		server := umbrellatest.NewServer(t)
//		link, err := server.Client.CreateSessionLink(t.Context(), request)
//		// server.Sessions() has the session; server.URL, server.APIKey and
//		// server.CustomerID make a client of your own.
//	}
//
// A [Mock] is also a plain http.Handler, which the command "umbrella mock"
// serves to programs in any language.
//
// # What it answers
//
// Each call that opens a session is remembered as a [Session]. An operation for
// which the mock has no behaviour of its own answers each valid request with the
// document's example, or else with a value made from the document's schema. The
// document also gives the bodies of refusals and of faults that ask for a status,
// where it has that status. Names of JSON members are case-sensitive, as they are
// not in encoding/json.
//
// # Why a request was refused
//
// The body of a refusal is as the document has it, without a reason. The header
// Umbrella-Mock-Violations has the reasons as a JSON array of path, rule and
// reason, and so has the log. Neither repeats a value.
//
// # Faults
//
// [Mock.Inject] makes the mock fail on purpose. From outside, one request can ask
// for a fault with a header, in which a field without a value is a switch:
//
//	Umbrella-Mock-Fault: status=503; retry-after=2; delay=100ms
//	Umbrella-Mock-Fault: reset; after-processing
//
// The fields are those of [Fault]: status, message, retry-after, delay,
// delay-body, reset, truncate, malformed, media-type, oversize, break and
// after-processing. A value cannot hold a semicolon.
//
// # Control
//
// Endpoints for programs that are not in Go; bodies are JSON:
//
//	POST   /__mock/faults         inject {"path": "/auth", "times": 2, "status": 503}
//	DELETE /__mock/faults         forget the faults
//	GET    /__mock/requests       what Requests returns
//	GET    /__mock/sessions       what Sessions returns
//	POST   /__mock/reset          Reset
//	POST   /__mock/tokens/expire  ExpireTokens
//	POST   /__mock/tokens/revoke  RevokeTokens
//	GET    /healthz               200 once the mock serves
//
// A fault as JSON has the fields of the header and path, times and every.
// [WithoutControl] switches off the header and everything under /__mock/.
//
// # Memory
//
// Sessions and journal together take at most 64 MiB, the oldest of both go first.
// Of sessions the mock keeps 2,000 unless [WithMaxSessions] says otherwise, and of
// requests 1,000.
//
// # What it does not imitate
//
// The vendor does not document the following, so what the mock does there is
// made up and proves nothing about the service: rate limits, and whether 429
// carries Retry-After (only a [Fault] answers so); idempotency (each valid request
// opens a session); how long a link lives (here 1 h) and whether it can be used
// twice; the bodies of 403, 404, 5xx and of every error of /auth (here a JSON
// message); the status of a wrong media type (415), method (405) or size (413);
// whether "status": false comes with a 200 (never here); whether newer tokens or
// new credentials end older tokens (not here). It does not fetch the document,
// look for its signature fields, fill in its text fields or send anything to
// anyone, and the links lead nowhere.
package umbrellatest
