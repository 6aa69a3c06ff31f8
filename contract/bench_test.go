package contract_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/contract"
)

// examples are the document's example request and answer.
func examples(t testing.TB) (request, response []byte) {
	t.Helper()
	var parsed struct {
		Paths map[string]map[string]struct {
			RequestBody body
			Responses   map[string]body
		}
	}
	require.NoError(t, json.Unmarshal(document, &parsed))
	operation := parsed.Paths[path]["post"]
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
	root, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	require.NoError(t, err)
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	require.NoError(t, compiler.AddResource("test:///doc", root))
	schema, err := compiler.Compile("test:///doc#" + pointer)
	require.NoError(t, err)
	return func(data []byte) {
		var value any
		if json.Unmarshal(data, &value) != nil || schema.Validate(value) != nil {
			t.Fatal("the example is not valid")
		}
	}
}

// exchange validates the example request and answer, and plainly does what cannot
// be done without for the two bodies.
func exchange(t testing.TB) (validate, plainly func()) {
	t.Helper()
	request, response := examples(t)
	v, req := newValidator(t), newRequest(t, "")
	resp := newResponse(http.StatusOK, "application/json", "")
	sent := plain(t, "/components/schemas/CreateSessionLinkRequest")
	received := plain(t, "/components/schemas/CreateSessionLinkResponse")
	validate = func() {
		req.Body, resp.Body = io.NopCloser(bytes.NewReader(request)), io.NopCloser(bytes.NewReader(response))
		if v.ValidateRequest(req) != nil || v.ValidateResponse(req, resp) != nil {
			t.Fatal("the examples are not valid")
		}
	}
	return validate, func() { sent(request); received(response) }
}

// wrong validates a body of one megabyte full of an item that is not valid.
func wrong(t testing.TB, item string, opts ...contract.Option) (validate, decode func()) {
	t.Helper()
	data := []byte(`{"signForms":[` + strings.Repeat(item+",", (1<<20-100)/(len(item)+1)) + item + `]}`)
	v, req := newValidator(t, opts...), newRequest(t, "")
	validate = func() {
		req.Body = io.NopCloser(bytes.NewReader(data))
		var e *contract.Error
		require.ErrorAs(t, v.ValidateRequest(req), &e)
		require.Len(t, e.Violations, 50)
		require.Positive(t, e.Omitted)
	}
	return validate, func() {
		var value any
		require.NoError(t, json.Unmarshal(data, &value))
	}
}

// sideBySide measures ours and theirs each by itself, and how many times theirs
// ours takes when both run in turn.
func sideBySide(b *testing.B, ours, theirs func()) {
	for name, run := range map[string]func(){"ours": ours, "theirs": theirs} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				run()
			}
		})
	}
	b.Run("ratio", func(b *testing.B) {
		var sum [2]time.Duration
		for b.Loop() {
			for i, run := range []func(){ours, theirs} {
				start := time.Now()
				run()
				sum[i] += time.Since(start)
			}
		}
		b.ReportMetric(float64(sum[0])/float64(sum[1]), "times")
	})
}

func BenchmarkExchange(b *testing.B) {
	validate, plainly := exchange(b)
	sideBySide(b, validate, plainly)
}

func BenchmarkMegabyteOfWrongItems(b *testing.B) {
	validate, decode := wrong(b, "{}")
	sideBySide(b, validate, decode)
}

func TestValidator_AllocatesLittleMoreThanDecodingAndValidatingTake(t *testing.T) {
	validate, plainly := exchange(t)
	require.LessOrEqual(t, testing.AllocsPerRun(100, validate), 2*testing.AllocsPerRun(100, plainly))
}

func TestValidator_BoundsTheMemoryThatABadBodyTakes(t *testing.T) {
	const limit = 256 << 20
	for _, item := range []string{"{}", `{"a":0}`} {
		validate, _ := wrong(t, item, contract.Sealed())
		require.Less(t, allocated(validate), uint64(limit), item)
	}
	numbers := sandbox(t, `{"items":{"maximum":0,"multipleOf":0.01}}`)
	require.Less(t, allocated(func() {
		require.Len(t, numbers("["+strings.Repeat("1e999999,", 20_000)+"1]"), 50)
	}), uint64(limit), "numbers of a million digits")
	strict := sandbox(t, `{"items":{"required":["a","b","c","d","e","f","g","h","i","j","k","l","m","n","o","p"]}}`)
	body := "[" + strings.Repeat("{},", 300_000) + "{}]"
	require.Less(t, peak(func() { strict(body) }), uint64(limit)/2, "five million missing names")
	recursive := sandbox(t, `{"$ref":"#/components/schemas/Contact"}`)
	require.Less(t, allocated(func() {
		require.Len(t, recursive(strings.Repeat(`{"friend":`, 9000)+"{}"+strings.Repeat("}", 9000)), 50)
	}), uint64(limit), "nine thousand levels")
}

// allocated is how many bytes run takes from the heap in all, and so more than
// it has there at any time.
func allocated(run func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	run()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// peak is how much run has on the heap at once, as often as it can be asked.
func peak(run func()) (most uint64) {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	before := stats.HeapAlloc
	done := make(chan struct{})
	go func() {
		defer close(done)
		run()
	}()
	for {
		select {
		case <-done:
			return most
		default:
			runtime.ReadMemStats(&stats)
			most = max(most, stats.HeapAlloc-min(before, stats.HeapAlloc))
			runtime.Gosched()
		}
	}
}
