package contract_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/contract"
)

// example is the document's example request and answer.
func examples(t testing.TB) (request, response []byte) {
	t.Helper()
	var document struct {
		Paths map[string]map[string]struct {
			RequestBody body
			Responses   map[string]body
		}
	}
	require.NoError(t, json.Unmarshal(contract.Embedded, &document))
	operation := document.Paths[path]["post"]
	return operation.RequestBody.example(), operation.Responses["200"].example()
}

type body struct {
	Content map[string]struct {
		Examples map[string]struct{ Value json.RawMessage }
	}
}

func (b body) example() []byte { return b.Content["application/json"].Examples["default"].Value }

// plain decodes and validates a body with encoding/json and jsonschema alone.
func plain(t testing.TB, pointer string) func(data []byte) {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(string(contract.Embedded)))
	require.NoError(t, err)
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	require.NoError(t, compiler.AddResource("test:///doc", document))
	schema, err := compiler.Compile("test:///doc#" + pointer)
	require.NoError(t, err)
	return func(data []byte) {
		var value any
		if json.Unmarshal(data, &value) != nil || schema.Validate(value) != nil {
			t.Fatal("the example is not valid")
		}
	}
}

// The cost of an exchange beside that of decoding and validating its two bodies.
func BenchmarkExchange(b *testing.B) {
	request, response := examples(b)
	b.Run("contract", func(b *testing.B) {
		v := newValidator(b)
		req := newRequest(b, "")
		b.ReportAllocs()
		for b.Loop() {
			req.Body = io.NopCloser(bytes.NewReader(request))
			if err := v.ValidateRequest(req); err != nil {
				b.Fatal(err)
			}
			if err := v.ValidateResponse(req, newResponse(http.StatusOK, "application/json", string(response))); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("transport", func(b *testing.B) {
		v := newValidator(b)
		t := v.Transport(roundTrip(func(*http.Request) (*http.Response, error) {
			return newResponse(http.StatusOK, "application/json", string(response)), nil
		}))
		req := newRequest(b, "")
		b.ReportAllocs()
		for b.Loop() {
			req.Body = io.NopCloser(bytes.NewReader(request))
			if _, err := t.RoundTrip(req); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("plain", func(b *testing.B) {
		sent := plain(b, "/components/schemas/CreateSessionLinkRequest")
		received := plain(b, "/components/schemas/CreateSessionLinkResponse")
		b.ReportAllocs()
		for b.Loop() {
			sent(request)
			received(response)
		}
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func wrongItems(item string) []byte {
	return []byte(`{"signForms":[` + strings.Repeat(item+",", (1<<20-100)/(len(item)+1)) + item + `]}`)
}

func BenchmarkWrongItems(b *testing.B) {
	data := wrongItems("{}")
	b.Run("contract", func(b *testing.B) {
		v := newValidator(b)
		b.ReportAllocs()
		for b.Loop() {
			require.Error(b, v.ValidateRequest(newRequest(b, string(data))))
		}
	})
	b.Run("decoding", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var value any
			require.NoError(b, json.Unmarshal(data, &value))
		}
	})
}

var _ = runtime.GC
