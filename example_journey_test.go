package umbrella_test

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"time"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/umbrellatest"
	"github.com/umbrella-api/umbrella-go/webhook"
)

// From the link to the signed document: the webhook wakes the wait, whose answer is
// what counts.
func ExampleClient_WaitForVerification() {
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
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()

	wake := make(chan struct{}, 1)
	headers := map[string][]string{"Authorization": {"Bearer a-secret-of-yours"}}
	receiver, err := webhook.NewReceiver(headers, func(context.Context, webhook.Event) error {
		select {
		case wake <- struct{}{}:
		default:
		}
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("POST /umbrella", receiver)
	server := httptest.NewServer(mux) // a public https URL in your program
	defer server.Close()
	if _, err := client.ConfigureWebhook(ctx, api.ConfigureWebhookRequest{
		WebhookURL: server.URL + "/umbrella",
		Metadata:   &api.WebhookMetadata{AuthHeader: map[string]string{"Authorization": "Bearer a-secret-of-yours"}},
	}); err != nil {
		log.Fatal(err)
	}

	link, err := client.CreateSessionLink(ctx, request)
	if err != nil {
		log.Fatal(err)
	}
	go func() { _ = mock.Complete(link.RequestID) }() // the customer signs

	if _, err := client.WaitForVerification(ctx, link.RequestID, umbrella.WithWake(wake)); err != nil {
		log.Fatal(err) // errors.Is(err, umbrella.ErrNotSigned): nobody will sign any more
	}
	var file bytes.Buffer
	document, err := client.DownloadSigned(ctx, link.RequestID, &file)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(document.Size == int64(file.Len()))
	// Output: true
}
