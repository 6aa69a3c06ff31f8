package umbrella_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http/httptest"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

// Whether to call again after a failure: only if the API cannot have opened a session.
func ExampleError_maybeProcessed() {
	mock, err := umbrellatest.New()
	if err != nil {
		log.Fatal(err)
	}
	defer mock.Close()
	service := httptest.NewServer(mock) // in your program: umbrella.Sandbox
	defer service.Close()
	client, err := umbrella.New(service.URL, umbrella.WithAPIKey(mock.Credentials()))
	if err != nil {
		log.Fatal(err)
	}

	for _, fault := range []umbrellatest.Fault{
		{Status: 429, RetryAfter: "3600"},    // too many requests, for an hour
		{Reset: true, AfterProcessing: true}, // the answer is lost
	} {
		fault.Path = "/onboarding/createSessionLink"
		if err := mock.Inject(fault); err != nil {
			log.Fatal(err)
		}
		_, err := client.CreateSessionLink(context.Background(), request)
		var invalid *umbrella.ValidationError
		var failure *umbrella.Error
		switch {
		case errors.As(err, &invalid):
			fmt.Println("correct the request, and call again")
		case !errors.As(err, &failure):
			fmt.Println("done")
		case failure.MaybeProcessed:
			fmt.Println("look for the session before you call again")
		case failure.RetryAfter > 0:
			fmt.Println("call again in", failure.RetryAfter)
		default:
			fmt.Println("call again once the cause is gone")
		}
	}
	fmt.Println("sessions:", len(mock.Sessions()))
	// Output:
	// call again in 1h0m0s
	// look for the session before you call again
	// sessions: 1
}
