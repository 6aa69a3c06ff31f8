package differential

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/contract"
	"github.com/umbrella-api/umbrella-go/tests/internal/spec"
)

// Package contract also sees what no Go value can be. It has to find every keyword
// that is broken, and nothing else.
func TestGeneratedBodies_AreJudgedByContractAsKeywordForKeyword(t *testing.T) {
	d := load(t)
	v, err := contract.New()
	require.NoError(t, err)
	for _, op := range d.Operations {
		t.Run(op.ID, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(*seed, 0))
			values := map[*spec.Parameter]any{}
			for _, p := range op.Parameters {
				values[p], err = p.Schema.Valid()
				require.NoError(t, err)
			}
			request := func(body io.Reader) *http.Request {
				req, err := http.NewRequestWithContext(t.Context(), op.Method, umbrella.Sandbox+op.URL(values), body)
				require.NoError(t, err)
				req.Header.Set("Content-Type", "application/json")
				req.Header.Set("Authorization", "Bearer x.y.z")
				return req
			}
			n := *inputs / len(d.Operations) / 4
			if op.Body != nil {
				judgeBodies(t, rng, op.Body, n, func(data []byte) error { return v.ValidateRequest(request(bytes.NewReader(data))) })
			}
			status, success := op.Success()
			if success.Schema != nil {
				code, err := strconv.Atoi(status)
				require.NoError(t, err)
				judgeBodies(t, rng, success, n, func(data []byte) error {
					return v.ValidateResponse(request(nil), &http.Response{
						StatusCode: code, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader(data)),
					})
				})
			}
		})
	}
}

func judgeBodies(t *testing.T, rng *rand.Rand, m *spec.Media, n int, judge func([]byte) error) {
	g, err := spec.NewGenerator(m.Schema, m.Examples, rng)
	require.NoError(t, err)
	for range n {
		data := g.JSON()
		if len(data) == 0 {
			continue // no body at all
		}
		want := []string{"$ json"}
		if spec.Strict(data) {
			value, err := spec.Decode(data)
			require.NoError(t, err)
			want = m.Schema.Broken(value)
		}
		var got []string
		var broken *contract.Error
		if err := judge(data); errors.As(err, &broken) {
			for _, v := range broken.Violations {
				got = append(got, v.Path+" "+v.Rule)
			}
		} else {
			require.NoError(t, err)
		}
		slices.Sort(got)
		got = slices.Compact(got)
		if len(got) < 50 { // of which contract keeps no more
			require.Equal(t, want, got, "%q", data)
		}
	}
}
