package contract_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/contract"
	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

// A service that watches whether the live API keeps its document, without
// failing a call when it does not.
func ExampleValidator_Transport() {
	mock, err := umbrellatest.New(umbrellatest.WithCredentials("key", "customer"))
	if err != nil {
		log.Fatal(err)
	}
	// The API of tomorrow: it answers with a property that nobody documented.
	drifted := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/auth" {
			mock.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"status":true,"data":{"requestId":"1","url":"https://wizard.example/1","expiresAfter":"2030-01-01T00:00:00Z","region":"eu"}}`))
	}))
	defer drifted.Close()

	validator, err := contract.New(
		contract.WithServer(drifted.URL),
		contract.Sealed(),
		contract.WithReport(func(r contract.Report) {
			for _, v := range r.Violations {
				fmt.Println(r.Direction, v.Path, v.Rule)
			}
		}))
	if err != nil {
		log.Fatal(err)
	}
	client, err := umbrella.New(drifted.URL,
		umbrella.WithAPIKey("key", "customer"),
		umbrella.WithHTTPClient(&http.Client{Transport: validator.Transport(nil)}))
	if err != nil {
		log.Fatal(err)
	}
	link, err := client.CreateSessionLink(context.Background(), api.CreateSessionLinkRequest{
		Email:       "user@example.com",
		PhoneNumber: "+436769556026",
		RedirectURL: "https://example.com/onboarding/success",
		DocURL:      "https://example.com/contract.pdf",
	})
	fmt.Println(link != nil, err)
	// Output:
	// response $.data.region additionalProperties
	// true <nil>
}
