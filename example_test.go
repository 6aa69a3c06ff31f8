package umbrella_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http/httptest"
	"os"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

// newMock starts a mock server of the API. Your own code would not need it.
func newMock() (server *httptest.Server, apiKey, customerID string) {
	mock, err := umbrellatest.New(umbrellatest.WithCredentials("example-key", "example-customer"), umbrellatest.WithSeed(1))
	if err != nil {
		log.Fatal(err)
	}
	return httptest.NewServer(mock), "example-key", "example-customer"
}

var request = api.CreateSessionLinkRequest{
	Email:       "user@example.com",
	PhoneNumber: "+436769556026",
	RedirectURL: "https://example.com/onboarding/success",
	DocURL:      "https://example.com/contract.pdf",
	SignForms:   []api.SignForm{{FieldID: "Signature1", ActorID: "userToIdentify"}},
}

func ExampleNew() {
	client, err := umbrella.New(umbrella.Sandbox, umbrella.WithAPIKey("your-api-key", "your-customer-id"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(client != nil) // no request was made yet
	// Output: true
}

// An error names everything that is wrong.
func ExampleNew_misuse() {
	_, err := umbrella.New("http://example.com?x=1")
	fmt.Println(err)
	// Output:
	// umbrella: cannot make a client: server: plain http to "example.com", which is not a loopback host: use https, or WithInsecureHTTP in a test network
	// a query in the URL
	// need exactly one of WithAPIKey, WithToken and WithTokenSource, got 0
}

func ExampleNewFromEnv() {
	mock, apiKey, customerID := newMock()
	defer mock.Close()
	_ = os.Setenv("UMBRELLA_SERVER", mock.URL) // in production: "production"
	_ = os.Setenv("UMBRELLA_API_KEY", apiKey)
	_ = os.Setenv("UMBRELLA_CUSTOMER_ID", customerID)

	client, err := umbrella.NewFromEnv()
	if err != nil {
		log.Fatal(err)
	}
	link, err := client.CreateSessionLink(context.Background(), request)
	fmt.Println(link != nil, err)
	// Output: true <nil>
}

func ExampleClient_CreateSessionLink() {
	mock, apiKey, customerID := newMock()
	defer mock.Close()
	client, err := umbrella.New(mock.URL, umbrella.WithAPIKey(apiKey, customerID))
	if err != nil {
		log.Fatal(err)
	}

	link, err := client.CreateSessionLink(context.Background(), request)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(link.URL != "", link.RequestID != "", link.ExpiresAfter.IsZero())
	// Output: true true false
}

func ExampleError() {
	mock, _, _ := newMock()
	defer mock.Close()
	client, err := umbrella.New(mock.URL, umbrella.WithToken("a-token-that-was-revoked"))
	if err != nil {
		log.Fatal(err)
	}

	_, err = client.CreateSessionLink(context.Background(), request)

	var failure *umbrella.Error
	if errors.As(err, &failure) {
		fmt.Println(failure.StatusCode, failure.Message(), failure.MaybeProcessed)
	}
	fmt.Println(errors.Is(err, umbrella.ErrUnauthorized))
	fmt.Println(err)
	// Output:
	// 401 Unauthorized request false
	// true
	// umbrella: createSessionLink: 401 Unauthorized: "Unauthorized request"; check the credentials and that they belong to this server
}

func ExampleValidate() {
	req := request
	req.DocURL = "http://example.com/contract.pdf"

	err := umbrella.Validate(req)

	var invalid *umbrella.ValidationError
	if errors.As(err, &invalid) {
		for _, f := range invalid.Fields {
			fmt.Println(f.Path, f.Rule, f.Reason)
		}
	}
	// Output: $.docUrl pattern does not match ^https://
}
