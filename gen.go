// Package umbrella calls the Umbrella API's QES onboarding service:
// [Client.CreateSessionLink] returns the URL of a wizard in which a customer signs a
// PDF with a qualified electronic signature, [Client.WaitForVerification] tells when it
// was signed, and [Client.DownloadSigned] fetches the signed document.
//
// A [Client] gets and renews the bearer token, checks each request against the
// API's OpenAPI document before it leaves, answers every failure with one typed
// error, and repeats a request only when the first one cannot have opened a
// signing session. It needs nothing but the standard library.
//
// Subpackages: api holds the generated models and client, authprovider the bearer
// tokens, webhook a receiver of the service's events, once one session for each
// business key, contract the check of live traffic against the document, and
// umbrellatest a mock server for tests.
package umbrella

import _ "embed"

//go:generate go run -C tools ./generate

//go:embed openapi.yaml
var openAPI string

// OpenAPI returns a copy of the vendor's OpenAPI 3.1 document (YAML) from which
// package api was generated, byte for byte.
func OpenAPI() []byte {
	return []byte(openAPI)
}
