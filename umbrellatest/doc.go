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
// serves to programs in any language. With [InMemory], [NewServer] works inside a
// bubble of testing/synctest.
//
// # Sessions
//
// Each createSessionLink opens a [Session], which runs until Complete, Fail, Cancel or
// Expire ends it, or its time does ([WithSessionTTL]). Its link leads to a page with
// the buttons Sign, Decline, Let expire and Fail; signing leads to redirectUrl, if that
// is an http or https URL. getVerification answers accordingly; once it is completed,
// with the URL of a PDF that the mock serves. Any other operation answers each valid
// request with the document's example, or with a value made from its schema.
//
// A refusal has the document's body, without a reason. The reasons are in the log and,
// as a JSON array of path, rule and reason, in the header Umbrella-Mock-Violations; none
// repeats a value. Names of JSON members are case-sensitive.
//
// # Events
//
// The webhook of configureWebhook or [WithWebhook] gets an event for each state of a
// session: CREATED and RUNNING once createSessionLink has answered, and the last one.
// The events of a session come in order; after anything but 2xx within 10 s, one is
// sent again after 100 ms, 200 ms and so on, seven times in all. At most 1,000 wait.
//
// # Faults
//
// [Mock.Inject] makes the mock fail on purpose, and [Mock.InjectEvent] its events. From
// outside, one request can ask for a fault with a header, in which a field without a
// value is a switch; a value cannot hold a semicolon, and a field that is unknown or for
// another operation gets 400:
//
//	Umbrella-Mock-Fault: status=503; retry-after=2; delay=100ms
//	Umbrella-Mock-Fault: reset; after-processing
//
// The names of the fields are the tags of [Fault] and [EventFault].
//
// # Control
//
// Endpoints for programs that are not in Go; bodies are JSON:
//
//	GET    /__mock/               the overview, for people
//	GET    /__mock/stats          what Stats returns
//	POST   /__mock/faults         inject {"path": "/auth", "times": 2, "status": 503}
//	DELETE /__mock/faults         forget the faults
//	GET    /__mock/requests       what Requests returns
//	GET    /__mock/sessions       what Sessions returns
//	POST   /__mock/sessions/{requestId}/complete   likewise fail, cancel, expire
//	GET    /__mock/events         what Events returns
//	POST   /__mock/events/faults  inject {"status": "COMPLETED", "times": 2, "late": "1s"}
//	POST   /__mock/reset          Reset
//	POST   /__mock/tokens/expire  ExpireTokens
//	POST   /__mock/tokens/revoke  RevokeTokens
//	GET    /healthz               200 once the mock serves
//
// Those under /__mock/ answer a request whose Host is a loopback one or of
// [WithAllowedHosts], and whose Origin, if it has one, is the mock's own. They are in
// neither log nor journal, and an injected fault is for one only if it names its path.
// [WithoutControl] switches them and the header off.
//
// # What it does not imitate
//
// The vendor does not document the following, so what the mock does there is
// made up and proves nothing about the service: rate limits, and whether 429
// carries Retry-After (only a [Fault] answers so); idempotency (each valid request
// opens a session); how long a link lives (here 1 h) and whether it can be used
// twice; the bodies of 403, 404, 5xx and of every error of /auth (here a JSON
// message); the status of a wrong media type (415), method (405) or size (413);
// whether "status": false comes with a 200 (here as a [Fault] only); whether newer
// tokens or new credentials end older tokens (not here).
//
// Of getVerification only a completed session is published, as an example. Made up
// are: the answers before ("isVerified": false and the status "pending") and after
// ("failed", "cancelled", "expired"), 404 for an id that is not known, who has signed,
// and that a document's URL answers 403 after 5 days. Of webhooks: the body of an event
// (upstream's, which Umbrella may change), how often and when it is sent again, and
// that a second configureWebhook replaces the first.
//
// The mock does not look for the signature fields of the document, fill in its text
// fields or sign: its PDF is a list of what it was asked for. That signing fails without
// a PDF at docUrl ([WithFetchPDF]) is made up, and so are the page of a session, its words
// and buttons, that its link works until the session ends, that declining, failing
// and expiring do not lead to redirectUrl, and that the service can be called from
// browsers at all.
package umbrellatest
