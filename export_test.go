package umbrella

// NewTransport is the default transport, for tests that must add to its TLS roots.
var NewTransport = newTransport
