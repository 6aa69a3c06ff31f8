package umbrellatest_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http/httptest"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

var request = api.CreateSessionLinkRequest{
	Email:       "user@example.com",
	PhoneNumber: "+436769556026",
	RedirectURL: "https://example.com/onboarding/success",
	DocURL:      "https://example.com/contract.pdf",
}

// Without a testing.TB, in a program or a TestMain, serve the mock yourself.
func ExampleNew() {
	mock, err := umbrellatest.New(umbrellatest.WithSeed(1))
	if err != nil {
		log.Fatal(err)
	}
	server := httptest.NewServer(mock)
	defer server.Close()

	client, err := umbrella.New(server.URL, umbrella.WithAPIKey(mock.Credentials()))
	if err != nil {
		log.Fatal(err)
	}
	link, err := client.CreateSessionLink(context.Background(), request)
	if err != nil {
		log.Fatal(err)
	}
	session := mock.Sessions()[link.RequestID]
	fmt.Println(session.Request.Email, session.URL == link.URL, mock.AuthCalls())
	// Output: user@example.com true 1
}

// The answer is lost, but the session is there: a caller that simply called
// again would open a second one.
func ExampleMock_Inject() {
	mock, err := umbrellatest.New()
	if err != nil {
		log.Fatal(err)
	}
	server := httptest.NewServer(mock)
	defer server.Close()
	client, err := umbrella.New(server.URL, umbrella.WithAPIKey(mock.Credentials()))
	if err != nil {
		log.Fatal(err)
	}

	err = mock.Inject(umbrellatest.Fault{Path: "/onboarding/createSessionLink", Reset: true, AfterProcessing: true})
	if err != nil {
		log.Fatal(err)
	}
	_, err = client.CreateSessionLink(context.Background(), request)
	var failure *umbrella.Error
	fmt.Println(errors.As(err, &failure) && failure.MaybeProcessed, len(mock.Sessions()))
	// Output: true 1
}
