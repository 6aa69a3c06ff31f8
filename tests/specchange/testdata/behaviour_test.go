package contract

import (
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/tests/internal/spec"
	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

// check is one of tests/specchange, which copies this file to tests/contract of a
// copy of the repository and writes behaviour.json beside it.
type check struct {
	Operation string
	Send      map[string]any
	Refused   string
	Answer    any
	Invalid   bool
	Status    int
	Template  string
}

func TestBehaviour(t *testing.T) {
	data, err := os.ReadFile("behaviour.json")
	require.NoError(t, err)
	var checks []check
	require.NoError(t, json.Unmarshal(data, &checks))
	operations := load(t).Operations
	for _, c := range checks {
		text, err := json.Marshal(c)
		require.NoError(t, err)
		t.Run(string(text), func(t *testing.T) {
			i := slices.IndexFunc(operations, func(op *spec.Operation) bool { return op.ID == c.Operation })
			require.GreaterOrEqual(t, i, 0, "there is no such operation")
			switch op := operations[i]; {
			case c.Template != "":
				requireOperation(t, op, c.Template)
			case c.Status != 0:
				requireDocumented(t, op, c.Status)
			case c.Answer != nil:
				requireRead(t, op, c.Answer, c.Invalid)
			default:
				requireSent(t, op, c.Send, c.Refused)
			}
		})
	}
}

// requireSent requires that the client sends a request with the values to the mock,
// which takes it, or refuses it for one rule before anything is sent.
func requireSent(t *testing.T, op *spec.Operation, values map[string]any, refused string) {
	in := inputs(t, op)[0]
	in.Parameters = maps.Clone(in.Parameters)
	body := map[string]any{}
	maps.Copy(body, values)
	for _, p := range op.Parameters {
		if value, ok := values[p.Name]; ok {
			in.Parameters[p] = value
			delete(body, p.Name)
		}
	}
	if op.Body != nil {
		in.Body = merged(t, in.Body, body)
	} else {
		require.Empty(t, body, "the operation takes no body")
	}
	mock := umbrellatest.NewServer(t)
	if refused == "" {
		result, err := call(t, enforced(t, mock, "", umbrella.WithAPIKey(mock.APIKey, mock.CustomerID)), op, in)
		require.NoError(t, err)
		_, success := op.Success()
		require.Equal(t, success.Schema != nil, result != nil)
		return
	}
	sent := roundTripper(func(*http.Request) (*http.Response, error) {
		t.Error("the request was sent")
		return nil, errors.New("no network")
	})
	_, err := call(t, newClient(t, mock.URL, sent, umbrella.WithToken("x.y.z")), op, in)
	if refused == "not sent" {
		require.ErrorContains(t, err, refused)
		return
	}
	var invalid *umbrella.ValidationError
	require.ErrorAs(t, err, &invalid)
	require.ErrorIs(t, err, umbrella.ErrInvalidRequest)
	require.Len(t, invalid.Fields, 1, "%v", err)
	require.Equal(t, refused, invalid.Fields[0].Path+" "+invalid.Fields[0].Rule)
}

// requireRead requires that the client returns an answer with the values, or finds
// that it breaks the document.
func requireRead(t *testing.T, op *spec.Operation, values any, invalid bool) {
	status, success := op.Success()
	valid, err := success.Schema.Valid()
	require.NoError(t, err)
	answer := merged(t, marshal(t, valid), values)
	result, err := call(t, newClient(t, umbrella.Sandbox, answering(status, answer), umbrella.WithToken("x.y.z")), op, inputs(t, op)[0])
	if invalid {
		require.ErrorIs(t, err, umbrella.ErrInvalidResponse)
		require.ErrorContains(t, err, op.ID)
		return
	}
	require.NoError(t, err)
	// What was read holds the values.
	whole, err := spec.Decode(marshal(t, result))
	require.NoError(t, err)
	if data, ok := values.(map[string]any)["data"]; ok {
		values = data
	}
	again, err := spec.Decode(merged(t, marshal(t, whole), values))
	require.NoError(t, err)
	require.Equal(t, dropNull(again), dropNull(whole))
}

// merged puts values into the object in data: objects into objects, all else as it is.
func merged(t *testing.T, data []byte, values any) []byte {
	var old any
	if len(data) > 0 {
		require.NoError(t, json.Unmarshal(data, &old))
	}
	return marshal(t, merge(old, values))
}

func merge(old, values any) any {
	into, ok := old.(map[string]any)
	from, isObject := values.(map[string]any)
	if !ok || !isObject {
		return values
	}
	for name, value := range from {
		into[name] = merge(into[name], value)
	}
	return into
}

// dropNull removes members that are null: as Go values they are as if not there.
func dropNull(value any) any {
	if members, ok := value.(map[string]any); ok {
		maps.DeleteFunc(members, func(_ string, member any) bool { return dropNull(member) == nil })
	}
	return value
}

var sentinels = map[int]error{
	401: umbrella.ErrUnauthorized, 404: umbrella.ErrNotFound, 409: umbrella.ErrConflict,
	422: umbrella.ErrUnprocessable, 429: umbrella.ErrRateLimited,
}

// requireDocumented requires that the mock answers with the status as the document
// says and that the client knows it.
func requireDocumented(t *testing.T, op *spec.Operation, status int) {
	require.Contains(t, op.Responses, strconv.Itoa(status))
	mock := umbrellatest.NewServer(t)
	client := enforced(t, mock, "status="+strconv.Itoa(status), umbrella.WithToken(token(t, mock)))
	_, err := call(t, client, op, inputs(t, op)[0])
	requireStatus(t, op, strconv.Itoa(status), err)
	require.ErrorIs(t, err, sentinels[status])
}

// requireOperation requires that an operation has its method, the mock's answer, and
// its name in the log and in errors, where no value of a parameter is.
func requireOperation(t *testing.T, op *spec.Operation, template string) {
	require.Equal(t, template, op.Method+" "+op.Path)
	mock := umbrellatest.NewServer(t)
	in := inputs(t, op)[0]
	secret := ""
	for _, p := range op.Parameters {
		if p.In == "path" && slices.Equal(p.Schema.Types, []string{"string"}) && p.Schema.Conforms("jane@example.com") {
			secret, in.Parameters[p] = "jane", "jane@example.com"
		}
	}
	result, err := call(t, enforced(t, mock, "", umbrella.WithAPIKey(mock.APIKey, mock.CustomerID)), op, in)
	require.NoError(t, err)
	_, success := op.Success()
	require.Equal(t, success.Schema != nil, result != nil)

	var log strings.Builder
	logger := slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	failing := newClient(t, umbrella.Sandbox, answering("500", []byte(`{}`)), umbrella.WithToken("x.y.z"), umbrella.WithLogger(logger))
	_, err = call(t, failing, op, in)
	require.ErrorIs(t, err, umbrella.ErrServer)
	require.ErrorContains(t, err, "umbrella: "+op.ID+": 500")
	require.Contains(t, log.String(), `"operation":"`+op.ID+`"`)
	require.Contains(t, log.String(), `"path":"`+op.Path+`"`)
	if secret != "" {
		require.NotContains(t, log.String()+err.Error(), secret)
	}
}
