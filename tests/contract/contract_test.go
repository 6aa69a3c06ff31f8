// Package contract proves through HTTP that the client, the validators and the
// mock server all keep the vendor's document, and refuse whatever does not: every
// operation, status, example and rule of it. None of them is named here.
package contract

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/contract"
	"github.com/umbrella-api/umbrella-go/tests/internal/spec"
	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

func load(t testing.TB) *spec.Document {
	d, err := spec.Load("../../contract/openapi.gen.json")
	require.NoError(t, err)
	require.NotEmpty(t, d.Operations)
	return d
}

// forEach runs test for every operation.
func forEach(t *testing.T, test func(t *testing.T, op *spec.Operation)) {
	for _, op := range load(t).Operations {
		t.Run(op.ID, func(t *testing.T) { test(t, op) })
	}
}

// inputs are what op can be called with: every documented example of its body, or
// one that is made from the schema.
func inputs(t testing.TB, op *spec.Operation) (list []spec.Input) {
	parameters := map[*spec.Parameter]any{}
	for _, p := range op.Parameters {
		value, err := p.Schema.Valid()
		require.NoError(t, err)
		parameters[p] = value
	}
	if op.Body == nil {
		return []spec.Input{{Parameters: parameters}}
	}
	bodies := op.Body.Examples
	if len(bodies) == 0 {
		made, err := op.Body.Schema.Valid()
		require.NoError(t, err)
		bodies = []any{made}
	}
	for _, body := range bodies {
		list = append(list, spec.Input{Parameters: parameters, Body: marshal(t, body)})
	}
	return list
}

func marshal(t testing.TB, v any) []byte {
	data, err := json.Marshal(v)
	require.NoError(t, err)
	return data
}

// bind finds client's method for op and sets its arguments.
func bind(t testing.TB, client *umbrella.Client, op *spec.Operation, in spec.Input) (*spec.Call, error) {
	method, err := spec.Find(client, op)
	require.NoError(t, err)
	return method.Bind(t.Context(), in)
}

// call calls op with a valid input.
func call(t testing.TB, client *umbrella.Client, op *spec.Operation, in spec.Input) (any, error) {
	c, err := bind(t, client, op, in)
	require.NoError(t, err)
	return c.Do()
}

// enforced returns a client of the mock whose traffic passes a validator. Its
// requests ask the mock for a fault, if there is one.
func enforced(t testing.TB, mock *umbrellatest.Server, fault string, auth umbrella.Option) *umbrella.Client {
	v, err := contract.New(contract.WithServer(mock.URL), contract.Sealed())
	require.NoError(t, err)
	transport := roundTripper(func(r *http.Request) (*http.Response, error) {
		if fault != "" {
			r = r.Clone(r.Context())
			r.Header.Set("Umbrella-Mock-Fault", fault)
		}
		return v.Transport(nil).RoundTrip(r)
	})
	return newClient(t, mock.URL, transport, auth)
}

func newClient(t testing.TB, url string, transport http.RoundTripper, opts ...umbrella.Option) *umbrella.Client {
	client, err := umbrella.New(url, append(opts,
		umbrella.WithHTTPClient(&http.Client{Transport: transport}), umbrella.WithRetry(umbrella.RetryPolicy{MaxAttempts: 1}))...)
	require.NoError(t, err)
	return client
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// answering is a network on which every request gets one answer.
func answering(status string, body []byte) roundTripper {
	code, _ := strconv.Atoi(status)
	return func(r *http.Request) (*http.Response, error) {
		header := http.Header{}
		if body != nil {
			header.Set("Content-Type", "application/json")
		}
		return &http.Response{
			StatusCode: code, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: header, Request: r,
			Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)),
		}, nil
	}
}

// token gets one of the mock's, by HTTP alone.
func token(t testing.TB, mock *umbrellatest.Server) string {
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, mock.URL+"/auth", nil)
	require.NoError(t, err)
	req.Header.Set("Api-Key", mock.APIKey)
	req.Header.Set("Customer-Id", mock.CustomerID)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	var answer struct {
		Token string `json:"access_token"`
	}
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&answer))
	require.NotEmpty(t, answer.Token)
	return answer.Token
}

// request is a request to op as any program could make it.
func request(ctx context.Context, t testing.TB, base, token string, op *spec.Operation, in spec.Input) *http.Request {
	var body io.Reader
	if in.Body != nil {
		body = bytes.NewReader(in.Body)
	}
	req, err := http.NewRequestWithContext(ctx, op.Method, base+op.URL(in.Parameters), body)
	require.NoError(t, err)
	if in.Body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("Authorization", "Bearer "+token)
	return req
}

// found lists what an error of the client or of a validator names, as "path
// rule".
func found(t testing.TB, err error) (list []string) {
	var invalid *umbrella.ValidationError
	var broken *contract.Error
	switch {
	case errors.As(err, &invalid):
		for _, f := range invalid.Fields {
			list = append(list, f.Path+" "+f.Rule)
		}
	case errors.As(err, &broken):
		for _, v := range broken.Violations {
			list = append(list, v.Path+" "+v.Rule)
		}
	default:
		require.NoError(t, err)
	}
	slices.Sort(list)
	return slices.Compact(list)
}
