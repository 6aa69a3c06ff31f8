package httpkit

// Version is the semantic version of umbrella-go.
const Version = "0.1.0"

// UserAgent is the User-Agent header of requests for which no other was set.
const UserAgent = "umbrella-go/" + Version
