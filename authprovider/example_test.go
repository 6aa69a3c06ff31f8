package authprovider_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/umbrella-api/umbrella-go/authprovider"
)

// exampleServer stands in for the Umbrella API: it hands out token-1, token-2
// and so on, and refuses token-1 at its only operation.
func exampleServer() *httptest.Server {
	tokens := 0
	mux := http.NewServeMux()
	mux.HandleFunc("POST /auth", func(w http.ResponseWriter, _ *http.Request) {
		tokens++
		_, _ = fmt.Fprintf(w, `{"access_token":"token-%d","expires_in":3600,"token_type":"Bearer"}`, tokens)
	})
	mux.HandleFunc("GET /operation", func(w http.ResponseWriter, r *http.Request) {
		fmt.Println("the API got", r.Header.Get("Authorization"))
		if r.Header.Get("Authorization") == "Bearer token-1" {
			w.WriteHeader(http.StatusUnauthorized)
		}
	})
	return httptest.NewServer(mux)
}

func ExampleIntercept() {
	server := exampleServer()
	defer server.Close()

	source, err := authprovider.NewAPIKeySource(server.URL, "my-api-key", "my-customer-id")
	if err != nil {
		log.Fatal(err)
	}
	// For a generated client: api.WithRequestEditorFn(edit)
	edit := authprovider.Intercept(source)

	ctx := context.Background()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/operation", nil)
	if err != nil {
		log.Fatal(err)
	}
	if err := edit(ctx, req); err != nil {
		log.Fatal(err)
	}
	fmt.Println(req.Header.Get("Authorization"))
	// Output:
	// Bearer token-1
}

func ExampleNewTransport() {
	server := exampleServer()
	defer server.Close()

	source, err := authprovider.NewAPIKeySource(server.URL, "my-api-key", "my-customer-id")
	if err != nil {
		log.Fatal(err)
	}
	transport, err := authprovider.NewTransport(server.URL, source, http.DefaultTransport)
	if err != nil {
		log.Fatal(err)
	}
	client := &http.Client{Transport: transport, Timeout: 30 * time.Second}

	resp, err := client.Get(server.URL + "/operation") // any generated client does the same
	if err != nil {
		log.Fatal(err)
	}
	defer resp.Body.Close()
	fmt.Println(resp.Status)
	// Output:
	// the API got Bearer token-1
	// the API got Bearer token-2
	// 200 OK
}

func ExampleToken() {
	token, err := authprovider.NewToken("eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl", time.Time{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%v %+v %q\n", token, struct{ T authprovider.Token }{token}, token.AccessToken()[:3])
	// Output:
	// authprovider.Token(redacted) {T:authprovider.Token(redacted)} "eyJ"
}
