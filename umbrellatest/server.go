package umbrellatest

import (
	"log/slog"
	"net/http/httptest"
	"testing"

	umbrella "github.com/umbrella-api/umbrella-go"
)

// Server is a running [Mock] with all that a client needs to know about it.
type Server struct {
	*Mock
	URL        string // the base URL, on the loopback interface
	APIKey     string // as of the start; see RotateCredentials
	CustomerID string
	Client     *umbrella.Client // for this server, with all defaults
}

// NewServer starts a mock for the duration of a test. What goes wrong in starting
// it fails the test, and refused requests show in the test's log.
func NewServer(tb testing.TB, opts ...Option) *Server {
	tb.Helper()
	quiet := slog.NewTextHandler(tb.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})
	mock, err := New(append([]Option{WithLogger(slog.New(quiet))}, opts...)...)
	if err != nil {
		tb.Fatal(err)
	}
	ts := httptest.NewServer(mock)
	tb.Cleanup(func() {
		ts.CloseClientConnections() // ends what a fault still delays
		ts.Close()
		mock.Close()
	})
	apiKey, customerID := mock.Credentials()
	client, err := umbrella.New(ts.URL, umbrella.WithAPIKey(apiKey, customerID), umbrella.WithHTTPClient(ts.Client()))
	if err != nil {
		tb.Fatal(err)
	}
	return &Server{Mock: mock, URL: ts.URL, APIKey: apiKey, CustomerID: customerID, Client: client}
}
