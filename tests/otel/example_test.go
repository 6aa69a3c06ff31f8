// Package otel shows how to trace the SDK's calls with OpenTelemetry.
package otel

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

// A span for each request, POST /auth included. The transport of WithHTTPClient
// sits below the SDK, so every attempt has its own.
func Example() {
	mock, err := umbrellatest.New(umbrellatest.WithCredentials("key", "customer"))
	if err != nil {
		log.Fatal(err)
	}
	server := httptest.NewServer(mock)
	defer server.Close()
	spans := tracetest.NewInMemoryExporter()
	provider := trace.NewTracerProvider(trace.WithSyncer(spans))

	client, err := umbrella.New(server.URL,
		umbrella.WithAPIKey("key", "customer"),
		umbrella.WithHTTPClient(&http.Client{
			Transport: otelhttp.NewTransport(http.DefaultTransport, otelhttp.WithTracerProvider(provider)),
		}))
	if err != nil {
		log.Fatal(err)
	}
	ctx, parent := provider.Tracer("shop").Start(context.Background(), "sign contract")
	_, err = client.CreateSessionLink(ctx, api.CreateSessionLinkRequest{
		Email:       "user@example.com",
		PhoneNumber: "+436769556026",
		RedirectURL: "https://example.com/onboarding/success",
		DocURL:      "https://example.com/contract.pdf",
	})
	if err != nil {
		log.Fatal(err)
	}
	parent.End()

	for _, span := range spans.GetSpans() {
		fmt.Println(span.Name, span.SpanContext.TraceID() == parent.SpanContext().TraceID())
	}
	// Output:
	// HTTP POST true
	// HTTP POST true
	// sign contract true
}
