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
// Each call that opens a session is remembered as a [Session], which runs until
// Complete, Fail, Cancel or Expire ends it, or its time ([WithSessionTTL]).
// getVerification answers accordingly; once it is completed, with the URL of a
// signed PDF that the mock serves. An operation for
// which the mock has no behaviour of its own answers each valid request with the
// document's example, or else with a value made from the document's schema. The
// document also gives the bodies of refusals and of faults that ask for a status,
// where it has that status. Names of JSON members are case-sensitive, as they are
// not in encoding/json.
//
// # Events
//
// The mock remembers the webhook that configureWebhook was called with, and posts
// an event to it, with its headers, for each state that a session gets: CREATED and
// RUNNING once createSessionLink has answered, and the last one when it ends. The
// events of a session come in order; after anything but 2xx within 10 s, one is
// sent again after 100 ms, 200 ms and so on, seven times in all. [Mock.Events] tells
// what was sent and answered. [Mock.InjectEvent] has events dropped, doubled, late,
// out of order, early, with wrong headers or as garbage. [Mock.Close] ends the
// deliveries, as the end of the test does for [NewServer].
//
// # The page of a session
//
// A session's link leads to a page of the mock, {base}/wizard/{token}, with the
// buttons Sign, Decline, Let expire and Fail. Signing leads to redirectUrl, if that is
// an http or https URL; the others end on a page that says so. The page needs no
// script. GET /__mock/ shows sessions, requests, events and faults and has the
// controls.
//
// Browsers call the mock from origins of [WithCORSOrigins] only. The endpoints under
// /__mock/ answer a request whose Host is a loopback one or of [WithAllowedHosts],
// and whose Origin, if it has one, is the mock's own.
//
// # Time
//
// With [InMemory], [NewServer] works inside a bubble of testing/synctest.
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
// delay-body, reset, truncate, malformed, media-type, oversize, break,
// after-processing, unsuccessful, expired, pdf-missing and pending. A value cannot
// hold a semicolon, and an unknown field is refused with 400.
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
// A fault as JSON has the fields of the header and path, times and every. One for
// events has those of [EventFault]: status, times, drop, twice, late, reorder, early,
// wrong-header and garbage.
// A fault is for a control endpoint only if its path is that endpoint's.
// [WithoutControl] switches off the header and everything under /__mock/.
//
// # Watching
//
// The log and [Mock.Requests] have every request to the service and to the pages of
// sessions, aborted ones too, with an id, which the header Umbrella-Mock-Request-Id
// of the answer has as well, and with the session that it was about. Requests to
// control endpoints and for the stylesheet are in neither. [Mock.Stats] counts and
// does not forget.
//
// # Memory
//
// Sessions and journal together take at most 64 MiB, the oldest of both go first.
// Of sessions the mock keeps 2,000 unless [WithMaxSessions] says otherwise, and of
// requests 1,000, and as many deliveries. Of events, 1,000 wait to be delivered; what
// comes then is dropped.
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
// that a second configureWebhook replaces the first, for all sessions to come and the
// next events of those that run.
//
// The mock does not fetch the document, look for its signature fields, fill in its
// text fields or sign: its PDF is a list of what it was asked for. With [WithFetchPDF]
// it looks whether there is a PDF, when a session is opened, and takes any certificate;
// that signing fails without one is made up. So are the page of a session, its words
// and buttons, that its link works until the session ends, that declining, failing
// and expiring do not lead to redirectUrl, and that the service can be called from
// browsers at all.
package umbrellatest
