module github.com/umbrella-api/umbrella-go/tests/bench

// The peers are at their newest versions.
go 1.26

replace github.com/umbrella-api/umbrella-go => ../..

require (
	github.com/carlmjohnson/requests v0.23.5
	github.com/hashicorp/go-retryablehttp v0.7.8
	github.com/umbrella-api/umbrella-go v0.2.0
	golang.org/x/oauth2 v0.36.0
	resty.dev/v3 v3.0.0-rc.4
)

require (
	github.com/hashicorp/go-cleanhttp v0.5.2 // indirect
	golang.org/x/net v0.58.0 // indirect
)
