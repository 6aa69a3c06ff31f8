package umbrella_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/internal/memhttp"
)

// Values that no error text and no log line may ever show.
const (
	canaryKey      = "canary-api-key-7d1f"
	canaryCustomer = "canary-customer-id-93ab"
	canaryToken    = "canary.bearer.token-55c0"
	canaryEmail    = "canary.person@example.com"
	canaryPhone    = "+436508021530"
	canaryRedirect = "https://shop.example.com/canary-return"
	canaryDoc      = "https://cdn.example.com/canary-contract.pdf"
	canaryFill     = "Canaria Kanarienvogel"
	canaryLink     = "https://wizard.example.com/urlback?t=canary-session"

	requestID   = "123e4567-e89b-12d3-a456-426614174000"
	tokenBody   = `{"access_token":"` + canaryToken + `","expires_in":3600,"token_type":"Bearer"}`
	sessionBody = `{"status":true,"data":{"requestId":"` + requestID + `","url":"` + canaryLink + `","expiresAfter":"2025-07-30T08:55:52.520909994Z"}}`
)

func validRequest() api.CreateSessionLinkRequest {
	return api.CreateSessionLinkRequest{
		Email: canaryEmail, PhoneNumber: canaryPhone, RedirectURL: canaryRedirect, DocURL: canaryDoc,
		SignForms: []api.SignForm{{FieldID: "Signature1", ActorID: "userToIdentify"}},
		FillForm:  []api.FillFormField{{FieldID: "name", Value: canaryFill}},
	}
}

// over returns a client with a static token on top of transport.
func clientOver(tb testing.TB, transport http.RoundTripper, opts ...umbrella.Option) *umbrella.Client {
	tb.Helper()
	client, err := umbrella.New(memhttp.URL, append([]umbrella.Option{
		umbrella.WithToken(canaryToken), umbrella.WithHTTPClient(&http.Client{Transport: transport}),
	}, opts...)...)
	require.NoError(tb, err)
	return client
}

// clientOf returns a client of handler that works inside a synctest bubble.
func clientOf(tb testing.TB, handler http.HandlerFunc, opts ...umbrella.Option) *umbrella.Client {
	tb.Helper()
	return clientOver(tb, memhttp.Serve(tb, handler), opts...)
}

func answer(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

// roundTripper is a base transport as a user could bring along.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// quickRetries is a policy for tests that do not run in a bubble.
var quickRetries = umbrella.RetryPolicy{MinBackoff: time.Microsecond, MaxBackoff: time.Millisecond}

func apiError(tb testing.TB, err error) *umbrella.Error {
	tb.Helper()
	var e *umbrella.Error
	require.ErrorAs(tb, err, &e)
	return e
}

// requireDiscreet checks every form in which an error can end up in a log.
func requireDiscreet(tb testing.TB, err error) {
	tb.Helper()
	forms := []string{err.Error()}
	values := []any{err, fmt.Errorf("wrapped: %w", err), errors.Join(err), struct{ E error }{err}, struct{ e error }{err}, []error{err}}
	var e *umbrella.Error
	if errors.As(err, &e) {
		values = append(values, *e, struct{ E umbrella.Error }{*e})
	}
	for _, v := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			forms = append(forms, fmt.Sprintf(verb, v))
		}
		if data, jsonErr := json.Marshal(v); jsonErr == nil {
			forms = append(forms, string(data))
		}
		var out bytes.Buffer
		slog.New(slog.NewJSONHandler(&out, nil)).Error("failed", "err", v)
		slog.New(slog.NewTextHandler(&out, nil)).Error("failed", "err", v)
		forms = append(forms, out.String())
	}
	for _, form := range forms {
		requireNoCanary(tb, form)
	}
}

func requireNoCanary(tb testing.TB, text string) {
	tb.Helper()
	lower := strings.ToLower(text)
	for _, canary := range []string{"canar", canaryPhone[1:], "Y2FuYX", "63616e617", "[99 97 110 97"} {
		require.NotContains(tb, lower, strings.ToLower(canary))
	}
}
