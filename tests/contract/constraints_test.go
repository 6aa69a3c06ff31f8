package contract

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/contract"
	"github.com/umbrella-api/umbrella-go/tests/internal/spec"
	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

// site is a running mock, a validator for it and a client that must not reach it.
type site struct {
	mock      *umbrellatest.Server
	validator *contract.Validator
	client    *umbrella.Client
	token     string
}

func newSite(t testing.TB) *site {
	s := &site{mock: umbrellatest.NewServer(t)}
	var err error
	s.validator, err = contract.New(contract.WithServer(s.mock.URL))
	require.NoError(t, err)
	s.token = token(t, s.mock)
	s.client = newClient(t, s.mock.URL, roundTripper(func(*http.Request) (*http.Response, error) {
		t.Error("a request that the document does not allow has left")
		return nil, context.Canceled
	}), umbrella.WithToken(s.token))
	return s
}

// requireRefused requires that the validator and the mock refuse the request, and
// returns why the validator does.
func (s *site) requireRefused(t testing.TB, op *spec.Operation, in spec.Input) error {
	refusal := s.validator.ValidateRequest(request(t.Context(), t, s.mock.URL, s.token, op, in))
	var broken *contract.Error
	require.ErrorAs(t, refusal, &broken)
	req := request(t.Context(), t, s.mock.URL, s.token, op, in)
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	require.Equal(t, http.StatusBadRequest, resp.StatusCode)
	if _, documented := op.Responses["400"]; documented {
		require.NoError(t, s.validator.ValidateResponse(req, resp))
	}
	require.Contains(t, resp.Header.Get("Umbrella-Mock-Violations"), broken.Violations[0].Path)
	return refusal
}

func TestEveryBrokenRuleOfABody_IsRefusedByAllThree(t *testing.T) {
	forEach(t, func(t *testing.T, op *spec.Operation) {
		if op.Body == nil {
			return
		}
		s := newSite(t)
		valid := inputs(t, op)[0]
		cases, err := op.Body.Schema.Cases()
		require.NoError(t, err)
		require.NotEmpty(t, cases)
		for _, tc := range cases {
			t.Run(tc.Path+" "+tc.Rule, func(t *testing.T) {
				in := spec.Input{Parameters: valid.Parameters, Body: marshal(t, tc.Value)}
				require.Contains(t, found(t, s.requireRefused(t, op, in)), tc.Path+" "+tc.Rule)
				s.requireClientAgrees(t, op, in)
			})
		}
		require.Empty(t, s.mock.Sessions())
	})
}

// requireClientAgrees requires that the client refuses what its caller can express
// of the input, and that contract finds the same in what it would have sent.
func (s *site) requireClientAgrees(t testing.TB, op *spec.Operation, in spec.Input) {
	c, err := bind(t, s.client, op, in)
	if err != nil {
		return // a Go value cannot be like that
	}
	wire, err := c.Body()
	require.NoError(t, err)
	value, err := spec.Decode(wire)
	require.NoError(t, err)
	if op.Body.Schema.Conforms(value) {
		return // nor like that: null is the empty string
	}
	_, err = c.Do()
	require.ErrorIs(t, err, umbrella.ErrInvalidRequest)
	in.Body = wire
	byContract := s.validator.ValidateRequest(request(t.Context(), t, s.mock.URL, s.token, op, in))
	require.Equal(t, found(t, byContract), found(t, err))
}

func TestEveryBrokenRuleOfAParameter_IsRefusedByAllThree(t *testing.T) {
	forEach(t, func(t *testing.T, op *spec.Operation) {
		s := newSite(t)
		valid := inputs(t, op)[0]
		for _, p := range op.Parameters {
			cases, err := p.Schema.Cases()
			require.NoError(t, err)
			for _, tc := range cases {
				if !expressible(p, tc) {
					continue
				}
				t.Run(p.Name+" "+tc.Path+" "+tc.Rule, func(t *testing.T) {
					in := spec.Input{Parameters: maps.Clone(valid.Parameters), Body: valid.Body}
					in.Parameters[p] = tc.Value
					s.requireRefused(t, op, in)
					if c, err := bind(t, s.client, op, in); err == nil {
						_, err := c.Do()
						require.ErrorIs(t, err, umbrella.ErrInvalidRequest)
					}
				})
			}
			if p.Required && p.In == "query" {
				t.Run(p.Name+" required", func(t *testing.T) {
					in := spec.Input{Parameters: maps.Clone(valid.Parameters), Body: valid.Body}
					delete(in.Parameters, p)
					s.requireRefused(t, op, in)
				})
			}
		}
	})
}

// expressible reports whether a URL can hold the value as a value of its type:
// there every text is a string and every string a list of one.
func expressible(p *spec.Parameter, tc spec.Case) bool {
	items, isList := tc.Value.([]any)
	if !isList {
		items = []any{tc.Value}
	}
	schema := p.Schema
	if schema.Items != nil {
		if !isList {
			return false
		}
		schema = schema.Items
	}
	for _, item := range items {
		switch item.(type) {
		case nil, []any, map[string]any:
			return false
		}
	}
	if tc.Rule == "type" && slices.Contains(schema.Types, "string") {
		return false
	}
	if p.In == "path" && (tc.Value == "" || tc.Value == "." || tc.Value == "..") {
		return false // another path
	}
	return len(items) > 0
}

func TestEveryBrokenRuleOfAnAnswer_IsRefusedByClientAndContract(t *testing.T) {
	v, err := contract.New(contract.WithServer(umbrella.Sandbox))
	require.NoError(t, err)
	forEach(t, func(t *testing.T, op *spec.Operation) {
		status, success := op.Success()
		if success.Schema == nil {
			return
		}
		cases, err := success.Schema.Cases()
		require.NoError(t, err)
		require.NotEmpty(t, cases)
		in := inputs(t, op)[0]
		for _, tc := range cases {
			t.Run(tc.Path+" "+tc.Rule, func(t *testing.T) {
				network := answering(status, marshal(t, tc.Value))
				result, err := call(t, newClient(t, umbrella.Sandbox, network, umbrella.WithToken("x.y.z")), op, in)
				require.Nil(t, result)
				require.ErrorIs(t, err, umbrella.ErrInvalidResponse)
				var failure *umbrella.Error
				require.ErrorAs(t, err, &failure)
				require.Equal(t, op.Method != http.MethodGet && op.Method != http.MethodHead, failure.MaybeProcessed)

				_, err = call(t, newClient(t, umbrella.Sandbox, v.Transport(network), umbrella.WithToken("x.y.z")), op, in)
				require.Contains(t, found(t, err), tc.Path+" "+tc.Rule)
			})
		}
	})
}
