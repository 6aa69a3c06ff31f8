package webhook_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/umbrella-api/umbrella-go/webhook"
)

// The handler notes the event and returns. Whoever works on the notes asks for the truth.
func Example() {
	sessions := make(chan string, 100) // where an event must not be lost: a table of your database
	note := func(_ context.Context, e webhook.Event) error {
		select {
		case sessions <- e.RequestID:
			return nil // and 204
		default:
			return errors.New("no room") // and 503: the sender has to repeat
		}
	}
	receiver, err := webhook.NewReceiver(map[string][]string{
		"Authorization": {"Bearer new-secret", "Bearer old-secret"}, // as configureWebhook was told, and as before
	}, note)
	if err != nil {
		log.Fatal(err)
	}
	server := httptest.NewServer(receiver) // an http.Server with the timeouts of the package's documentation
	defer server.Close()

	for range 2 { // an event can come twice, before the session's link has, and after a later one
		send(server.URL, `{"type":"STATUS_UPDATE","request":{"requestId":"74884fe3","status":"COMPLETED"}}`)
	}
	close(sessions)

	asked := map[string]bool{} // by a job of its own, in your program
	for id := range sessions {
		if !asked[id] {
			asked[id] = true
			fmt.Println("ask getVerification about", id) // result, err := client.GetVerification(ctx, id)
		}
	}
	// Output:
	// 204 No Content
	// 204 No Content
	// ask getVerification about 74884fe3
}

// send does what the service does.
func send(url, body string) {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		log.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer new-secret")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		log.Fatal(err)
	}
	_ = res.Body.Close()
	fmt.Println(res.Status)
}
