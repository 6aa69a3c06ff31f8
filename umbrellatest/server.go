package umbrellatest

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/internal/memhttp"
)

// Server is a running [Mock] with all that a client needs to know about it.
type Server struct {
	*Mock
	URL        string // the base URL, on the loopback interface
	APIKey     string // as of the start; see RotateCredentials
	CustomerID string
	Client     *umbrella.Client // for this server, with all defaults
	HTTPClient *http.Client     // reaches this server, also with InMemory
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
	s := &Server{Mock: mock}
	tb.Cleanup(mock.Close)
	if mock.inMemory {
		s.URL, s.HTTPClient = memhttp.URL, &http.Client{Transport: memhttp.Serve(tb, mock)}
	} else {
		ts := httptest.NewServer(mock)
		s.URL, s.HTTPClient = ts.URL, ts.Client()
		tb.Cleanup(func() {
			ts.CloseClientConnections() // ends what a fault still delays
			ts.Close()
		})
	}
	s.URL += mock.basePath
	mock.baseURL = s.URL // before the first request
	s.APIKey, s.CustomerID = mock.Credentials()
	s.Client, err = umbrella.New(s.URL, umbrella.WithAPIKey(s.APIKey, s.CustomerID), umbrella.WithHTTPClient(s.HTTPClient))
	if err != nil {
		tb.Fatal(err)
	}
	return s
}
