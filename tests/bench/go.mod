module github.com/umbrella-api/umbrella-go/tests/bench

// The peers are at their newest versions.
go 1.26

replace github.com/umbrella-api/umbrella-go => ../..

require (
	cloud.google.com/go/auth v0.23.3
	github.com/aws/aws-sdk-go-v2 v1.47.7
	github.com/aws/smithy-go v1.28.8
	github.com/carlmjohnson/requests v0.23.5
	github.com/hashicorp/go-retryablehttp v0.7.8
	github.com/umbrella-api/umbrella-go v0.0.0
	golang.org/x/oauth2 v0.36.0
	resty.dev/v3 v3.0.0-rc.4
)

require (
	cloud.google.com/go/compute/metadata v0.9.0 // indirect
	github.com/googleapis/gax-go/v2 v2.23.0 // indirect
	github.com/hashicorp/go-cleanhttp v0.5.2 // indirect
	golang.org/x/net v0.58.0 // indirect
	golang.org/x/sys v0.47.0 // indirect
)
