package contract

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/contract"
	"github.com/umbrella-api/umbrella-go/tests/internal/spec"
	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

func TestEveryExampleOfASchema_KeepsIt(t *testing.T) {
	examples := 0
	for _, s := range load(t).Schemas {
		for _, example := range s.Examples {
			require.Empty(t, s.Broken(example), s.Pointer)
			require.True(t, s.Conforms(example), s.Pointer)
			examples++
		}
	}
	require.Positive(t, examples)
}

// TestEveryOperation_SucceedsAtTheMock calls the operations one after the other: what
// a path names may have to be made by an operation before.
func TestEveryOperation_SucceedsAtTheMock(t *testing.T) {
	mock := umbrellatest.NewServer(t)
	client := enforced(t, mock, "", umbrella.WithAPIKey(mock.APIKey, mock.CustomerID))
	var made []string // texts in the answers so far, ids among them
	forEach(t, func(t *testing.T, op *spec.Operation) {
		_, success := op.Success()
		for _, in := range inputs(t, op) {
			result, err := call(t, client, op, in)
			for _, id := range made {
				if err == nil || !name(op, in, id) {
					break
				}
				result, err = call(t, client, op, in)
			}
			require.NoError(t, err)
			require.Equal(t, success.Schema != nil, result != nil)
			var value any
			require.NoError(t, json.Unmarshal(marshal(t, result), &value))
			made = append(made, texts(value)...)
		}
	})
}

// name puts id into the path, and reports whether the path has a place for it.
func name(op *spec.Operation, in spec.Input, id string) (named bool) {
	for _, p := range op.Parameters {
		if _, isText := in.Parameters[p].(string); isText && p.In == "path" {
			in.Parameters[p], named = id, true
		}
	}
	return named
}

func texts(value any) (found []string) {
	switch value := value.(type) {
	case string:
		if !strings.Contains(value, "/") {
			found = append(found, value)
		}
	case []any:
		for _, v := range value {
			found = append(found, texts(v)...)
		}
	case map[string]any:
		for _, v := range value {
			found = append(found, texts(v)...)
		}
	}
	return found
}

func TestEveryExampleOfAnAnswer_IsReadAsSuchByClientAndContract(t *testing.T) {
	v, err := contract.New(contract.WithServer(umbrella.Sandbox))
	require.NoError(t, err)
	forEach(t, func(t *testing.T, op *spec.Operation) {
		for status, m := range op.Responses {
			bodies := m.Examples
			if m.Schema != nil {
				made, err := m.Schema.Valid()
				require.NoError(t, err)
				bodies = append(bodies, made)
			}
			for _, example := range bodies {
				client := newClient(t, umbrella.Sandbox, v.Transport(answering(status, marshal(t, example))), umbrella.WithToken("x.y.z"))
				result, err := call(t, client, op, inputs(t, op)[0])
				if status[0] == '2' {
					require.NoError(t, err)
					require.NotNil(t, result)
					continue
				}
				requireStatus(t, op, status, err)
			}
		}
	})
}

// requireStatus requires the one error for an answer with a documented status.
func requireStatus(t *testing.T, op *spec.Operation, status string, err error) {
	t.Helper()
	var failure *umbrella.Error
	require.ErrorAs(t, err, &failure)
	require.Equal(t, status, strconv.Itoa(failure.StatusCode))
	require.NotErrorIs(t, err, umbrella.ErrInvalidResponse)
	require.ErrorContains(t, err, op.ID)
	require.NotContains(t, err.Error(), "contract:")
}

func TestEveryDocumentedStatus_ReachesTheCaller(t *testing.T) {
	forEach(t, func(t *testing.T, op *spec.Operation) {
		for status := range op.Responses {
			if status[0] == '2' {
				continue // TestEveryOperation_SucceedsAtTheMock
			}
			t.Run(status, func(t *testing.T) {
				mock := umbrellatest.NewServer(t)
				client := enforced(t, mock, "status="+status, umbrella.WithToken(token(t, mock)))
				result, err := call(t, client, op, inputs(t, op)[0])
				require.Nil(t, result)
				requireStatus(t, op, status, err)
			})
		}
	})
}

func TestEveryOperation_RefusesAnUnknownToken(t *testing.T) {
	forEach(t, func(t *testing.T, op *spec.Operation) {
		mock := umbrellatest.NewServer(t)
		unknown := umbrella.WithToken("not.one.of-the-mock")
		client := newClient(t, mock.URL, http.DefaultTransport, unknown)
		if _, documented := op.Responses[strconv.Itoa(http.StatusUnauthorized)]; documented {
			client = enforced(t, mock, "", unknown)
		}
		_, err := call(t, client, op, inputs(t, op)[0])
		require.ErrorIs(t, err, umbrella.ErrUnauthorized)
		requireStatus(t, op, strconv.Itoa(http.StatusUnauthorized), err)
	})
}
