package authprovider_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/authprovider"
)

const canaryToken = "CANARY-token-c0de"

// revealing finds a canary in any of the forms that fmt can give a string.
func revealing(text string) bool {
	for _, form := range []string{"CANARY", "43414e415259", "67 65 78 65 82 89", "0x43, 0x41", "Q0FOQVJZ"} {
		if strings.Contains(strings.ToLower(text), strings.ToLower(form)) {
			return true
		}
	}
	return false
}

// stringSource keeps its secret where fmt can see it.
type stringSource string

func (s stringSource) Token(context.Context) (authprovider.Token, error) {
	return authprovider.NewToken(string(s), time.Time{})
}

// stringBase is a RoundTripper that keeps a secret there.
type stringBase string

func (stringBase) RoundTrip(*http.Request) (*http.Response, error) { return nil, io.EOF }

// textError is an error that is not behind a pointer.
type textError string

func (e textError) Error() string { return string(e) }

func quote(req *http.Request) string { return fmt.Sprintf("%v %v", req.URL, req.Header) }

// failures are what /auth exchanges end in when the RoundTripper tells secrets.
func failures(t *testing.T) map[string]error {
	body := func(read func() error) func(*http.Request) (*http.Response, error) {
		return func(*http.Request) (*http.Response, error) {
			r := io.MultiReader(strings.NewReader(`{"access_token":"`+canaryToken+`"`), readerFunc(read))
			return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(r)}, nil
		}
	}
	answering := func(status int, text string) func(*http.Request) (*http.Response, error) {
		return func(req *http.Request) (*http.Response, error) {
			header := http.Header{"Location": {"https://" + canaryKey + ".example"}, "X": {quote(req)}}
			return &http.Response{StatusCode: status, Status: quote(req), Header: header, Body: io.NopCloser(strings.NewReader(text))}, nil
		}
	}
	errs := map[string]error{}
	for name, rt := range map[string]roundTrip{
		"error quotes the request":   func(req *http.Request) (*http.Response, error) { return nil, errors.New(quote(req)) },
		"text error":                 func(req *http.Request) (*http.Response, error) { return nil, textError(quote(req)) },
		"wrapped error":              func(req *http.Request) (*http.Response, error) { return nil, fmt.Errorf("%s: %w", quote(req), io.EOF) },
		"body error":                 body(func() error { return textError(canaryToken) }),
		"cut body":                   body(func() error { return io.EOF }),
		"panic with the request":     func(req *http.Request) (*http.Response, error) { panic(req) },
		"panic quotes the request":   func(req *http.Request) (*http.Response, error) { panic(quote(req)) },
		"panic with an error":        func(req *http.Request) (*http.Response, error) { panic(textError(quote(req))) },
		"401":                        answering(401, canaryKey),
		"302":                        answering(302, canaryKey),
		"500":                        answering(500, canaryKey),
		"not JSON":                   answering(200, canaryToken),
		"token with a control":       answering(200, `{"access_token":"`+canaryToken+`\n"}`),
		"duplicate":                  answering(200, `{"`+canaryToken+`":1,"`+canaryToken+`":2}`),
		"absurd lifetime":            answering(200, `{"access_token":"`+canaryToken+`","expires_in":"`+canaryToken+`"}`),
		"wrong type":                 answering(200, `{"access_token":"`+canaryToken+`","token_type":"`+canaryToken+`"}`),
		"token_type is not a string": answering(200, `{"token_type":["`+canaryToken+`"]}`),
	} {
		_, err := sourceOver(t, &http.Client{Transport: rt}).Token(t.Context())
		require.Error(t, err, name)
		errs[name] = err
	}
	return errs
}

type readerFunc func() error

func (f readerFunc) Read([]byte) (int, error) { return 0, f() }

func TestSecrets_AppearInNoFormOfAnything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		values := everything(t)
		synctest.Wait() // fmt reads a source in an unexported field without its lock
		for name, value := range values {
			requireDiscreet(t, name, value)
		}
	})
}

// everything is each exported type, and what may hold one, full of secrets.
func everything(t *testing.T) map[string]any {
	token := bearer(t, canaryToken)
	source := sourceOver(t, &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) { return instantly(canaryToken), nil })})
	source.Invalidate(token)
	require.Equal(t, canaryToken, get(t, source))
	transport, err := authprovider.NewTransport("http://127.0.0.1:1", stringSource(canaryToken), nil)
	require.NoError(t, err)
	over, err := authprovider.NewTransport(server, source, stringBase(canaryKey))
	require.NoError(t, err)
	down, err := authprovider.NewTransport(server, source, obedient())
	require.NoError(t, err)
	_, network := (&http.Client{Transport: down}).Get(server)
	_, closed := (&http.Client{Transport: transport}).Get("http://127.0.0.1:2")

	type holder struct {
		t  authprovider.Token
		p  *authprovider.Token
		ts []authprovider.Token
		m  map[string]authprovider.Token
		i  any
		s  *authprovider.APIKeySource
		x  authprovider.TokenSource
		r  *authprovider.Transport
	}
	type embedder struct {
		authprovider.Token
		*authprovider.APIKeySource
		*authprovider.Transport
	}
	type exported struct {
		Token  authprovider.Token
		Source *authprovider.APIKeySource
		Base   http.RoundTripper
		Static authprovider.TokenSource
	}
	held := holder{token, &token, []authprovider.Token{token}, map[string]authprovider.Token{"k": token}, token, source, authprovider.Static(token), transport}
	values := map[string]any{
		"Token": token, "*Token": &token, "zero Token": authprovider.Token{}, "[]Token": []authprovider.Token{token},
		"map": map[string]authprovider.Token{"k": token}, "*APIKeySource": source, "Static": authprovider.Static(token),
		"*Transport": transport, "*Transport over a source": down, "*Transport over a base with secrets": over, "http.Client": &http.Client{Transport: down},
		"Intercept": authprovider.Intercept(source), "WithUserAgent": authprovider.WithUserAgent(canaryKey),
		"WithHTTPClient": authprovider.WithHTTPClient(&http.Client{Transport: transport}),
		"holder":         held, "*holder": &held,
		"embedder": embedder{token, source, transport}, "exported": exported{token, source, transport, authprovider.Static(token)},
		"network error": network, "refusal": closed,
	}
	for name, err := range failures(t) {
		values[name] = err
		values[name+", wrapped"] = fmt.Errorf("call: %w", err)
		values[name+", held"] = struct{ err error }{err}
		values[name+", dereferenced"] = *asError(t, err)
	}
	return values
}

func asError(t *testing.T, err error) *authprovider.Error {
	var own *authprovider.Error
	require.ErrorAs(t, err, &own)
	return own
}

// requireDiscreet prints value in every way that logs are written.
func requireDiscreet(t *testing.T, name string, value any) {
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%+q", "%x", "%X", "% x", "%#x", "%d", "%t", "%c", "%U", "%p", "%e", "%o", "%b", "%20v", "%T"} {
		text := fmt.Sprintf(format, value)
		require.False(t, revealing(text), "%s: %s: %s", name, format, text)
	}
	data, err := json.Marshal(value)
	require.False(t, revealing(string(data)), "%s: JSON: %s", name, data)
	require.False(t, err != nil && revealing(err.Error()), "%s: JSON: %v", name, err)
	var buf bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewTextHandler(&buf, nil), slog.NewJSONHandler(&buf, nil)} {
		slog.New(handler).Info("x", "v", value, slog.Group("g", "v", value))
	}
	require.False(t, revealing(buf.String()), "%s: slog: %s", name, &buf)
	if err, ok := value.(error); ok {
		require.False(t, revealing(err.Error()), "%s: Error: %v", name, err)
		switch err := err.(type) {
		case interface{ Unwrap() error }:
			if inner := err.Unwrap(); inner != nil {
				requireDiscreet(t, name+", unwrapped", inner)
			}
		case interface{ Unwrap() []error }:
			for _, inner := range err.Unwrap() {
				requireDiscreet(t, name+", unwrapped", inner)
			}
		}
	}
}
